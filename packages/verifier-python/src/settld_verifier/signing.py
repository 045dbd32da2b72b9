"""Ed25519 signatures (RFC 8032, 5.1.5 and 5.1.6), for conformance and tests only.

Signing in Python takes a time that depends on the private key. Do not use it with a key that matters.
"""
from __future__ import annotations

import hashlib

from . import curve, keys


def _multiple_of_base(scalar: int) -> bytes:
    return curve.encode(curve.add_up(curve.base().of(scalar % curve.L)))


def _scalar(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % curve.L


class SigningKey:
    """A key pair from its seed, the private key of RFC 8032."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise ValueError(f"a seed has 32 bytes, not {len(seed)}")
        expanded = hashlib.sha512(seed).digest()
        clamped = int.from_bytes(expanded[:32], "little") & ((1 << 254) - 8) | 1 << 254
        self._scalar, self._prefix = clamped, expanded[32:]
        self.public = _multiple_of_base(clamped)
        self.thumbprint = keys.thumbprint(self.public)

    def sign(self, message: bytes) -> bytes:
        """The one signature of the message: it is deterministic."""
        r = _scalar(self._prefix + message)
        point = _multiple_of_base(r)
        k = _scalar(point + self.public + message)
        return point + ((r + k * self._scalar) % curve.L).to_bytes(32, "little")
