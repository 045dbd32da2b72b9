"""Receipts: the settler's statement over a closed log (area RECEIPT)."""
from __future__ import annotations

from . import schemas
from .errors import SettldError
from .instant import parse_instant
from .log import Log
from .strict_json import Json


def check_receipt(statement: Json, log: Log) -> int:
    """RECEIPT-1 to RECEIPT-4; the instant of the receipt."""
    if not log.closed:
        raise SettldError("RECEIPT_NOT_CLOSED")
    misfit = schemas.receipt(statement, "")
    if misfit is not None:
        raise SettldError("RECEIPT_SCHEMA", f"at {misfit!r}", misfit)
    stated_at = statement["predicate"]["at"]
    at = parse_instant(stated_at)
    if statement != expected_statement(log, stated_at):
        raise SettldError("RECEIPT_MISMATCH")
    if at < log.at:
        raise SettldError("RECEIPT_BEFORE_CLOSE", stated_at)
    return at


def expected_statement(log: Log, at: str) -> Json:
    """The receipt that a closed log gives."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": log.agreement, "digest": {"sha256": log.chain[-1][len("sha256:") :]}}],
        "predicateType": "https://settld.dev/receipt/v1",
        "predicate": {
            "v": schemas.REVISION,
            "agreement": log.agreement,
            "at": at,
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
