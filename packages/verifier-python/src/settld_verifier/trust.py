"""Trust documents: who may sign, in which role, when (area TRUST)."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Optional, Tuple

from . import digests, ed25519, jcs, keys, limits, schemas, strict_json
from .dsse import Envelope, verify_signature
from .encoding import base64url_decode
from .errors import SettldError
from .instant import parse_instant
from .log import Signer
from .strict_json import Json


@dataclass(frozen=True)
class TrustedKey:
    raw: bytes
    thumbprint: str
    party: str
    not_before: int
    not_after: int
    revoked_at: Optional[int]
    compromised: bool


@dataclass(frozen=True)
class TrustDocument:
    """A document that passed TRUST-1."""

    registry: str
    registry_key: Optional[bytes]
    version: int
    digest: str
    issued_at: int
    expires_at: int
    roles: Mapping[str, Tuple[str, ...]] = field(repr=False)
    keys: Mapping[str, TrustedKey] = field(repr=False)  # by thumbprint

    def key(self, keyid: str) -> TrustedKey:
        """TRUST-9."""
        key = self.keys.get(keyid)
        if key is None:
            raise SettldError("TRUST_KEY_UNKNOWN", keyid)
        return key

    def check_signer(self, key: TrustedKey, signer: Signer, at: int) -> None:
        """TRUST-10 to TRUST-14 for one signature."""
        if key.party != signer.party:
            raise SettldError("TRUST_KEY_PARTY", f"{key.party} instead of {signer.party}")
        if signer.role not in self.roles[signer.party]:
            raise SettldError("TRUST_ROLE", f"{signer.party} as {signer.role}")
        if not key.not_before <= at < key.not_after:
            raise SettldError("TRUST_KEY_WINDOW", key.thumbprint)
        if key.revoked_at is not None and at >= key.revoked_at:
            raise SettldError("TRUST_KEY_REVOKED", key.thumbprint)
        if signer.keys is not None and key.thumbprint not in signer.keys:
            raise SettldError("TRUST_KEY_PINNED", key.thumbprint)


def parse_document(data: bytes) -> TrustDocument:
    """A user's own document: plain strict JSON in any layout."""
    return read_document(strict_json.parse(data, limits.PAYLOAD_BYTES))


def read_document(value: Json) -> TrustDocument:
    """TRUST-1 and what it orders."""
    misfit = schemas.trust(value)
    if misfit is not None:
        raise SettldError("TRUST_SCHEMA", f"at {misfit!r}", misfit)
    issued_at, expires_at = _window(value["issuedAt"], value["expiresAt"])
    registry = value["registry"]
    registry_key = _key(registry["jwk"]) if "jwk" in registry else None

    roles: Dict[str, Tuple[str, ...]] = {}
    trusted: Dict[str, TrustedKey] = {}
    for party in value["parties"]:
        if party["id"] in roles:
            raise SettldError("TRUST_PARTY_DUPLICATE", party["id"])
        roles[party["id"]] = tuple(party["roles"])
        for entry in party["keys"]:
            key = _trusted_key(entry, party["id"])
            if key.thumbprint in trusted:
                raise SettldError("TRUST_KEY_SHARED", key.thumbprint)
            if key.raw == registry_key:
                raise SettldError("TRUST_REGISTRY_ACTS", key.thumbprint)
            trusted[key.thumbprint] = key
    return TrustDocument(
        registry=registry["id"],
        registry_key=registry_key,
        version=value["version"],
        digest=digests.digest(jcs.canonicalize(value)),
        issued_at=issued_at,
        expires_at=expires_at,
        roles=roles,
        keys=trusted,
    )


def _window(start: str, end: str) -> Tuple[int, int]:
    """TIME-1 of both ends, then TRUST-2."""
    first, last = parse_instant(start), parse_instant(end)
    if first >= last:
        raise SettldError("TRUST_WINDOW", f"{start} to {end}")
    return first, last


def _key(jwk: Json) -> bytes:
    """KEY-4 and KEY-5 of a JWK that the schema has passed."""
    raw = base64url_decode(jwk["x"])
    assert raw is not None
    ed25519.check_key(raw)
    return raw


def _trusted_key(entry: Json, party: str) -> TrustedKey:
    not_before, not_after = _window(entry["notBefore"], entry["notAfter"])
    revoked = entry.get("revoked")
    revoked_at = None if revoked is None else parse_instant(revoked["at"])
    raw = _key(entry["jwk"])
    return TrustedKey(
        raw=raw,
        thumbprint=keys.thumbprint(raw),
        party=party,
        not_before=not_before,
        not_after=not_after,
        revoked_at=revoked_at,
        compromised=revoked is not None and revoked["reason"] == "compromised",
    )


def registry_key(document: TrustDocument, keyid: str) -> bytes:
    """TRUST-6: the key that the document names, which has to be the one that signs."""
    key = document.registry_key
    if key is None:
        raise SettldError("TRUST_REGISTRY_KEY", "the document names no registry key")
    if keyid != keys.thumbprint(key):
        raise SettldError("TRUST_REGISTRY_KEY", "signed by another key")
    return key


def check_embedded(document: TrustDocument, envelope: Envelope, before: Optional[TrustDocument]) -> None:
    """TRUST-6, TRUST-7 and the signature of an embedded document."""
    signature = envelope.signatures[0]
    key = registry_key(document, signature.keyid)
    if before is not None:
        here = (document.registry.encode("ascii"), document.version)
        if here <= (before.registry.encode("ascii"), before.version):
            raise SettldError("TRUST_ORDER", f"{document.registry} version {document.version}")
    verify_signature(envelope, signature, key)


def select(
    own: Optional[TrustDocument], root: Optional[bytes], embedded: List[TrustDocument]
) -> TrustDocument:
    """TRUST-8: the one document that is used."""
    if own is not None:
        return own
    chosen: Optional[TrustDocument] = None
    for document in embedded:
        if root is not None and document.registry_key == root:
            if chosen is None or document.version >= chosen.version:
                chosen = document
    if chosen is None:
        raise SettldError("TRUST_ROOT_MISSING")
    return chosen
