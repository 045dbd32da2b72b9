"""The log of one agreement: chain, bodies, timers, reactions (areas EVENT, LOG, TIME)."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, NoReturn, Optional, Tuple

from . import policy as policies
from .errors import SettldError
from .instant import add, format_instant, parse_instant
from .ledger import Book, Ledger
from .money import fee_of_leg, share
from .policy import Submission
from .state_table import EVENT, REACTION, STATE_TABLE
from .strict_json import Json

_LOG_9: Mapping[str, Tuple[Tuple[str, str], ...]] = {
    "decision.made": (
        ("due", "TIME_DUE_MISMATCH"),
        ("submission", "EVENT_SUBMISSION_MISMATCH"),
        ("attempt", "EVENT_ATTEMPT_MISMATCH"),
        ("requirements", "POLICY_REQUIREMENTS_MISMATCH"),
        ("gross", "POLICY_GROSS_MISMATCH"),
        ("outcome", "POLICY_OUTCOME_MISMATCH"),
        ("final", "POLICY_FINAL_MISMATCH"),
    ),
    "settlement.executed": (
        ("due", "TIME_DUE_MISMATCH"),
        ("cause", "LOG_CAUSE_MISMATCH"),
        ("toSeller", "LEDGER_TO_SELLER_MISMATCH"),
        ("fee", "LEDGER_FEE_MISMATCH"),
        ("toBuyer", "LEDGER_TO_BUYER_MISMATCH"),
        ("held", "LEDGER_HELD_MISMATCH"),
    ),
    "holdback.released": (
        ("due", "TIME_DUE_MISMATCH"),
        ("cause", "LOG_CAUSE_MISMATCH"),
        ("toSeller", "LEDGER_TO_SELLER_MISMATCH"),
        ("fee", "LEDGER_FEE_MISMATCH"),
        ("toBuyer", "LEDGER_TO_BUYER_MISMATCH"),
    ),
    "agreement.closed": (
        ("due", "TIME_DUE_MISMATCH"),
        ("reason", "LOG_REASON_MISMATCH"),
        ("totals", "LEDGER_TOTALS_MISMATCH"),
    ),
}


@dataclass(frozen=True)
class Signer:
    """Whose signature an event needs: party, role, and the keys that the offer pins for it."""

    party: str
    role: str
    keys: Optional[Tuple[str, ...]]


@dataclass(frozen=True)
class Reaction:
    type: str
    due: int


def _refuse(code: str, message: str = "") -> NoReturn:
    raise SettldError(code, message)


class Log:
    """The state that a chain of events gives. ``apply`` takes payloads that passed EVENT-1."""

    def __init__(self) -> None:
        self.state = "none"
        self.chain: List[str] = []
        self.at = 0  # of the last event
        self.terms: Json = None  # body of the offer
        self.offered_by = ""
        self.submissions = 0
        self.submission: Optional[Submission] = None  # under review
        self.item_sizes: Dict[str, int] = {}  # by digest, in order of first occurrence
        self.decision: Optional[str] = None  # digest of the final decision
        self.awarded: Json = None  # body of the final decision
        self.dispute: Optional[str] = None
        self.ruling: Optional[int] = None
        self.timer: Optional[int] = None
        self.released = 0  # gross released to the seller by earlier legs (MONEY-7)
        self.funded = 0
        self.cancelled = False
        self.reason: Optional[str] = None
        self.ledger: Optional[Ledger] = None
        self._book: Optional[Book] = None

    # --- what the log gives

    @property
    def closed(self) -> bool:
        return self.state == "closed"

    @property
    def agreement(self) -> str:
        return self.chain[0]

    @property
    def amount(self) -> int:
        return int(self.terms["amount"]["value"])

    @property
    def outcome(self) -> str:
        """RECEIPT-3: the outcome of the final decision, none without one or after a cancellation."""
        return "none" if self.cancelled or self.awarded is None else self.awarded["outcome"]

    def totals(self) -> Dict[str, str]:
        """LEDGER-8: the sums over the log so far."""
        assert self.ledger
        return {
            "funded": str(self.funded),
            "toSeller": str(self.ledger.balance("seller")),
            "fee": str(self.ledger.balance("fee")),
            "toBuyer": str(self.ledger.balance("buyer") + self.funded),
        }

    def party(self, role: str) -> Json:
        return self.terms["parties"][role]

    def signer(self, role: str, party: Optional[Json] = None) -> Signer:
        entry = self.party(role) if party is None else party
        keys = tuple(entry["keys"]) if "keys" in entry else None
        return Signer(entry["id"], role, keys)

    def reaction(self) -> Optional[Reaction]:
        """The reaction that comes next by itself: at once, or at the timer."""
        return self._immediate() or self._timed()

    def _immediate(self) -> Optional[Reaction]:
        """LOG-4: what the settler has to do at once in this state."""
        if self.state == "decided":
            return Reaction("settlement.executed", self.at)
        if self.state == "ruled":
            return Reaction("holdback.released", self.at)
        if self.state == "closing":
            return Reaction("agreement.closed", self.at)
        if self.state == "cancelling":
            return Reaction("settlement.executed" if self._escrow > 0 else "agreement.closed", self.at)
        if self.state == "review":
            assert self.submission is not None
            if not policies.pending(self.terms["policy"], self.submission):
                return Reaction("decision.made", self.at)
        return None

    def _timed(self) -> Optional[Reaction]:
        """TIME-3: what the settler has to do at the timer of this state."""
        if self.timer is None:
            return None
        kinds = {
            "offered": "agreement.closed",
            "accepted": "agreement.closed",
            "funded": "decision.made",
            "review": "decision.made",
            "window": "holdback.released",
            "disputed": "holdback.released",
        }
        return Reaction(kinds[self.state], self.timer)

    @property
    def _escrow(self) -> int:
        return self.ledger.balance("escrow") if self.ledger else 0

    @property
    def _holdback(self) -> int:
        return self.ledger.balance("holdback") if self.ledger else 0

    # --- LOG-8

    def apply(self, payload: Json, digest: str) -> Signer:
        """Apply one event, and say whose signature its actor's has to be."""
        event_type: str = payload["type"]
        at = parse_instant(payload["at"])
        body = payload["body"]

        if self.state == "none":
            if event_type != "agreement.offered":
                _refuse("STATE_NO_AGREEMENT")
            signer = self._offer(payload, digest, at)
        else:
            if event_type != "agreement.offered":
                self._check_place(payload)
            reaction = self._check_time_and_state(event_type, at)
            signer = self._actor(payload)
            if reaction is not None:
                self._react(reaction, body, digest, at)
            else:
                self._HANDLERS[event_type](self, body, digest, at)
        self.chain.append(digest)
        self.at = at
        return signer

    def _check_place(self, payload: Json) -> None:
        if payload["seq"] != len(self.chain):
            _refuse("LOG_SEQ_MISMATCH")
        if payload["agreement"] != self.agreement:
            _refuse("LOG_AGREEMENT_MISMATCH")
        if payload["prev"] != self.chain[-1]:
            _refuse("LOG_PREV_MISMATCH")

    def _check_time_and_state(self, event_type: str, at: int) -> Optional[Reaction]:
        if at < self.at:
            _refuse("TIME_BACKWARDS")
        immediate = self._immediate()
        if immediate is not None:
            if event_type != immediate.type:
                _refuse("LOG_REACTION_MISSING", immediate.type)
            return immediate
        timed = self._timed()
        if timed is not None and timed.due <= at:
            if event_type != timed.type:
                _refuse("TIME_TIMER_MISSING", timed.type)
            return timed
        cell = "STATE_CLOSED" if self.closed else STATE_TABLE[self.state][event_type]
        if cell == REACTION:
            _refuse("STATE_NOT_DUE")
        if cell != EVENT:
            _refuse(cell)
        return None

    # --- EVENT-5

    def _actor(self, payload: Json) -> Signer:
        event_type, by = payload["type"], payload["by"]
        for signer in self._allowed(event_type, payload["body"]):
            if signer.party == by:
                return signer
        _refuse("EVENT_ACTOR", by)

    def _allowed(self, event_type: str, body: Json) -> List[Signer]:
        if event_type == "agreement.accepted":
            other = "seller" if self.offered_by == self.party("buyer")["id"] else "buyer"
            return [self.signer(other)]
        if event_type == "agreement.cancelled":
            if self.state in ("offered", "accepted"):
                return [self.signer("buyer"), self.signer("seller")]
            return [self.signer("seller")]
        if event_type == "work.submitted":
            return [self.signer("seller")]
        if event_type == "evidence.attested":
            checkers = self.party("checkers")
            check = policies.find_check(self.terms["policy"], body["requirement"])
            entries = checkers.values() if check is None else [checkers[check["checker"]]]
            return [self.signer("checker", entry) for entry in entries]
        if event_type == "approval.given":
            return [self.signer("buyer")]
        if event_type == "dispute.opened":
            return [self.signer("buyer"), self.signer("seller")]
        if event_type == "dispute.resolved":
            return [self.signer("arbiter")]
        return [self.signer("settler")]

    # --- bodies of party events and funding

    def _offer(self, payload: Json, digest: str, at: int) -> Signer:
        body = payload["body"]
        parties = body["parties"]
        role = next((r for r in ("buyer", "seller") if parties[r]["id"] == payload["by"]), None)
        if role is None:
            _refuse("EVENT_ACTOR", payload["by"])
        distinct = [parties[r]["id"] for r in ("buyer", "seller", "settler", "arbiter") if r in parties]
        if len(set(distinct)) != len(distinct):
            _refuse("EVENT_PARTIES_OVERLAP")
        if any(checker["id"] == parties["seller"]["id"] for checker in parties["checkers"].values()):
            _refuse("EVENT_PARTIES_OVERLAP", "checker")
        accept_by = parse_instant(body["acceptBy"])
        if not accept_by <= parse_instant(body["fundBy"]) <= parse_instant(body["submitBy"]):
            _refuse("EVENT_DEADLINE_ORDER")
        has_arbiter = "arbiter" in parties
        if body["disputeMs"] > 0:
            fits = has_arbiter and body["rulingMs"] > 0
        else:
            fits = body["holdbackBps"] == 0 and body["rulingMs"] == 0 and not has_arbiter
        if not fits:
            _refuse("EVENT_DISPUTE_TERMS")
        amount = body["amount"]
        policies.check_policy(body["policy"], parties["checkers"], int(amount["value"]))

        asset = (amount["assetCode"], amount["assetScale"])
        self.terms, self.offered_by = body, payload["by"]
        self.ledger = Ledger(asset)
        self._book = Book(
            digest, asset, parties["buyer"]["id"], parties["seller"]["id"], parties["settler"]["id"]
        )
        self._enter("offered", accept_by)
        return self.signer(role)

    def _accepted(self, body: Json, digest: str, at: int) -> None:
        self._enter("accepted", parse_instant(self.terms["fundBy"]))

    def _cancelled(self, body: Json, digest: str, at: int) -> None:
        self.cancelled = True
        self._enter("cancelling")

    def _funded(self, body: Json, digest: str, at: int) -> None:
        agreed, funded = self.terms["amount"], body["amount"]
        if any(funded[member] != agreed[member] for member in ("assetCode", "assetScale")):
            _refuse("MONEY_ASSET_MISMATCH")
        if funded["value"] != agreed["value"]:
            _refuse("MONEY_AMOUNT_MISMATCH")
        assert self._book and self.ledger
        self.funded = self.amount
        self.ledger.apply(self._book.funding(digest, self.amount))
        self._enter("funded", parse_instant(self.terms["submitBy"]))

    def _submitted(self, body: Json, digest: str, at: int) -> None:
        if body["attempt"] != self.submissions + 1:
            _refuse("EVENT_ATTEMPT_MISMATCH")
        self._take_items(body["items"])
        self.submissions += 1
        self.submission = Submission(digest, at, body["items"])
        self._enter("review", add(at, self.terms["reviewMs"]))

    def _take_items(self, items: List[Json]) -> None:
        names = set()
        for item in items:
            if item["name"] in names:
                _refuse("EVENT_NAME_DUPLICATE", item["name"])
            names.add(item["name"])
            if self.item_sizes.setdefault(item["digest"], item["size"]) != item["size"]:
                _refuse("EVENT_ITEM_CONFLICT", item["digest"])

    def _attested(self, body: Json, digest: str, at: int) -> None:
        submission = self._submission_named_by(body)
        check = policies.find_check(self.terms["policy"], body["requirement"])
        if check is None:
            _refuse("EVENT_REQUIREMENT_UNKNOWN", body["requirement"])
        item = submission.item(check["item"])
        if item is None or item["digest"] != body["subject"]:
            _refuse("EVENT_SUBJECT_MISMATCH")
        if check["id"] in submission.results:
            _refuse("EVENT_ATTESTATION_DUPLICATE", check["id"])
        submission.results[check["id"]] = body["result"]

    def _approved(self, body: Json, digest: str, at: int) -> None:
        submission = self._submission_named_by(body)
        approval = policies.find(self.terms["policy"], body["requirement"], "approval")
        if approval is None:
            _refuse("EVENT_REQUIREMENT_UNKNOWN", body["requirement"])
        if approval["id"] in submission.approvals:
            _refuse("EVENT_APPROVAL_DUPLICATE", approval["id"])
        submission.approvals[approval["id"]] = body["approved"]

    def _submission_named_by(self, body: Json) -> Submission:
        assert self.submission is not None
        if body["submission"] != self.submission.digest:
            _refuse("EVENT_SUBMISSION_MISMATCH")
        return self.submission

    def _disputed(self, body: Json, digest: str, at: int) -> None:
        if body["decision"] != self.decision:
            _refuse("EVENT_DECISION_MISMATCH")
        self._take_items(body.get("items", []))
        self.dispute = digest
        self._enter("disputed", add(at, self.terms["rulingMs"]))

    def _resolved(self, body: Json, digest: str, at: int) -> None:
        if body["dispute"] != self.dispute:
            _refuse("EVENT_DISPUTE_MISMATCH")
        if int(body["toSeller"]) > self._holdback:
            _refuse("MONEY_RULING_RANGE")
        self.ruling = int(body["toSeller"])
        self._enter("ruled")

    _HANDLERS: Dict[str, Callable[["Log", Json, str, int], None]] = {
        "agreement.accepted": _accepted,
        "agreement.cancelled": _cancelled,
        "escrow.funded": _funded,
        "work.submitted": _submitted,
        "evidence.attested": _attested,
        "approval.given": _approved,
        "dispute.opened": _disputed,
        "dispute.resolved": _resolved,
    }

    # --- reactions

    def body_of(self, reaction: Reaction) -> Json:
        """LOG-9: the body that the log gives for the reaction that comes next."""
        return {"due": format_instant(reaction.due), **self._BODIES[reaction.type](self, reaction)}

    def _react(self, reaction: Reaction, body: Json, digest: str, at: int) -> None:
        """LOG-9: compare the body with the one that the log gives, then go on."""
        given = self.body_of(reaction)
        for member, code in _LOG_9[reaction.type]:
            if body.get(member) != given.get(member):
                _refuse(code, f"the log gives {given.get(member)!r}")
        self._REACTIONS[reaction.type](self, body, digest, at)

    def _decision_body(self, reaction: Reaction) -> Json:
        award = policies.evaluate(self.terms["policy"], self.amount, self.submission)
        final = (
            award.gross > 0
            or self.submissions == self.terms["attemptsMax"]
            or reaction.due >= parse_instant(self.terms["submitBy"])
        )
        submission = {} if self.submission is None else {"submission": self.submission.digest}
        return {
            **submission,
            "attempt": self.submissions,
            "requirements": award.requirements_json(),
            "gross": str(award.gross),
            "outcome": award.outcome,
            "final": final,
        }

    def _decided(self, body: Json, digest: str, at: int) -> None:
        self.submission = None
        if body["final"]:
            self.decision, self.awarded = digest, body
            self._enter("decided")
        else:
            self._enter("funded", parse_instant(self.terms["submitBy"]))

    def _settlement_body(self, reaction: Reaction) -> Json:
        """MONEY-8."""
        if self.cancelled:
            return {**self._leg_body(0, self._escrow), "held": "0"}
        gross = int(self.awarded["gross"])
        hold = share(gross, self.terms["holdbackBps"])
        rest = self.amount - gross
        held, to_buyer = (rest + hold, 0) if self.terms["disputeMs"] > 0 else (0, rest)
        return {**self._leg_body(gross - hold, to_buyer), "held": str(held)}

    def _release_body(self, reaction: Reaction) -> Json:
        """MONEY-9."""
        gross = self.ruling
        if gross is None:
            gross = share(int(self.awarded["gross"]), self.terms["holdbackBps"])
        return self._leg_body(gross, self._holdback - gross)

    def _leg_body(self, gross: int, to_buyer: int) -> Json:
        fee = fee_of_leg(self.released, gross, self.terms["feeBps"])
        return {
            "cause": self.chain[-1],
            "toSeller": str(gross - fee),
            "fee": str(fee),
            "toBuyer": str(to_buyer),
        }

    def _settled(self, body: Json, digest: str, at: int) -> None:
        assert self._book and self.ledger
        to_seller, fee, to_buyer, held = (int(body[m]) for m in ("toSeller", "fee", "toBuyer", "held"))
        self.released += to_seller + fee
        self.ledger.apply(self._book.settlement(digest, to_seller, fee, to_buyer, held))
        if held > 0:
            self._enter("window", add(at, self.terms["disputeMs"]))
        else:
            self._enter("closing")

    def _released(self, body: Json, digest: str, at: int) -> None:
        assert self._book and self.ledger
        to_seller, fee, to_buyer = (int(body[m]) for m in ("toSeller", "fee", "toBuyer"))
        self.released += to_seller + fee
        self.ledger.apply(self._book.release(digest, to_seller, fee, to_buyer))
        self._enter("closing")

    def _closing_body(self, reaction: Reaction) -> Json:
        reasons = {"offered": "offer-expired", "accepted": "unfunded"}
        reason = "cancelled" if self.cancelled else reasons.get(self.state, "settled")
        return {"reason": reason, "totals": self.totals()}

    def _closed(self, body: Json, digest: str, at: int) -> None:
        assert self.ledger
        self.ledger.close()
        self.reason = body["reason"]
        self._enter("closed")

    _BODIES: Dict[str, Callable[["Log", Reaction], Json]] = {
        "decision.made": _decision_body,
        "settlement.executed": _settlement_body,
        "holdback.released": _release_body,
        "agreement.closed": _closing_body,
    }
    _REACTIONS: Dict[str, Callable[["Log", Json, str, int], None]] = {
        "decision.made": _decided,
        "settlement.executed": _settled,
        "holdback.released": _released,
        "agreement.closed": _closed,
    }

    def _enter(self, state: str, timer: Optional[int] = None) -> None:
        self.state, self.timer = state, timer

    # --- facts

    def facts(self) -> Json:
        """What the log gives, as in report.schema.json."""
        assert self.ledger
        facts = {
            "agreement": self.agreement,
            "head": self.chain[-1],
            "events": len(self.chain),
            "status": self.state,
            "at": format_instant(self.at),
            "buyer": self.party("buyer")["id"],
            "seller": self.party("seller")["id"],
            "settler": self.party("settler")["id"],
            "amount": self.terms["amount"],
            "outcome": self.outcome,
            "totals": self.totals(),
            "balances": self.ledger.balances_json(),
        }
        if self.reason is not None:
            facts["reason"] = self.reason
        return facts
