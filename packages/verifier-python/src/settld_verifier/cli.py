"""The command ``settld-verifier``.

``verify FILE... --trust T | --root HEX [--now T]`` verifies bundles (CLI-1, CLI-2, CLI-7);
``adapter`` answers a conformance runner on standard input and output (area CONF).
"""
from __future__ import annotations

import argparse
import contextlib
import os
import sys
from itertools import combinations
from pathlib import Path
from typing import Dict, List, NoReturn, Optional

from . import adapter, jcs
from .bundle import find_equivocation, verify_bundle
from .errors import InputError
from .report import Report

_EXIT = {"accept": 0, "reject": 1, "indeterminate": 3}
_ORDER = (2, 1, 3, 0)
_OPEN_CODES = ("BUNDLE_OPEN", "RECEIPT_MISSING")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError("CLI_USAGE", message)


def _parser() -> _Parser:
    parser = _Parser(prog="settld-verifier", description="An independent verifier of Settld bundles.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    verify = commands.add_parser("verify", help="verify bundles, and look for contradictions between them")
    verify.add_argument("files", metavar="FILE", nargs="+")
    source = verify.add_mutually_exclusive_group(required=True)
    source.add_argument("--trust", metavar="FILE", help="the user's own trust document, plain JSON")
    source.add_argument("--root", metavar="HEX", help="raw public key of the pinned registry")
    verify.add_argument("--now", metavar="INSTANT", help="verification time")
    verify.add_argument("--allow-open", action="store_true", help="exit with 0 for an open agreement")
    commands.add_parser("adapter", help="answer a conformance runner on standard input and output")
    return parser


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError("CLI_INPUT", f"{path}: {error.strerror}") from None


def _print(value: object) -> None:
    sys.stdout.write(jcs.canonicalize(value).decode("utf-8") + "\n")


def _text(text: str) -> str:
    """Text that can be written, also for file names that are no Unicode."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _error(error: InputError) -> Dict[str, str]:
    return {"code": error.code, "message": _text(error.message)}


def main(arguments: Optional[List[str]] = None) -> int:
    """Run the command; the exit code."""
    try:
        options = _parser().parse_args(arguments)
        return _verify(options) if options.command == "verify" else _serve()
    except InputError as error:
        _print({"error": _error(error)})
        return 2


def _serve() -> int:
    def log(text: str) -> None:
        print(f"settld-verifier: {text}", file=sys.stderr, flush=True)

    source, sink = sys.stdin.buffer, sys.stdout.buffer
    try:
        with contextlib.redirect_stdout(sys.stderr):  # only messages go to standard output
            return adapter.serve(source, sink, log)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sink.fileno())  # nothing is left to flush
        log("the runner is gone")
        return 1


def _verify(options: argparse.Namespace) -> int:
    trust = None if options.trust is None else _read(options.trust)
    given = {"trust": trust, "root": options.root, "now": options.now}
    verify_bundle(b"", **given)  # unusable trust or time ends the call, before any file
    reports: Dict[str, Report] = {}
    exits = {0}
    for file in options.files:
        try:
            report = verify_bundle(_read(file), **given)
        except InputError as error:
            _print({"error": _error(error), "file": _text(file)})
            exits.add(2)
            continue
        _print({"file": _text(file), "report": report.to_json()})
        reports[file] = report
        allowed = options.allow_open and report.code in _OPEN_CODES
        exits.add(0 if allowed else _EXIT[report.verdict])
    for one, other in combinations(reports, 2):
        seq = find_equivocation(reports[one], reports[other])
        if seq is not None:
            _print({"code": "LOG_EQUIVOCATION", "files": [_text(one), _text(other)], "seq": seq})
            exits.add(1)
    return next(code for code in _ORDER if code in exits)
