"""Strict Ed25519 verification (KEY-3 to KEY-6, DSSE-8, DSSE-9), RFC 8032 without cofactor.

Nothing here handles a secret, so nothing has to run in constant time.
"""
from __future__ import annotations

import hashlib
from functools import lru_cache
from itertools import chain
from typing import Optional

from . import curve
from .errors import SettldError

# KEY-5: all eight encodings of points whose order divides 8 that pass KEY-4.
SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "00" * 32,
        "00" * 31 + "80",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)


def check_key(key: bytes) -> None:
    """KEY-3, KEY-4, KEY-5: what is judged when a key is read."""
    if len(key) != 32:
        raise SettldError("KEY_LENGTH", f"{len(key)} bytes")
    if not curve.is_canonical(key):
        raise SettldError("KEY_NOT_CANONICAL")
    if key in SMALL_ORDER:
        raise SettldError("KEY_SMALL_ORDER")


@lru_cache(maxsize=64)
def _multiples_of_negated(key: bytes) -> Optional[curve.Multiples]:
    point = curve.decode(key)
    return None if point is None else curve.Multiples(curve.negate(point), 4)


@lru_cache(maxsize=32_768)
def _equation_holds(key: bytes, r: bytes, s: int, k: int) -> bool:
    """Whether [s]B = R + [k]A, the equation of DSSE-9.

    It depends on nothing else, so a signature that was judged before is not calculated again.
    R is canonical, so comparing encodings compares points; an R off the curve equals none.
    """
    negated = _multiples_of_negated(key)
    assert negated is not None
    return curve.encode(curve.add_up(chain(curve.base().of(s), negated.of(k)))) == r


def verify(key: bytes, message: bytes, signature: bytes) -> None:
    """KEY-6, DSSE-8 and DSSE-9 of a signature by a key that passed ``check_key``."""
    if _multiples_of_negated(key) is None:
        raise SettldError("KEY_NOT_ON_CURVE")
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= curve.L:
        raise SettldError("DSSE_SIGNATURE_S_RANGE")
    if not curve.is_canonical(r):
        raise SettldError("DSSE_SIGNATURE_R_NOT_CANONICAL")
    if r in SMALL_ORDER:
        raise SettldError("DSSE_SIGNATURE_R_SMALL_ORDER")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % curve.L
    if not _equation_holds(key, r, s, k):
        raise SettldError("DSSE_SIGNATURE_INVALID")
