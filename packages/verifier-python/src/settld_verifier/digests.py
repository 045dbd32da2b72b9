"""Digests (DIGEST-1, DIGEST-2)."""
from __future__ import annotations

import hashlib
import re

from .errors import SettldError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def parse_digest(text: str) -> str:
    """The 64 hexadecimal digits of a digest."""
    if not is_digest(text):
        raise SettldError("DIGEST_FORMAT", repr(text))
    return text[len("sha256:") :]
