"""Public keys as JWK, raw bytes and thumbprints (KEY-1 to KEY-7)."""
from __future__ import annotations

import hashlib

from . import ed25519
from .encoding import base64url_decode, base64url_encode
from .errors import SettldError
from .strict_json import Json


def thumbprint(key: bytes) -> str:
    """KEY-7: the name of a key."""
    text = f'{{"crv":"Ed25519","kty":"OKP","x":"{base64url_encode(key)}"}}'
    return base64url_encode(hashlib.sha256(text.encode("ascii")).digest())


def parse_jwk(jwk: Json) -> bytes:
    """The raw key of a JWK that stands alone, in the order KEY-1 to KEY-5."""
    if (
        not isinstance(jwk, dict)
        or set(jwk) != {"kty", "crv", "x"}
        or jwk["kty"] != "OKP"
        or jwk["crv"] != "Ed25519"
        or not isinstance(jwk["x"], str)
    ):
        raise SettldError("KEY_JWK")
    key = base64url_decode(jwk["x"])
    if key is None:
        raise SettldError("KEY_BASE64URL")
    ed25519.check_key(key)
    return key
