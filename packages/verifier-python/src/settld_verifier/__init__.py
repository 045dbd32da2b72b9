"""Verifier of the Settld protocol, revision 2026-11, written from its specification."""
from .bundle import find_equivocation, verify_bundle
from .errors import InputError, SettldError
from .report import Finding, Report

__all__ = ["Finding", "InputError", "Report", "SettldError", "find_equivocation", "verify_bundle"]
__version__ = "0.1.0"
