"""Canonical form (JCS-1): RFC 8785 for values whose numbers are integers."""
from __future__ import annotations

import json
import re
from typing import List

from . import strict_json
from .errors import SettldError
from .strict_json import Json

_SPECIAL = re.compile(r'["\\\x00-\x1f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _escape(match: "re.Match[str]") -> str:
    char = match.group()
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _write(value: Json, out: List[str]) -> None:
    if value is None:
        out.append("null")
    elif value is True:
        out.append("true")
    elif value is False:
        out.append("false")
    elif isinstance(value, int):
        out.append(str(value))
    elif isinstance(value, str):
        out.append(f'"{_SPECIAL.sub(_escape, value)}"')
    elif isinstance(value, list):
        out.append("[")
        for index, entry in enumerate(value):
            if index:
                out.append(",")
            _write(entry, out)
        out.append("]")
    elif isinstance(value, dict):
        out.append("{")
        for index, name in enumerate(sorted(value, key=_utf16)):
            if index:
                out.append(",")
            _write(name, out)
            out.append(":")
            _write(value[name], out)
        out.append("}")
    else:
        raise TypeError(f"no JSON value: {type(value).__name__}")


# The standard encoder escapes like RFC 8785. It sorts names by code point, which is the order by
# UTF-16 code units as long as all text is ASCII.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True)


def canonicalize(value: Json) -> bytes:
    """The canonical bytes of a value."""
    text = _ENCODER.encode(value)
    if not text.isascii():
        out: List[str] = []
        _write(value, out)
        text = "".join(out)
    return text.encode("utf-8")


def parse_canonical(data: bytes) -> Json:
    """Parse bytes that have to be in canonical form."""
    value = strict_json.parse(data)
    if canonicalize(value) != data:
        raise SettldError("JCS_NOT_CANONICAL")
    return value
