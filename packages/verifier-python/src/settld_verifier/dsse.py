"""DSSE envelopes, narrowed to one spelling (area DSSE)."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

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


def read_envelope(value: Json, payload_type: str) -> Envelope:
    """Check the members of an envelope in the order that area DSSE ends with."""
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
    payload = base64_decode(value["payload"])
    if payload is None:
        raise SettldError("DSSE_BASE64", "payload")
    if len(payload) > limits.PAYLOAD_BYTES:
        raise SettldError("LIMIT_PAYLOAD_BYTES", f"{len(payload)} bytes")
    most = 2 if payload_type == EVENT_TYPE else 1
    if not 1 <= len(value["signatures"]) <= most:
        raise SettldError("DSSE_SIGNATURE_COUNT", f"{len(value['signatures'])} signatures")

    signatures: list[Signature] = []
    for entry in value["signatures"]:
        keyid = base64url_decode(entry["keyid"])
        if keyid is None or len(keyid) != 32:
            raise SettldError("DSSE_KEYID", repr(entry["keyid"]))
        if any(entry["keyid"] == earlier.keyid for earlier in signatures):
            raise SettldError("DSSE_SIGNATURE_DUPLICATE", entry["keyid"])
        sig = base64_decode(entry["sig"])
        if sig is None:
            raise SettldError("DSSE_BASE64", "sig")
        if len(sig) != 64:
            raise SettldError("DSSE_SIGNATURE_LENGTH", f"{len(sig)} bytes")
        signatures.append(Signature(entry["keyid"], sig))
    return Envelope(payload_type, payload, tuple(signatures))


def verify_signature(envelope: Envelope, signature: Signature, key: bytes) -> None:
    """KEY-6, DSSE-8, DSSE-9."""
    ed25519.verify(key, envelope.message(), signature.sig)
