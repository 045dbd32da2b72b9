"""Base64 (DSSE-3) and base64url (KEY-2) in exactly one spelling."""
from __future__ import annotations

import base64
import binascii
import re
from typing import Optional

_B64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?")
_B64URL = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?")


def base64_decode(text: str) -> Optional[bytes]:
    """Bytes of standard padded base64 with zero trailing bits; None for other text."""
    return binascii.a2b_base64(text) if _B64.fullmatch(text) else None


def base64url_decode(text: str) -> Optional[bytes]:
    """Bytes of unpadded base64url with zero trailing bits; None for other text."""
    if _B64URL.fullmatch(text) is None:
        return None
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url_encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
