"""The operations of the conformance protocol (area CONF).

``answer(op, input)`` gives verdict, code and facts. Bytes in an input are standard base64.
"""
from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from . import bundle, digests, dsse, ed25519, issue, jcs, keys, limits, money, policy, strict_json
from . import trust as trust_documents
from .encoding import base64_decode, base64_encode
from .errors import SettldError
from .inputs import INPUTS
from .instant import parse_instant
from .ledger import Account, Ledger, Posting, Transaction
from .report import Report
from .signing import SigningKey
from .strict_json import Json

Input = Mapping[str, Any]
Facts = Dict[str, Any]
Operation = Callable[[Input], Any]  # gives Facts or an Answer


@dataclass(frozen=True)
class Answer:
    verdict: str
    code: Optional[str] = None
    facts: Optional[Facts] = None


def octets(text: str) -> bytes:
    """The bytes that an input gives."""
    data = base64_decode(text)
    if data is None:
        raise ValueError("the input has bytes that are not standard base64")
    return data


def _instant(text: str) -> int:
    """An instant of the caller's, which is not judged."""
    try:
        return parse_instant(text)
    except SettldError:
        raise ValueError(f"{text!r} is no instant") from None


def _all(texts: Sequence[str]) -> List[bytes]:
    return [octets(text) for text in texts]


def json_parse(given: Input) -> Facts:
    canonical = jcs.canonicalize(strict_json.parse(octets(given["bytes"]), limits.PAYLOAD_BYTES))
    return {"canonical": base64_encode(canonical), "digest": digests.digest(canonical)}


def pointer_resolve(given: Input) -> Facts:
    found, value = strict_json.resolve_pointer(strict_json.parse(octets(given["document"])), given["pointer"])
    return {"found": True, "value": value} if found else {"found": False}


def jcs_canonicalize(given: Input) -> Facts:
    data = octets(given["bytes"])
    strict_json.check_size(data, limits.PAYLOAD_BYTES)
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
    return {"thumbprint": keys.thumbprint(key), "publicKey": base64_encode(key)}


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
    trusted = _all(given["keys"])
    if any(len(key) != 32 for key in trusted):
        raise ValueError("a key has 32 bytes")
    known = {keys.thumbprint(key): key for key in trusted}
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
            at=_instant(facts["at"]),
            items=facts["items"],
            results=facts["results"],
            approvals=facts["approvals"],
        )
    for requirement in given["policy"]["requirements"]:
        if requirement["kind"] == "deadline":
            _instant(requirement["before"])
    award = policy.evaluate(given["policy"], int(given["amount"]), submission)
    return {
        "requirements": award.requirements_json(),
        "gross": str(award.gross),
        "outcome": award.outcome,
        "pending": [] if submission is None else policy.pending(given["policy"], submission),
    }


def log_reduce(given: Input) -> Facts:
    facts: Facts = issue.reduce(_all([*given.get("prefix", []), *given["events"]])).facts()
    return facts


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


def _report(data: str, given: Input) -> Report:
    return bundle.verify_bundle(
        octets(data),
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
        "established": len(report.chain),
    }
    return Answer(report.verdict, report.code, facts)


def bundle_compare(given: Input) -> Facts:
    """LOG-7 over every pair of histories. The head of a history is the last event that it established."""
    reports = [_report(data, given) for data in given["bundles"]]
    for one, other in combinations(reports, 2):
        seq = bundle.find_equivocation(one, other)
        if seq is not None:
            raise SettldError("LOG_EQUIVOCATION", f"event {seq}")
    return {"heads": [report.chain[-1] if report.chain else None for report in reports]}


def _signers(given: Input) -> List[SigningKey]:
    return [SigningKey(seed) for seed in _all(given["seeds"])]


def _issued(payload_type: str, payload: bytes, signers: Sequence[SigningKey]) -> Facts:
    envelope = issue.sign(payload_type, payload, signers)
    return {"envelope": base64_encode(envelope), "digest": digests.digest(payload)}


def issue_envelope(given: Input) -> Facts:
    payload_type, signers = given["payloadType"], _signers(given)
    payload = issue.make_payload(payload_type, octets(given["document"]), signers)
    return _issued(payload_type, payload, signers)


def issue_reactions(given: Input) -> Facts:
    signers, now = _signers(given), _instant(given["now"])
    payloads = issue.reactions(issue.reduce(_all(given["log"])), now)
    envelopes = [issue.sign(dsse.EVENT_TYPE, payload, signers) for payload in payloads]
    return {"envelopes": [base64_encode(envelope) for envelope in envelopes]}


def issue_receipt(given: Input) -> Facts:
    signers, at = _signers(given), _instant(given["at"])
    payload = issue.receipt_payload(issue.reduce(_all(given["log"])), at)
    return _issued(dsse.RECEIPT_TYPE, payload, signers)


def issue_bundle(given: Input) -> Facts:
    made = issue.make_bundle(
        _all(given["events"]),
        _all(given["trust"]),
        _all(given["evidence"]),
        octets(given["receipt"]) if "receipt" in given else None,
    )
    return {"digest": digests.digest(made), "size": len(made)}


_ISSUE: Mapping[str, Callable[[Input], Facts]] = {
    "envelope": issue_envelope,
    "reactions": issue_reactions,
    "receipt": issue_receipt,
    "bundle": issue_bundle,
}


def issue_op(given: Input) -> Facts:
    """CONF-10."""
    return _ISSUE[given["what"]](given)


OPERATIONS: Mapping[str, Operation] = {
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
    "issue": issue_op,
}


def answer(op: str, given: Json) -> Answer:
    """What this implementation answers to an input.

    Input of the caller is not judged (CONF-9): where it is unusable, ValueError or InputError is raised.
    """
    operation = OPERATIONS[op]
    misfit = INPUTS[op](given)
    if misfit is not None:
        raise ValueError(f"the input does not fit the operation at {misfit!r}")
    try:
        result = operation(given)
    except SettldError as error:
        return Answer(error.verdict, error.code)
    return result if isinstance(result, Answer) else Answer("accept", facts=result)
