"""Policies: what an offer may agree (POLICY-4 to POLICY-8) and what it awards (POLICY-13 to POLICY-26)."""
from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from .errors import SettldError
from .instant import parse_instant
from .money import share
from .strict_json import Json, resolve_pointer

MET = "POLICY_MET"

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@dataclass
class Submission:
    """One submission with what was said about it."""

    digest: str
    at: int
    items: List[Json]
    results: Dict[str, Json] = field(default_factory=dict)  # attested, by requirement id
    approvals: Dict[str, bool] = field(default_factory=dict)  # by requirement id

    def item(self, name: str) -> Optional[Json]:
        return next((item for item in self.items if item["name"] == name), None)


@dataclass(frozen=True)
class Award:
    requirements: List[Tuple[str, str]]  # id, code
    gross: int
    outcome: str

    def requirements_json(self) -> Json:
        return [{"id": name, "code": code} for name, code in self.requirements]


def find_check(policy: Json, requirement_id: str) -> Optional[Json]:
    return find(policy, requirement_id, "check")


def find(policy: Json, requirement_id: str, kind: str) -> Optional[Json]:
    for requirement in policy["requirements"]:
        if requirement["id"] == requirement_id and requirement["kind"] == kind:
            return requirement
    return None


# --- what an offer may agree


def check_policy(policy: Json, checkers: Mapping[str, Json], amount: int) -> None:
    """EVENT-9, POLICY-4, POLICY-5 for each requirement, then the payout."""
    seen = set()
    for requirement in policy["requirements"]:
        if requirement["id"] in seen:
            raise SettldError("EVENT_NAME_DUPLICATE", requirement["id"])
        seen.add(requirement["id"])
        if requirement["kind"] == "check":
            if requirement["checker"] not in checkers:
                raise SettldError("POLICY_CHECKER_UNKNOWN", requirement["checker"])
            if type(requirement["value"]) is not int and requirement["op"] not in ("eq", "ne"):
                raise SettldError("POLICY_OPERATOR", requirement["id"])
    _check_payout(policy, amount)


def _check_payout(policy: Json, amount: int) -> None:
    payout = policy["payout"]
    kind = payout["kind"]
    if kind == "weighted":
        named = [weight["requirement"] for weight in payout["weights"]]
        if named != [requirement["id"] for requirement in policy["requirements"]]:
            raise SettldError("POLICY_WEIGHTS", "names")
        if sum(weight["bps"] for weight in payout["weights"]) != 10_000:
            raise SettldError("POLICY_WEIGHTS", "sum")
    elif kind in ("tiers", "per-unit"):
        if find_check(policy, payout["check"]) is None:
            raise SettldError("POLICY_CHECK_UNKNOWN", payout["check"])
        if kind == "tiers":
            _check_tiers(payout["tiers"])
        elif int(payout["cap"]) > amount:
            raise SettldError("MONEY_CAP")


def _check_tiers(tiers: List[Json]) -> None:
    bounds = [tier.get("below") for tier in tiers]
    closed = bounds[:-1]
    ascending = all(a is not None and b is not None and a < b for a, b in zip(closed, closed[1:]))
    if bounds[-1] is not None or None in closed or not ascending:
        raise SettldError("POLICY_TIERS")


# --- what a submission is awarded


def pending(policy: Json, submission: Submission) -> List[str]:
    """POLICY-26: the requirements for which an attestation or an answer is still to come."""
    return [r["id"] for r in policy["requirements"] if _is_pending(r, submission)]


def _is_pending(requirement: Json, submission: Submission) -> bool:
    if requirement["kind"] == "check":
        return bool(submission.item(requirement["item"])) and requirement["id"] not in submission.results
    return requirement["kind"] == "approval" and requirement["id"] not in submission.approvals


def evaluate(policy: Json, amount: int, submission: Optional[Submission]) -> Award:
    """The award of a policy over one submission, or over none (POLICY-14)."""
    if submission is None:
        codes = [(requirement["id"], "POLICY_NO_SUBMISSION") for requirement in policy["requirements"]]
        return Award(codes, 0, "none")
    payout = policy["payout"]
    codes = [
        (requirement["id"], _requirement(requirement, payout, submission))
        for requirement in policy["requirements"]
    ]
    gross = _gross(payout, amount, submission, codes)
    outcome = "none" if gross == 0 else "full" if gross == amount else "partial"
    return Award(codes, gross, outcome)


def _requirement(requirement: Json, payout: Json, submission: Submission) -> str:
    kind = requirement["kind"]
    if kind == "item":
        return _item(requirement, submission)
    if kind == "check":
        return _check(requirement, payout, submission)
    if kind == "deadline":
        in_time = submission.at < parse_instant(requirement["before"])
        return MET if in_time else "POLICY_DEADLINE_MISSED"
    approved = submission.approvals.get(requirement["id"])
    if approved is None:
        return MET if requirement["onTimeout"] == "pass" else "POLICY_APPROVAL_TIMEOUT"
    return MET if approved else "POLICY_APPROVAL_DENIED"


def _item(requirement: Json, submission: Submission) -> str:
    item = submission.item(requirement["item"])
    if item is None:
        return "POLICY_ITEM_MISSING"
    if item["mediaType"] != requirement["mediaType"]:
        return "POLICY_ITEM_MEDIA_TYPE"
    if "digest" in requirement and item["digest"] != requirement["digest"]:
        return "POLICY_ITEM_DIGEST"
    return MET


def _check(requirement: Json, payout: Json, submission: Submission) -> str:
    if submission.item(requirement["item"]) is None:
        return "POLICY_ITEM_MISSING"
    if requirement["id"] not in submission.results:
        return "POLICY_CHECK_UNATTESTED"
    result = submission.results[requirement["id"]]
    found, value = resolve_pointer(result, requirement["pointer"])
    if not found:
        return "POLICY_VALUE_MISSING"
    if type(value) is not type(requirement["value"]):
        return "POLICY_VALUE_TYPE"
    if not _OPERATORS[requirement["op"]](value, requirement["value"]):
        return "POLICY_CHECK_FAILED"
    if payout.get("check") == requirement["id"]:
        found, quantity = resolve_pointer(result, payout["pointer"])
        if not found:
            return "POLICY_VALUE_MISSING"
        if type(quantity) is not int:
            return "POLICY_VALUE_TYPE"
        if payout["kind"] == "per-unit" and quantity < 0:
            return "POLICY_VALUE_RANGE"
    return MET


def _gross(payout: Json, amount: int, submission: Submission, codes: List[Tuple[str, str]]) -> int:
    kind = payout["kind"]
    if kind == "weighted":
        met = {name for name, code in codes if code == MET}
        return share(amount, sum(w["bps"] for w in payout["weights"] if w["requirement"] in met))
    if any(code != MET for _, code in codes):
        return 0
    if kind == "all-or-nothing":
        return amount
    quantity: int
    _, quantity = resolve_pointer(submission.results[payout["check"]], payout["pointer"])
    if kind == "per-unit":
        return min(int(payout["cap"]), quantity * int(payout["unitValue"]))
    tier = next(t for t in payout["tiers"] if "below" not in t or t["below"] > quantity)
    return share(amount, tier["bps"])
