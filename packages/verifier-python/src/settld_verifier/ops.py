"""Single operations over JSON-like values, for a conformance adapter to sit on.

Every function takes plain Python values and returns a plain value, or raises SettldError with
the code of the refusal. ``OPERATIONS`` lists them by name, ``run`` turns a refusal into a value.
"""
from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from . import bundle, digests, dsse, ed25519, events, jcs, keys, policy, strict_json
from . import trust as trust_documents
from .errors import InputError, SettldError
from .instant import parse_instant
from .ledger import Account, Ledger, Posting, Transaction
from .log import Log, Signer
from .strict_json import Json


def json_parse(data: bytes, max_bytes: Optional[int] = None) -> Json:
    """``json.parse``: the value of strict JSON."""
    return strict_json.parse(data, max_bytes)


def jcs_canonicalize(data: bytes) -> bytes:
    """``jcs.canonicalize``: the canonical form of a strict JSON document in any layout."""
    return jcs.canonicalize(strict_json.parse(data))


def digest(data: bytes) -> str:
    """``digest``: the digest of bytes."""
    return digests.digest(data)


def ed25519_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """``ed25519.verify``: KEY-3 to KEY-6, DSSE-7 to DSSE-9. True or a refusal."""
    ed25519.check_key(key)
    if len(signature) != 64:
        raise SettldError("DSSE_SIGNATURE_LENGTH", f"{len(signature)} bytes")
    ed25519.verify(key, message, signature)
    return True


def dsse_verify(envelope: Json, payload_type: str, jwks: Sequence[Json]) -> Dict[str, Any]:
    """``dsse.verify``: an envelope whose signatures are all by keys of the list."""
    known = {keys.thumbprint(key): key for key in map(keys.parse_jwk, jwks)}
    read = dsse.read_envelope(envelope, payload_type)
    for signature in read.signatures:
        if signature.keyid not in known:
            raise SettldError("TRUST_KEY_UNKNOWN", signature.keyid)
        dsse.verify_signature(read, signature, known[signature.keyid])
    return {
        "payload": read.payload,
        "digest": digests.digest(read.payload),
        "keyids": [signature.keyid for signature in read.signatures],
    }


def trust_evaluate(
    document: bytes,
    keyid: Optional[str] = None,
    party: Optional[str] = None,
    role: Optional[str] = None,
    at: Optional[str] = None,
    pins: Optional[Sequence[str]] = None,
) -> Dict[str, Any]:
    """``trust.evaluate``: TRUST-1 of a plain document, then TRUST-9 to TRUST-14 of one signature."""
    read = trust_documents.parse_document(document)
    if keyid is not None:
        key = read.key(keyid)
        if party is not None and role is not None and at is not None:
            signer = Signer(party, role, None if pins is None else tuple(pins))
            read.check_signer(key, signer, parse_instant(at))
    return {"digest": read.digest, "version": read.version, "registry": read.registry}


def policy_evaluate(
    policy_: Json,
    amount: str,
    submission: Optional[Json] = None,
    results: Optional[Mapping[str, Json]] = None,
    approvals: Optional[Mapping[str, bool]] = None,
) -> Dict[str, Any]:
    """``policy.evaluate``: requirements, gross and outcome of one submission ``{at, items}``."""
    considered = None
    if submission is not None:
        considered = policy.Submission(
            digest="",
            at=parse_instant(submission["at"]),
            items=submission["items"],
            results=dict(results or {}),
            approvals=dict(approvals or {}),
        )
    award = policy.evaluate(policy_, int(amount), considered)
    return {
        "requirements": award.requirements_json(),
        "gross": str(award.gross),
        "outcome": award.outcome,
    }


def log_reduce(payloads: Sequence[bytes]) -> Json:
    """``log.reduce``: the facts of a chain of event payloads, signatures aside."""
    log = Log()
    for data in payloads:
        payload = jcs.parse_canonical(data)
        events.check_payload(payload, first=not log.chain)
        log.apply(payload, digests.digest(data))
    return log.facts() if log.chain else {"state": log.state}


def ledger_replay(asset: Json, transactions: Sequence[Json], closed: bool = False) -> Json:
    """``ledger.replay``: balances of transactions ``{id, postings: [{account, amount}]}``.

    Amounts are decimal text and may be negative. ``closed`` asks for LEDGER_NOT_ZERO too.
    """
    ledger = Ledger((asset["assetCode"], asset["assetScale"]))
    for entry in transactions:
        postings = tuple(
            Posting(_account(posting["account"]), int(posting["amount"])) for posting in entry["postings"]
        )
        ledger.apply(Transaction(entry["id"], postings))
    if closed:
        ledger.close()
    return [
        {"account": _account_json(account), "balance": str(balance)}
        for account, balance in ledger.balances.items()
    ]


def _account(value: Json) -> Account:
    return Account(
        value["kind"],
        (value["assetCode"], value["assetScale"]),
        value.get("owner"),
        value.get("agreement"),
    )


def _account_json(account: Account) -> Json:
    value = {"kind": account.kind, "assetCode": account.asset[0], "assetScale": account.asset[1]}
    if account.owner is not None:
        value["owner"] = account.owner
    if account.agreement is not None:
        value["agreement"] = account.agreement
    return value


def bundle_verify(
    data: bytes,
    trust: Optional[bytes] = None,
    root: Optional[str] = None,
    now: Optional[str] = None,
    evidence: Optional[Mapping[str, bytes]] = None,
) -> Json:
    """``bundle.verify``: the report over a bundle."""
    return bundle.verify_bundle(data, trust, root, now, evidence).to_json()


OPERATIONS: Dict[str, Callable[..., Any]] = {
    "json.parse": json_parse,
    "jcs.canonicalize": jcs_canonicalize,
    "digest": digest,
    "ed25519.verify": ed25519_verify,
    "dsse.verify": dsse_verify,
    "trust.evaluate": trust_evaluate,
    "policy.evaluate": policy_evaluate,
    "log.reduce": log_reduce,
    "ledger.replay": ledger_replay,
    "bundle.verify": bundle_verify,
}


def run(name: str, *args: Any, **kwargs: Any) -> Dict[str, Any]:
    """One operation as ``{"ok": True, "value": ...}`` or ``{"ok": False, "code": ...}``."""
    try:
        return {"ok": True, "value": OPERATIONS[name](*args, **kwargs)}
    except (SettldError, InputError) as error:
        return {"ok": False, "code": error.code}
