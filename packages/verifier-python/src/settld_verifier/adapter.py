"""The adapter of area CONF: answers the cases of a conformance runner, line by line.

What a line means is CONF-1 to CONF-6. A line of the runner that is no message, or that is a case without
a usable id, cannot be answered, because everything else on the output would break the protocol: it is
named in the log, and the next line is read.
"""
from __future__ import annotations

from typing import Any, BinaryIO, Callable, Dict, Iterator, Optional

from . import __version__, jcs, ops, schemas, strict_json
from .errors import SettldError
from .strict_json import Json

RUNNER_LINE_BYTES = 67_108_864  # CONF-1, without the line feed
ADAPTER_LINE_BYTES = 16_777_216  # CONF-1, with the line feed
ADAPTER_DEPTH = 48  # CONF-1
_CHUNK = 1 << 20

HELLO: Dict[str, Any] = {
    "type": "hello",
    "protocol": 1,
    "implementation": {
        "name": "settld-verifier-python",
        "version": __version__,
        "language": "Python",
    },
    "roles": ["verifier-core", "verifier-full", "kernel", "issuer"],
    "revisions": [schemas.REVISION],
    "features": sorted(ops.OPERATIONS),
    # Cases are answered one after another; the next ones are on their way meanwhile.
    "limits": {"inFlight": 4},
}

Log = Callable[[str], None]


class NoMessage(Exception):
    """A line that cannot be answered."""


def serve(source: BinaryIO, sink: BinaryIO, log: Log) -> int:
    """Speak the protocol until ``bye``; the exit code, which is 0 exactly after it (CONF-5)."""
    greeted = False
    for number, line in enumerate(_lines(source), 1):
        try:
            message = _read(line)
            if message["type"] == "bye":
                return 0
            if message["type"] == "hello" and not greeted:
                greeted = True
                _write(sink, _encode(HELLO))
            elif message["type"] == "case" and greeted:
                _write(sink, answer(message))
            else:
                raise NoMessage(f"no place for {message['type']!r}")
        except NoMessage as error:
            log(f"line {number}: {error}")
    log("the input ended without bye")
    return 1


def answer(case: Json) -> bytes:
    """The line that answers a case. Whatever goes wrong is an ``error`` (CONF-4)."""
    case_id = case.get("id")
    if not isinstance(case_id, str) or not 1 <= len(case_id) <= 64:
        raise NoMessage("a case without a usable id")
    try:
        return _encode({"id": case_id, **_outcome(case)})
    except Exception as error:  # noqa: BLE001 - an error of the adapter is an answer too
        return _encode({"type": "error", "id": case_id, "message": _describe(error)})


def _outcome(case: Json) -> Dict[str, Any]:
    op = case.get("op")
    if not isinstance(op, str):
        raise ValueError("a case without op")
    if op not in ops.OPERATIONS:
        return {"type": "skip", "feature": op[:256] or "op", "reason": "there is no such operation here"}
    found = ops.answer(op, case.get("input"))
    facts = {} if found.facts is None else {"facts": found.facts}
    return {"type": "ok", "verdict": found.verdict, "code": found.code, **facts}


def _describe(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"[:4096]
    return text.encode("utf-8", "replace").decode("utf-8")


def _read(line: Optional[bytes]) -> Json:
    """A message, or NoMessage."""
    if line is None:
        raise NoMessage(f"longer than {RUNNER_LINE_BYTES} bytes")
    if not line.endswith(b"\n"):
        raise NoMessage("no line feed at the end")
    try:
        message = strict_json.parse(line[:-1])
    except SettldError as error:
        raise NoMessage(str(error)) from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise NoMessage("no object with a type")
    return message


def _encode(message: Json) -> bytes:
    """The line of a message; SettldError for one that CONF-1 does not allow."""
    line = jcs.canonicalize(message) + b"\n"
    strict_json.parse(line, ADAPTER_LINE_BYTES, ADAPTER_DEPTH)
    return line


def _write(sink: BinaryIO, line: bytes) -> None:
    sink.write(line)
    sink.flush()


def _lines(source: BinaryIO) -> Iterator[Optional[bytes]]:
    """Lines with their line feed, which the last one may lack; None for one that is too long."""
    while True:
        line = source.readline(RUNNER_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > RUNNER_LINE_BYTES and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = source.readline(_CHUNK)
            yield None
        else:
            yield line
