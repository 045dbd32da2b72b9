"""Refusals. Every refusal carries a code of the protocol's registry."""
from __future__ import annotations

from typing import Optional


class SettldError(Exception):
    """Something was refused; ``code`` says why."""

    verdict = "reject"

    def __init__(self, code: str, message: str = "", pointer: Optional[str] = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.pointer = pointer


class Indeterminate(SettldError):
    """The input can be neither accepted nor rejected (EVENT_REVISION_UNKNOWN)."""

    verdict = "indeterminate"


class InputError(Exception):
    """What the *user* supplied (trust document, root key, time) is unusable; no bundle is judged."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
