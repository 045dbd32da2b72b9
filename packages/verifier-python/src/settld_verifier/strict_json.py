"""Strict JSON (JSON-1 to JSON-9) and JSON Pointer (JSON-10).

The scanner goes from left to right and raises at once, so the violation at the lowest position
is the one that is reported.
"""
from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

from . import limits
from .errors import SettldError

Json = Any  # None, bool, int, str, list of Json, dict of str to Json

MAX_INTEGER = 2**53 - 1

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(r"[ \t\n\r]*")
_SIMPLE = re.compile(r'"([^"\\\x00-\x1f]*)"')  # a string without escapes
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9A-Fa-f]{4}")
_LOW_SURROGATE = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_NUMBER_RUN = re.compile(r"[-+.0-9eE]+")
_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LITERALS = (("true", True), ("false", False), ("null", None))
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_INDEX = re.compile(r"0|[1-9][0-9]*")


def check_size(data: bytes, max_bytes: int) -> None:
    """LIMIT-1: a document has at most so many bytes."""
    if len(data) > max_bytes:
        raise SettldError("LIMIT_JSON_BYTES", f"{len(data)} bytes, at most {max_bytes}")


def parse(data: bytes, max_bytes: Optional[int] = None, max_depth: int = limits.DEPTH) -> Json:
    """Parse one strict JSON document."""
    if max_bytes is not None:
        check_size(data, max_bytes)
    if data.startswith(_BOM):
        raise SettldError("JSON_BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettldError("JSON_UTF8", f"at byte {error.start}") from None
    return _Scanner(text, max_depth).document()


class _Scanner:
    def __init__(self, text: str, max_depth: int) -> None:
        # The character at the end fits nowhere, so that there is always one to look at.
        self.text = text + "\0"
        self.pos = 0
        self.max_depth = max_depth

    def document(self) -> Json:
        self._skip_space()
        value = self._value(0)
        self._skip_space()
        if self.pos != len(self.text) - 1:
            raise self._syntax()
        return value

    def _error(self, code: str, at: int) -> SettldError:
        return SettldError(code, f"at character {at}")

    def _syntax(self) -> SettldError:
        return self._error("JSON_SYNTAX", self.pos)

    def _skip_space(self) -> str:
        """Go to the next character that is no white space, and give it."""
        char = self.text[self.pos]
        if char in " \t\n\r":
            self.pos = _SPACE.match(self.text, self.pos).end()  # type: ignore[union-attr]
            char = self.text[self.pos]
        return char

    def _value(self, depth: int) -> Json:
        char = self.text[self.pos]
        if char == '"':
            return self._string()
        if char == "{":
            return self._object(depth + 1)
        if char == "[":
            return self._array(depth + 1)
        if char in "-0123456789":
            return self._number()
        for word, value in _LITERALS:
            if self.text.startswith(word, self.pos):
                self.pos += len(word)
                return value
        raise self._syntax()

    def _open(self, depth: int) -> str:
        """Go into an array or object; its first character."""
        if depth > self.max_depth:
            raise self._error("JSON_DEPTH", self.pos)
        self.pos += 1
        return self._skip_space()

    def _object(self, depth: int) -> Json:
        members: Dict[str, Json] = {}
        if self._open(depth) == "}":
            self.pos += 1
            return members
        while True:
            start = self.pos
            if self.text[start] != '"':
                raise self._syntax()
            name = self._string()
            if name in members:
                raise self._error("JSON_DUPLICATE_NAME", start)
            if self._skip_space() != ":":
                raise self._syntax()
            self.pos += 1
            self._skip_space()
            members[name] = self._value(depth)
            if self._ends_with("}"):
                return members

    def _array(self, depth: int) -> Json:
        entries: List[Json] = []
        if self._open(depth) == "]":
            self.pos += 1
            return entries
        while True:
            entries.append(self._value(depth))
            if self._ends_with("]"):
                return entries

    def _ends_with(self, close: str) -> bool:
        """After an entry: True behind the closing bracket, False before the next entry."""
        char = self._skip_space()
        if char == close:
            self.pos += 1
            return True
        if char != ",":
            raise self._syntax()
        self.pos += 1
        self._skip_space()
        return False

    def _string(self) -> str:
        simple = _SIMPLE.match(self.text, self.pos)
        if simple is not None:
            self.pos = simple.end()
            return simple[1]
        self.pos += 1
        parts: List[str] = []
        while True:
            plain = _PLAIN.match(self.text, self.pos)
            assert plain is not None
            parts.append(plain.group())
            self.pos = plain.end()
            char = self.text[self.pos]
            if char == '"':
                self.pos += 1
                return "".join(parts)
            if char != "\\":  # a control character or the end
                raise self._syntax()
            parts.append(self._escape())

    def _escape(self) -> str:
        start = self.pos
        char = self.text[start + 1]
        if char != "u":
            if char not in _ESCAPES:
                raise self._syntax()
            self.pos += 2
            return _ESCAPES[char]
        digits = _HEX4.match(self.text, start + 2)
        if digits is None:
            raise self._syntax()
        self.pos = digits.end()
        unit = int(digits.group(), 16)
        if not 0xD800 <= unit <= 0xDFFF:
            return chr(unit)
        low = _LOW_SURROGATE.match(self.text, self.pos) if unit < 0xDC00 else None
        if low is None:
            raise self._error("JSON_SURROGATE", start)
        self.pos = low.end()
        return chr(0x10000 + ((unit - 0xD800) << 10) + (int(low.group(1), 16) - 0xDC00))

    def _number(self) -> int:
        run = _NUMBER_RUN.match(self.text, self.pos)
        assert run is not None
        token = _NUMBER.fullmatch(run.group())
        if token is None:
            raise self._syntax()
        sign, digits, fraction, exponent = token.groups()
        if fraction is not None:
            raise self._error("JSON_FRACTION", self.pos)
        if exponent is not None:
            raise self._error("JSON_EXPONENT", self.pos)
        if sign and digits == "0":
            raise self._error("JSON_NEGATIVE_ZERO", self.pos)
        if len(digits) > 16 or int(digits) > MAX_INTEGER:
            raise self._error("JSON_INTEGER_RANGE", self.pos)
        self.pos = run.end()
        return -int(digits) if sign else int(digits)


def parse_pointer(pointer: str) -> List[str]:
    """The reference tokens of a JSON Pointer (JSON-10)."""
    if _POINTER.fullmatch(pointer) is None:
        raise SettldError("JSON_POINTER", repr(pointer))
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def resolve_pointer(document: Json, pointer: str) -> Tuple[bool, Json]:
    """``(True, value)`` of the value at the pointer, ``(False, None)`` when there is none."""
    value = document
    for token in parse_pointer(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif (
            isinstance(value, list)
            and _INDEX.fullmatch(token)
            and len(token) <= 16
            and int(token) < len(value)
        ):
            value = value[int(token)]
        else:
            return False, None
    return True, value
