"""DSSE envelopes, narrowed to one spelling (area DSSE)."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from . import ed25519, limits
from .encoding import base64_decode, base64url_decode
from .errors import SettldError
from .strict_json import Json

EVENT_TYPE = "application/vnd.settld.event+json"
TRUST_TYPE = "application/vnd.settld.trust+json"
RECEIPT_TYPE = "application/vnd.in-toto+json"
PAYLOAD_TYPES = (EVENT_TYPE, TRUST_TYPE, RECEIPT_TYPE)


@dataclass(frozen=True)
class Signature:
    keyid: str
    sig: bytes


@dataclass(frozen=True)
class Envelope:
    payload_type: str
    payload: bytes
    signatures: Tuple[Signature, ...]

    def message(self) -> bytes:
        return pae(self.payload_type, self.payload)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE 1.0: the bytes that are signed."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _is_signature(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"keyid", "sig"}
        and isinstance(value["keyid"], str)
        and isinstance(value["sig"], str)
    )


def read_envelope(value: Json, payload_type: str, most: Optional[int] = None) -> Envelope:
    """Read an envelope rule by rule, each over all members before the next, as area DSSE ends with.

    ``most`` is the bound of DSSE-4, which otherwise follows from the place.
    """
    if (
        not isinstance(value, dict)
        or set(value) != {"payload", "payloadType", "signatures"}
        or not isinstance(value["payload"], str)
        or not isinstance(value["payloadType"], str)
        or not isinstance(value["signatures"], list)
        or not all(map(_is_signature, value["signatures"]))
    ):
        raise SettldError("DSSE_MEMBERS")
    if value["payloadType"] != payload_type:
        raise SettldError("DSSE_PAYLOAD_TYPE", repr(value["payloadType"]))
    payload = _base64(value["payload"], "/payload")
    entries = value["signatures"]
    sigs = [_base64(entry["sig"], f"/signatures/{i}/sig") for i, entry in enumerate(entries)]
    if len(payload) > limits.PAYLOAD_BYTES:
        raise SettldError("LIMIT_PAYLOAD_BYTES", f"{len(payload)} bytes", "/payload")
    if most is None:
        most = 2 if payload_type == EVENT_TYPE else 1
    if not 1 <= len(entries) <= most:
        raise SettldError("DSSE_SIGNATURE_COUNT", f"{len(entries)} signatures", "/signatures")
    for i, entry in enumerate(entries):
        keyid = base64url_decode(entry["keyid"])
        if keyid is None or len(keyid) != 32:
            raise SettldError("DSSE_KEYID", repr(entry["keyid"]), f"/signatures/{i}/keyid")
    if len({entry["keyid"] for entry in entries}) != len(entries):
        raise SettldError("DSSE_SIGNATURE_DUPLICATE", entries[0]["keyid"], "/signatures")
    for i, sig in enumerate(sigs):
        if len(sig) != 64:
            raise SettldError("DSSE_SIGNATURE_LENGTH", f"{len(sig)} bytes", f"/signatures/{i}/sig")
    signatures = tuple(Signature(entry["keyid"], sig) for entry, sig in zip(entries, sigs))
    return Envelope(payload_type, payload, signatures)


def _base64(text: str, at: str) -> bytes:
    data = base64_decode(text)
    if data is None:
        raise SettldError("DSSE_BASE64", pointer=at)
    return data


def verify_signature(envelope: Envelope, signature: Signature, key: bytes) -> None:
    """KEY-6, DSSE-8, DSSE-9."""
    ed25519.verify(key, envelope.message(), signature.sig)
