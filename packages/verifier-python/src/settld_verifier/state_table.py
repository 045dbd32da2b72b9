"""Which event is allowed in which state (area STATE)."""
from __future__ import annotations

from typing import Dict, Tuple

EVENT = "event"  # allowed on its own conditions
REACTION = "reaction"  # allowed exactly when this reaction is due


def _build_table() -> Dict[str, Dict[str, str]]:
    """The state table, from the event table and STATE-2 to STATE-18.

    The states decided, ruled, closing and cancelling have no row: LOG-4 lets nothing pass there
    but the reaction that is due.
    """
    work = ("work.submitted", "evidence.attested", "approval.given")
    disputes = ("dispute.opened", "dispute.resolved", "holdback.released")

    def row(*groups: Tuple[Tuple[str, ...], str]) -> Dict[str, str]:
        return {event: cell for events, cell in groups for event in events}

    unfunded = row(
        (("agreement.offered",), "STATE_ALREADY_OFFERED"),
        (("agreement.cancelled",), EVENT),
        (work + ("decision.made", "settlement.executed"), "STATE_NOT_FUNDED"),
        (disputes, "STATE_NOT_SETTLED"),
        (("agreement.closed",), REACTION),
    )
    funded = row(
        (("agreement.offered",), "STATE_ALREADY_OFFERED"),
        (("agreement.accepted",), "STATE_ALREADY_ACCEPTED"),
        (("agreement.cancelled",), EVENT),
        (("escrow.funded",), "STATE_ALREADY_FUNDED"),
        (("decision.made",), REACTION),
        (("settlement.executed",), "STATE_NOT_DECIDED"),
        (disputes + ("agreement.closed",), "STATE_NOT_SETTLED"),
    )
    settled = row(
        (("agreement.offered",), "STATE_ALREADY_OFFERED"),
        (("agreement.accepted",), "STATE_ALREADY_ACCEPTED"),
        (("escrow.funded",), "STATE_ALREADY_FUNDED"),
        (work + ("decision.made", "agreement.cancelled"), "STATE_ALREADY_DECIDED"),
        (("settlement.executed",), "STATE_ALREADY_SETTLED"),
        (("holdback.released",), REACTION),
        (("agreement.closed",), "STATE_HOLDBACK_OPEN"),
    )
    return {
        "offered": {**unfunded, "agreement.accepted": EVENT, "escrow.funded": "STATE_NOT_ACCEPTED"},
        "accepted": {
            **unfunded,
            "agreement.accepted": "STATE_ALREADY_ACCEPTED",
            "escrow.funded": EVENT,
        },
        "funded": {
            **funded,
            "work.submitted": EVENT,
            "evidence.attested": "STATE_NO_SUBMISSION",
            "approval.given": "STATE_NO_SUBMISSION",
        },
        "review": {
            **funded,
            "work.submitted": "STATE_IN_REVIEW",
            "evidence.attested": EVENT,
            "approval.given": EVENT,
        },
        "window": {**settled, "dispute.opened": EVENT, "dispute.resolved": "STATE_NOT_DISPUTED"},
        "disputed": {**settled, "dispute.opened": "STATE_ALREADY_DISPUTED", "dispute.resolved": EVENT},
    }


STATE_TABLE = _build_table()
