"""Instants and durations (TIME-1, TIME-6), calculated as milliseconds since 1970."""
from __future__ import annotations

import re
from datetime import datetime, timedelta

from .errors import SettldError

_SHAPE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z")
_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)

MAX_INSTANT = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z


def has_shape(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def parse_instant(text: str) -> int:
    """Milliseconds since 1970; TIME_INSTANT for text that is no real instant."""
    match = _SHAPE.fullmatch(text)
    if match is not None:
        year, month, day, hour, minute, second, millisecond = map(int, match.groups())
        try:
            moment = datetime(year, month, day, hour, minute, second, millisecond * 1000)
        except ValueError:
            pass
        else:
            if moment >= _EPOCH:
                return (moment - _EPOCH) // _MILLISECOND
    raise SettldError("TIME_INSTANT", repr(text))


def format_instant(milliseconds: int) -> str:
    moment = _EPOCH + milliseconds * _MILLISECOND
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def add(instant: int, duration: int) -> int:
    """Sum that saturates at the last instant (TIME-6)."""
    return min(instant + duration, MAX_INSTANT)
