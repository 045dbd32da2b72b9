"""The group of Ed25519 (RFC 8032, 5.1): points, encodings, multiples.

Points are extended twisted Edwards coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
Addends are kept as (Y+X, Y-X, 2Z, 2dT). A multiple is a sum of table entries, one for each digit
of the scalar, so there is nothing to double once the table of a point is made.

Nothing here runs in constant time.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Iterable, Iterator, List, Optional, Tuple

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)

Point = Tuple[int, int, int, int]
Addend = Tuple[int, int, int, int]

_SIGN = 1 << 255
_SCALAR_BITS = 253


def decode(encoded: bytes) -> Optional[Point]:
    """The point of an encoding (RFC 8032, 5.1.3), or None when there is none. Canonicity is KEY-4's."""
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


def encode(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_canonical(encoded: bytes) -> bool:
    """KEY-4: y below p, and no sign bit when x = 0, which is when y is 1 or -1."""
    number = int.from_bytes(encoded, "little")
    y = number & (_SIGN - 1)
    return y < P and not (number & _SIGN and y in (1, P - 1))


def negate(point: Point) -> Point:
    x, y, z, t = point
    return P - x, y, z, P - t


def add_up(addends: Iterable[Addend], start: Point = (0, 1, 1, 0)) -> Point:
    """The sum of points. The formulas are complete: no case is special."""
    x, y, z, t = start
    for plus, minus, z2, t2d in addends:
        a = (y - x) * minus % P
        b = (y + x) * plus % P
        c = t * t2d % P
        d = z * z2 % P
        e, f, g, h = b - a, d - c, d + c, b + a
        x, y, z, t = e * f % P, g * h % P, f * g % P, e * h % P
    return x, y, z, t


def _addend(point: Point) -> Addend:
    x, y, z, t = point
    return (y + x) % P, (y - x) % P, 2 * z % P, 2 * D * t % P


def _negated(addend: Addend) -> Addend:
    plus, minus, z2, t2d = addend
    return minus, plus, z2, P - t2d


class Multiples:
    """Gives the addends of [k]Q for one point Q and any k below L.

    k is written with digits from -2^(bits-1)+1 to 2^(bits-1), least significant first. Row i of the
    table has the multiples of 2^(bits i) Q by each digit; negative digits count from its end.
    """

    def __init__(self, point: Point, bits: int) -> None:
        self._bits = bits
        self._rows: List[List[Addend]] = []
        half = 1 << (bits - 1)
        for _ in range(_SCALAR_BITS // bits + 1):
            step = _addend(point)
            row = [step]
            while len(row) < half:
                point = add_up((step,), point)
                row.append(_addend(point))
            identity = _addend((0, 1, 1, 0))
            self._rows.append([identity, *row, *map(_negated, reversed(row[:-1]))])
            point = add_up((row[-1],), point)

    def of(self, scalar: int) -> Iterator[Addend]:
        full, half = 1 << self._bits, 1 << (self._bits - 1)
        for row in self._rows:
            digit = scalar & (full - 1)
            scalar >>= self._bits
            if digit > half:
                digit -= full
                scalar += 1
            if digit:
                yield row[digit]


@lru_cache(maxsize=1)
def base() -> Multiples:
    """The base point B, whose y is 4/5 and whose x is even."""
    point = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert point is not None
    return Multiples(point, 6)
