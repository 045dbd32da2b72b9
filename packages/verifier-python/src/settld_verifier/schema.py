"""A few combinators that say what a JSON value has to look like.

A checker takes a value and the JSON Pointer to it, and returns None or the pointer of the first
misfit. The tables in ``schemas.py`` are written with them.
"""
from __future__ import annotations

import re
from typing import Any, Callable, Dict, Mapping, Optional

from .strict_json import MAX_INTEGER, Json

Checker = Callable[[Json, str], Optional[str]]


def _step(pointer: str, token: object) -> str:
    return pointer + "/" + str(token).replace("~", "~0").replace("/", "~1")


def pattern(regex: str, max_length: Optional[int] = None) -> Checker:
    """A string that matches as a whole."""
    compiled = re.compile(regex)

    def check(value: Json, at: str) -> Optional[str]:
        fits = (
            isinstance(value, str)
            and (max_length is None or len(value) <= max_length)
            and compiled.fullmatch(value) is not None
        )
        return None if fits else at

    return check


def text(min_length: int, max_length: int) -> Checker:
    def check(value: Json, at: str) -> Optional[str]:
        return None if isinstance(value, str) and min_length <= len(value) <= max_length else at

    return check


def integer(minimum: int = -MAX_INTEGER, maximum: int = MAX_INTEGER) -> Checker:
    def check(value: Json, at: str) -> Optional[str]:
        fits = type(value) is int and minimum <= value <= maximum
        return None if fits else at

    return check


def boolean(value: Json, at: str) -> Optional[str]:
    return None if isinstance(value, bool) else at


def any_string(value: Json, at: str) -> Optional[str]:
    return None if isinstance(value, str) else at


def any_object(value: Json, at: str) -> Optional[str]:
    return None if isinstance(value, dict) else at


def one_of(*constants: Any) -> Checker:
    """One of some constants; True is not 1."""

    def check(value: Json, at: str) -> Optional[str]:
        fits = any(type(value) is type(constant) and value == constant for constant in constants)
        return None if fits else at

    return check


def either(*checkers: Checker) -> Checker:
    def check(value: Json, at: str) -> Optional[str]:
        return None if any(checker(value, at) is None for checker in checkers) else at

    return check


def array(entry: Checker, minimum: int = 0, maximum: Optional[int] = None) -> Checker:
    def check(value: Json, at: str) -> Optional[str]:
        if not isinstance(value, list) or len(value) < minimum:
            return at
        if maximum is not None and len(value) > maximum:
            return at
        for index, item in enumerate(value):
            misfit = entry(item, _step(at, index))
            if misfit is not None:
                return misfit
        return None

    return check


def record(
    required: Mapping[str, Checker],
    optional: Optional[Mapping[str, Checker]] = None,
    min_members: int = 0,
) -> Checker:
    """An object with these members and no other."""
    members: Dict[str, Checker] = {**required, **(optional or {})}

    def check(value: Json, at: str) -> Optional[str]:
        if not isinstance(value, dict) or len(value) < min_members:
            return at
        if any(name not in value for name in required):
            return at
        for name, member in value.items():
            checker = members.get(name)
            misfit = _step(at, name) if checker is None else checker(member, _step(at, name))
            if misfit is not None:
                return misfit
        return None

    return check


def mapping(name: Checker, member: Checker, maximum: int) -> Checker:
    """An object with free names."""

    def check(value: Json, at: str) -> Optional[str]:
        if not isinstance(value, dict) or len(value) > maximum:
            return at
        for key, entry in value.items():
            misfit = name(key, _step(at, key)) or member(entry, _step(at, key))
            if misfit is not None:
                return misfit
        return None

    return check


def tagged(tag: str, variants: Mapping[str, Checker]) -> Checker:
    """An object whose member ``tag`` chooses its checker."""

    def check(value: Json, at: str) -> Optional[str]:
        if not isinstance(value, dict) or not isinstance(value.get(tag), str):
            return at
        variant = variants.get(value[tag])
        return _step(at, tag) if variant is None else variant(value, at)

    return check
