"""``settld-verifier verify FILE --trust T | --root HEX [--now T]``."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, NoReturn, Optional

from . import jcs
from .bundle import verify_bundle
from .errors import InputError

_EXIT = {"accept": 0, "reject": 1, "indeterminate": 3}
_OPEN_CODES = ("BUNDLE_OPEN", "RECEIPT_MISSING")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError("CLI_USAGE", message)


def _parser() -> _Parser:
    parser = _Parser(prog="settld_verifier", description="Verify Settld bundles.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    verify = commands.add_parser("verify", help="verify one bundle")
    verify.add_argument("file", metavar="FILE")
    source = verify.add_mutually_exclusive_group(required=True)
    source.add_argument("--trust", metavar="FILE", help="the user's own trust document, plain JSON")
    source.add_argument("--root", metavar="HEX", help="raw public key of the pinned registry")
    verify.add_argument("--now", metavar="INSTANT", help="verification time")
    verify.add_argument("--allow-open", action="store_true", help="exit with 0 for an open agreement")
    return parser


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError("CLI_INPUT", f"{path}: {error.strerror}") from None


def _print(value: object) -> None:
    sys.stdout.write(jcs.canonicalize(value).decode("utf-8") + "\n")


def main(arguments: Optional[List[str]] = None) -> int:
    try:
        options = _parser().parse_args(arguments)
        own = None if options.trust is None else _read(options.trust)
        report = verify_bundle(_read(options.file), trust=own, root=options.root, now=options.now)
    except InputError as error:
        message = error.message.encode("utf-8", "replace").decode("utf-8")
        _print({"code": error.code, "message": message, "verdict": None})
        return 2
    _print(report.to_json())
    if options.allow_open and report.code in _OPEN_CODES:
        return 0
    return _EXIT[report.verdict]
