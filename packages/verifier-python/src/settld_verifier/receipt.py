"""Receipts: the settler's statement over a closed log (area RECEIPT)."""
from __future__ import annotations

from . import schemas
from .errors import SettldError
from .instant import format_instant, parse_instant
from .log import Log
from .strict_json import Json


def read_statement(statement: Json) -> int:
    """RECEIPT-2, and TIME-1 of the instant that is given back."""
    misfit = schemas.receipt(statement)
    if misfit is not None:
        raise SettldError("RECEIPT_SCHEMA", f"at {misfit!r}", misfit)
    return parse_instant(statement["predicate"]["at"])


def check_receipt(statement: Json, log: Log) -> int:
    """RECEIPT-1 to RECEIPT-4; the instant of the receipt."""
    check_closed(log)
    at = read_statement(statement)
    if statement != expected_statement(log, at):
        raise SettldError("RECEIPT_MISMATCH")
    check_time(at, log)
    return at


def check_closed(log: Log) -> None:
    """RECEIPT-1."""
    if not log.closed:
        raise SettldError("RECEIPT_NOT_CLOSED")


def check_time(at: int, log: Log) -> None:
    """RECEIPT-4."""
    if at < log.at:
        raise SettldError("RECEIPT_BEFORE_CLOSE", format_instant(at))


def expected_statement(log: Log, at: int) -> Json:
    """The receipt that a closed log gives."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": log.agreement, "digest": {"sha256": log.chain[-1][len("sha256:") :]}}],
        "predicateType": "https://settld.dev/receipt/v1",
        "predicate": {
            "v": schemas.REVISION,
            "agreement": log.agreement,
            "at": format_instant(at),
            "by": log.party("settler")["id"],
            "buyer": log.party("buyer")["id"],
            "seller": log.party("seller")["id"],
            "amount": log.terms["amount"],
            "events": len(log.chain),
            "reason": log.reason,
            "outcome": log.outcome,
            "totals": log.totals(),
        },
    }
