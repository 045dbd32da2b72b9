"""A few combinators that say what a JSON value has to look like.

A checker takes a value and returns None, or the JSON Pointer from there to the first misfit. The
tables in ``schemas.py`` are written with them.
"""
from __future__ import annotations

import re
from typing import Any, Callable, Dict, Mapping, Optional

from .strict_json import MAX_INTEGER, Json

Checker = Callable[[Json], Optional[str]]


def _below(token: object, pointer: str) -> str:
    """A pointer to something below a member or entry."""
    return "/" + str(token).replace("~", "~0").replace("/", "~1") + pointer


def pattern(regex: str, max_length: Optional[int] = None) -> Checker:
    """A string that matches as a whole."""
    compiled = re.compile(regex)

    def check(value: Json) -> Optional[str]:
        fits = (
            isinstance(value, str)
            and (max_length is None or len(value) <= max_length)
            and compiled.fullmatch(value) is not None
        )
        return None if fits else ""

    return check


def text(min_length: int, max_length: int) -> Checker:
    def check(value: Json) -> Optional[str]:
        return None if isinstance(value, str) and min_length <= len(value) <= max_length else ""

    return check


def integer(minimum: int = -MAX_INTEGER, maximum: int = MAX_INTEGER) -> Checker:
    def check(value: Json) -> Optional[str]:
        fits = type(value) is int and minimum <= value <= maximum
        return None if fits else ""

    return check


def boolean(value: Json) -> Optional[str]:
    return None if isinstance(value, bool) else ""


def any_string(value: Json) -> Optional[str]:
    return None if isinstance(value, str) else ""


def any_object(value: Json) -> Optional[str]:
    return None if isinstance(value, dict) else ""


def one_of(*constants: Any) -> Checker:
    """One of some constants, all of one type; True is not 1."""
    kind = type(constants[0])

    def check(value: Json) -> Optional[str]:
        return None if type(value) is kind and value in constants else ""

    return check


def either(*checkers: Checker) -> Checker:
    def check(value: Json) -> Optional[str]:
        return None if any(checker(value) is None for checker in checkers) else ""

    return check


def array(entry: Checker, minimum: int = 0, maximum: Optional[int] = None) -> Checker:
    def check(value: Json) -> Optional[str]:
        if not isinstance(value, list) or len(value) < minimum:
            return ""
        if maximum is not None and len(value) > maximum:
            return ""
        for index, item in enumerate(value):
            misfit = entry(item)
            if misfit is not None:
                return _below(index, misfit)
        return None

    return check


def record(
    required: Mapping[str, Checker],
    optional: Optional[Mapping[str, Checker]] = None,
    min_members: int = 0,
    others: bool = False,
) -> Checker:
    """An object with these members, and no other unless ``others``."""
    names = frozenset(required)
    members: Dict[str, Checker] = {**required, **(optional or {})}

    def check(value: Json) -> Optional[str]:
        if not isinstance(value, dict) or len(value) < min_members:
            return ""
        if not value.keys() >= names:
            return ""
        for name, member in value.items():
            checker = members.get(name)
            if checker is None:
                misfit = None if others else ""
            else:
                misfit = checker(member)
            if misfit is not None:
                return _below(name, misfit)
        return None

    return check


def mapping(name: Checker, member: Checker, maximum: Optional[int] = None) -> Checker:
    """An object with free names."""

    def check(value: Json) -> Optional[str]:
        if not isinstance(value, dict):
            return ""
        if maximum is not None and len(value) > maximum:
            return ""
        for key, entry in value.items():
            misfit = member(entry) if name(key) is None else ""
            if misfit is not None:
                return _below(key, misfit)
        return None

    return check


def tagged(tag: str, variants: Mapping[str, Checker]) -> Checker:
    """An object whose member ``tag`` chooses its checker."""

    def check(value: Json) -> Optional[str]:
        if not isinstance(value, dict) or not isinstance(value.get(tag), str):
            return ""
        variant = variants.get(value[tag])
        return _below(tag, "") if variant is None else variant(value)

    return check
