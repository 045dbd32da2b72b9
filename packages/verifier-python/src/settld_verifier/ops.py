"""The operations of the conformance vectors.

``answer(op, input)`` takes the input of a vector as plain JSON and gives verdict, code and facts.
Bytes are base64, or ``{"concat": [...]}`` of parts, each base64 or ``{"repeat": <base64>, "times": n}``.
"""
from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Callable, Dict, Mapping, Optional

from . import bundle, digests, dsse, ed25519, events, jcs, keys, limits, money, policy, strict_json
from . import trust as trust_documents
from .errors import SettldError
from .instant import parse_instant
from .ledger import Account, Ledger, Posting, Transaction
from .log import Log
from .report import Report
from .strict_json import Json

Input = Mapping[str, Any]
Facts = Dict[str, Any]


@dataclass(frozen=True)
class Answer:
    verdict: str
    code: Optional[str] = None
    facts: Optional[Facts] = None


def octets(recipe: Json) -> bytes:
    """The bytes that a recipe describes."""
    if isinstance(recipe, str):
        return base64.b64decode(recipe, validate=True)
    if "concat" in recipe:
        return b"".join(map(octets, recipe["concat"]))
    return octets(recipe["repeat"]) * int(recipe["times"])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def json_parse(given: Input) -> Facts:
    canonical = jcs.canonicalize(strict_json.parse(octets(given["bytes"]), limits.PAYLOAD_BYTES))
    return {"canonical": _base64(canonical), "digest": digests.digest(canonical)}


def pointer_resolve(given: Input) -> Facts:
    found, value = strict_json.resolve_pointer(strict_json.parse(octets(given["document"])), given["pointer"])
    return {"found": True, "value": value} if found else {"found": False}


def jcs_canonicalize(given: Input) -> Facts:
    data = octets(given["bytes"])
    jcs.parse_canonical(data)
    return {"digest": digests.digest(data)}


def digest(given: Input) -> Facts:
    return {"digest": digests.digest(octets(given["bytes"]))}


def digest_parse(given: Input) -> Facts:
    return {"digest": "sha256:" + digests.parse_digest(given["text"])}


def money_parse(given: Input) -> Facts:
    return {"value": str(money.parse_value(given["text"]))}


def key_parse(given: Input) -> Facts:
    key = keys.parse_jwk(strict_json.parse(octets(given["jwk"])))
    return {"thumbprint": keys.thumbprint(key), "publicKey": _base64(key)}


def ed25519_verify(given: Input) -> Facts:
    """DSSE-7, KEY-3 to KEY-6, DSSE-8, DSSE-9."""
    key, signature = octets(given["publicKey"]), octets(given["signature"])
    if len(signature) != 64:
        raise SettldError("DSSE_SIGNATURE_LENGTH", f"{len(signature)} bytes")
    ed25519.check_key(key)
    ed25519.verify(key, octets(given["message"]), signature)
    return {"thumbprint": keys.thumbprint(key)}


def dsse_verify(given: Input) -> Facts:
    """JSON, JCS, the envelope, then for each signature TRUST-9, KEY-4 to KEY-6, DSSE-8, DSSE-9."""
    known = {keys.thumbprint(key): key for key in map(octets, given["keys"])}
    value = jcs.parse_canonical(octets(given["envelope"]))
    envelope = dsse.read_envelope(value, given["payloadType"], given["maxSignatures"])
    for signature in envelope.signatures:
        if signature.keyid not in known:
            raise SettldError("TRUST_KEY_UNKNOWN", signature.keyid)
        ed25519.check_key(known[signature.keyid])
        dsse.verify_signature(envelope, signature, known[signature.keyid])
    return {
        "digest": digests.digest(envelope.payload),
        "keyids": [signature.keyid for signature in envelope.signatures],
    }


