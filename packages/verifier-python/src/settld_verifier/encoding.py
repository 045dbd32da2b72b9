"""Base64 (DSSE-3) and base64url (KEY-2) in exactly one spelling."""
from __future__ import annotations

import base64
import binascii
import re
from typing import Optional

_B64URL = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?")


def base64_decode(text: str) -> Optional[bytes]:
    """Bytes of standard padded base64 with zero trailing bits; None for other text."""
    try:
        data = binascii.a2b_base64(text)
    except ValueError:
        return None
    # The decoder is lenient, but only one text is the encoding of the bytes.
    return data if binascii.b2a_base64(data, newline=False) == text.encode("ascii") else None


def base64url_decode(text: str) -> Optional[bytes]:
    """Bytes of unpadded base64url with zero trailing bits; None for other text."""
    if _B64URL.fullmatch(text) is None:
        return None
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64_encode(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def base64url_encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
