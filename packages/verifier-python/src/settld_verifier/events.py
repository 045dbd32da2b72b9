"""An event payload by itself (EVENT-1 to EVENT-4)."""
from __future__ import annotations

from typing import Container, Iterator

from . import jcs, limits, schemas
from .errors import Indeterminate, SettldError
from .instant import parse_instant
from .strict_json import Json

SETTLER_EVENTS = frozenset(
    ("escrow.funded", "decision.made", "settlement.executed", "holdback.released", "agreement.closed")
)
REACTIONS = SETTLER_EVENTS - {"escrow.funded"}


def signature_count(event_type: str) -> int:
    """DSSE-4: the exact number of signatures of an event."""
    return 1 if event_type in SETTLER_EVENTS else 2


def check_payload(payload: Json, first: bool) -> None:
    """EVENT-1. ``first`` says whether it is the first event of its log (EVENT-2)."""
    if not isinstance(payload, dict):
        raise SettldError("EVENT_SCHEMA", "no object", "")
    _check_revision(payload.get("v"), first)
    _check_type(payload.get("type"))
    if payload["type"] == "agreement.offered":
        _check_kinds(payload)
    misfit = schemas.EVENTS[payload["type"]](payload)
    if misfit is not None:
        raise SettldError("EVENT_SCHEMA", f"at {misfit!r}", misfit)
    for text in _instants(payload):
        parse_instant(text)
    if payload["type"] == "evidence.attested":
        size = len(jcs.canonicalize(payload["body"]["result"]))
        if size > limits.RESULT_BYTES:
            raise SettldError("LIMIT_RESULT_BYTES", f"{size} bytes")


def _check_revision(revision: Json, first: bool) -> None:
    if isinstance(revision, str) and revision != schemas.REVISION:
        if first:
            raise Indeterminate("EVENT_REVISION_UNKNOWN", repr(revision))
        raise SettldError("EVENT_REVISION_MIXED", repr(revision))


def _check_type(event_type: Json) -> None:
    """EVENT-3: without a known type there is no schema to leave anything to."""
    if not isinstance(event_type, str):
        raise SettldError("EVENT_SCHEMA", "no type", "/type")
    if event_type not in schemas.EVENTS:
        raise SettldError("EVENT_TYPE_UNKNOWN", repr(event_type), "/type")


def _check_kinds(payload: Json) -> None:
    """POLICY-2 and POLICY-3, which precede the schema."""
    body = payload.get("body")
    policy = body.get("policy") if isinstance(body, dict) else None
    if not isinstance(policy, dict):
        return
    requirements = policy.get("requirements")
    for requirement in requirements if isinstance(requirements, list) else ():
        if _has_other_kind(requirement, schemas.REQUIREMENTS):
            raise SettldError("POLICY_REQUIREMENT_UNKNOWN", repr(requirement["kind"]))
    payout: Json = policy.get("payout")
    if _has_other_kind(payout, schemas.PAYOUTS):
        raise SettldError("POLICY_PAYOUT_UNKNOWN", repr(payout["kind"]))


def _has_other_kind(value: Json, kinds: Container[str]) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return False
    return value["kind"] not in kinds


def _instants(payload: Json) -> Iterator[str]:
    body = payload["body"]
    yield payload["at"]
    if payload["type"] == "agreement.offered":
        yield body["acceptBy"]
        yield body["fundBy"]
        yield body["submitBy"]
        for requirement in body["policy"]["requirements"]:
            if requirement["kind"] == "deadline":
                yield requirement["before"]
    elif payload["type"] in REACTIONS:
        yield body["due"]
