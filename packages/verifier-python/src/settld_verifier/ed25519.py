"""Strict Ed25519 verification (KEY-4 to KEY-6, DSSE-8, DSSE-9), RFC 8032 without cofactor.

Nothing here handles a secret, so nothing has to run in constant time. Points are extended
twisted Edwards coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z. Addends are kept as
(Y+X, Y-X, 2Z, 2dT). The double multiplication uses signed sliding windows for both scalars.
"""
from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import List, Optional, Tuple

from .errors import SettldError

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)

Point = Tuple[int, int, int, int]
Cached = Tuple[int, int, int, int]

_SIGN = 1 << 255
_KEY_WINDOW = 5
_BASE_WINDOW = 8

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


def is_canonical(encoded: bytes) -> bool:
    """KEY-4: y below p, and no sign bit when x = 0, which is when y is 1 or -1."""
    number = int.from_bytes(encoded, "little")
    y = number & (_SIGN - 1)
    return y < P and not (number & _SIGN and y in (1, P - 1))


def _decompress(encoded: bytes) -> Optional[Point]:
    number = int.from_bytes(encoded, "little")
    sign = number >> 255
    y = number & (_SIGN - 1)
    yy = y * y % P
    u, v = (yy - 1) % P, (D * yy + 1) % P
    v3 = v * v % P * v % P
    x = u * v3 * pow(u * v3 * v3 * v % P, (P - 5) // 8, P) % P
    vxx = v * x % P * x % P
    if vxx != u:
        if vxx != P - u:
            return None
        x = x * SQRT_M1 % P
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _compress(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _cache(point: Point) -> Cached:
    x, y, z, t = point
    return (y + x) % P, (y - x) % P, 2 * z % P, 2 * D * t % P


def _add(point: Point, addend: Cached) -> Point:
    x, y, z, t = point
    plus, minus, z2, t2d = addend
    a = (y - x) * minus % P
    b = (y + x) * plus % P
    c = t * t2d % P
    d = z * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _subtract(point: Point, addend: Cached) -> Point:
    plus, minus, z2, t2d = addend
    return _add(point, (minus, plus, z2, -t2d))


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a = x * x % P
    b = y * y % P
    c = 2 * z * z
    h = a + b
    e = h - (x + y) * (x + y)
    g = a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _odd_multiples(point: Point, window: int) -> List[Cached]:
    """The points 1P, 3P, 5P, ... below 2^(window-1) P."""
    twice = _cache(_double(point))
    table = [_cache(point)]
    for _ in range((1 << (window - 2)) - 1):
        point = _add(point, twice)
        table.append(_cache(point))
    return table


def _signed_windows(scalar: int, window: int) -> List[int]:
    """Digits of the width-w non-adjacent form, least significant first."""
    digits = []
    full, half = 1 << window, 1 << (window - 1)
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & (full - 1)
            if digit >= half:
                digit -= full
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE = _decompress(_BASE_Y.to_bytes(32, "little"))
assert _BASE is not None
_BASE_TABLE = _odd_multiples(_BASE, _BASE_WINDOW)


@lru_cache(maxsize=256)
def _negated_key_table(key: bytes) -> Optional[Tuple[Cached, ...]]:
    point = _decompress(key)
    if point is None:
        return None
    x, y, z, t = point
    return tuple(_odd_multiples((P - x, y, z, P - t), _KEY_WINDOW))


def _combine(s: int, k: int, key_table: Tuple[Cached, ...]) -> Point:
    """[s]B + [k]K."""
    s_digits = _signed_windows(s, _BASE_WINDOW)
    k_digits = _signed_windows(k, _KEY_WINDOW)
    length = max(len(s_digits), len(k_digits))
    s_digits += [0] * (length - len(s_digits))
    k_digits += [0] * (length - len(k_digits))
    result: Point = (0, 1, 1, 0)
    for index in range(length - 1, -1, -1):
        result = _double(result)
        for digit, table in ((s_digits[index], _BASE_TABLE), (k_digits[index], key_table)):
            if digit > 0:
                result = _add(result, table[digit >> 1])  # type: ignore[index]
            elif digit < 0:
                result = _subtract(result, table[-digit >> 1])  # type: ignore[index]
    return result


def check_key(key: bytes) -> None:
    """KEY-3, KEY-4, KEY-5: what is judged when a key is read."""
    if len(key) != 32:
        raise SettldError("KEY_LENGTH", f"{len(key)} bytes")
    if not is_canonical(key):
        raise SettldError("KEY_NOT_CANONICAL")
    if key in SMALL_ORDER:
        raise SettldError("KEY_SMALL_ORDER")


def verify(key: bytes, message: bytes, signature: bytes) -> None:
    """KEY-6, DSSE-8 and DSSE-9 of a signature by a key that passed ``check_key``."""
    table = _negated_key_table(key)
    if table is None:
        raise SettldError("KEY_NOT_ON_CURVE")
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L:
        raise SettldError("DSSE_SIGNATURE_S_RANGE")
    if not is_canonical(r):
        raise SettldError("DSSE_SIGNATURE_R_NOT_CANONICAL")
    if r in SMALL_ORDER:
        raise SettldError("DSSE_SIGNATURE_R_SMALL_ORDER")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    # R is canonical, so comparing encodings compares points; an R off the curve equals none.
    if _compress(_combine(s, k, table)) != r:
        raise SettldError("DSSE_SIGNATURE_INVALID")
