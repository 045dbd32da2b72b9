"""Money values and shares (MONEY-1, MONEY-6, MONEY-7)."""
from __future__ import annotations

from . import schemas
from .errors import SettldError


def parse_value(text: object) -> int:
    """A money value that is read by itself."""
    if not isinstance(text, str) or schemas.value(text) is not None:
        raise SettldError("MONEY_VALUE", repr(text))
    return int(text)


def share(value: int, bps: int) -> int:
    """Basis points of a value: the only rounding of the protocol."""
    return value * bps // 10_000


def fee_of_leg(released_before: int, gross: int, fee_bps: int) -> int:
    """The fee of one leg when fees are cumulative over legs (MONEY-7)."""
    return share(released_before + gross, fee_bps) - share(released_before, fee_bps)