def trust_evaluate(given: Input) -> Facts:
    document = trust_documents.parse_document(octets(given["trust"]))
    return {
        "digest": document.digest,
        "version": document.version,
        "registry": document.registry,
        "keys": len(document.keys),
    }


def policy_evaluate(given: Input) -> Facts:
    facts = given["facts"]
    submission = None
    if facts is not None:
        submission = policy.Submission(
            digest="",
            at=parse_instant(facts["at"]),
            items=facts["items"],
            results=facts["results"],
            approvals=facts["approvals"],
        )
    award = policy.evaluate(given["policy"], money.parse_value(given["amount"]), submission)
    return {
        "requirements": award.requirements_json(),
        "gross": str(award.gross),
        "outcome": award.outcome,
        "pending": [] if submission is None else policy.pending(given["policy"], submission),
    }


def log_reduce(given: Input) -> Facts:
    """For each event JSON, JCS, EVENT-1, LOG-8; signatures aside."""
    log = Log()
    for data in map(octets, [*given.get("prefix", []), *given["events"]]):
        payload = jcs.parse_canonical(data)
        events.check_payload(payload, first=not log.chain)
        log.apply(payload, digests.digest(data))
    return log.facts()


def ledger_replay(given: Input) -> Facts:
    ledger = Ledger()
    for entry in given["transactions"]:
        postings = tuple(Posting(_account(p["account"]), int(p["value"])) for p in entry["postings"])
        ledger.apply(Transaction(entry["id"], postings))
    if given["closed"]:
        ledger.close()
    return {"balances": ledger.balances_json()}


def _account(value: Json) -> Account:
    asset = (value["assetCode"], value["assetScale"])
    return Account(value["kind"], asset, value.get("owner"), value.get("agreement"))


def _report(recipe: Json, given: Input) -> Report:
    return bundle.verify_bundle(
        octets(recipe),
        trust=octets(given["trust"]) if "trust" in given else None,
        root=octets(given["root"]) if "root" in given else None,
        now=given.get("now"),
        evidence={name: octets(data) for name, data in given.get("evidence", {}).items()},
    )


def bundle_verify(given: Input) -> Answer:
    report = _report(given["bundle"], given)
    notes = [finding.code for finding in report.findings if finding.code == "TIME_OVERDUE"]
    facts = {
        **(report.facts or {}),
        "trust": report.trust,
        "evidence": report.evidence,
        "receipt": report.receipt,
        "time": report.time,
        "notes": notes,
    }
    return Answer(report.verdict, report.code, facts)


def bundle_compare(given: Input) -> Facts:
    """LOG-7 over every pair of histories; the head of a history is the last event that it established."""
    reports = [_report(recipe, given) for recipe in given["bundles"]]
    for one, other in combinations(reports, 2):
        seq = bundle.find_equivocation(one, other)
        if seq is not None:
            raise SettldError("LOG_EQUIVOCATION", f"event {seq}")
    return {"heads": [report.chain[-1] if report.chain else None for report in reports]}


OPERATIONS: Mapping[str, Callable[[Input], Any]] = {
    "json.parse": json_parse,
    "pointer.resolve": pointer_resolve,
    "jcs.canonicalize": jcs_canonicalize,
    "digest": digest,
    "digest.parse": digest_parse,
    "money.parse": money_parse,
    "key.parse": key_parse,
    "ed25519.verify": ed25519_verify,
    "dsse.verify": dsse_verify,
    "trust.evaluate": trust_evaluate,
    "policy.evaluate": policy_evaluate,
    "log.reduce": log_reduce,
    "ledger.replay": ledger_replay,
    "bundle.verify": bundle_verify,
    "bundle.compare": bundle_compare,
}


def answer(op: str, given: Input) -> Answer:
    """What this implementation answers to the input of a vector."""
    try:
        result = OPERATIONS[op](given)
    except SettldError as error:
        return Answer(error.verdict, error.code)
    return result if isinstance(result, Answer) else Answer("accept", facts=result)
