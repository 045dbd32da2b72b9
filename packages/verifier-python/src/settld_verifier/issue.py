"""Makes what others verify (CONF-10): envelopes, reactions, receipts, bundles. For conformance only.

Every refusal has the code with which a verifier would refuse what is not made.
"""
from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Optional, Sequence

from . import bundle, dsse, events, jcs, limits, receipt, schemas, strict_json, trust
from .digests import digest as digest_of
from .encoding import base64_encode
from .errors import SettldError
from .instant import format_instant
from .log import Log
from .signing import SigningKey
from .strict_json import Json


def sign(payload_type: str, payload: bytes, keys: Sequence[SigningKey]) -> bytes:
    """The canonical bytes of the envelope."""
    message = dsse.pae(payload_type, payload)
    signatures = [{"keyid": key.thumbprint, "sig": base64_encode(key.sign(message))} for key in keys]
    return jcs.canonicalize(
        {"payload": base64_encode(payload), "payloadType": payload_type, "signatures": signatures}
    )


def make_payload(payload_type: str, document: bytes, keys: Sequence[SigningKey]) -> bytes:
    """The payload of a document, checked as its reader and DSSE-4, DSSE-6 and LIMIT-1 do, in this order."""
    if payload_type not in dsse.PAYLOAD_TYPES:
        raise SettldError("DSSE_PAYLOAD_TYPE", repr(payload_type))
    value = strict_json.parse(document)
    count = 1
    if payload_type == dsse.EVENT_TYPE:
        events.check_payload(value, first=True)  # no log says that it is not
        count = events.signature_count(value["type"])
    elif payload_type == dsse.TRUST_TYPE:
        _check_registry(trust.read_document(value), keys)
    else:
        receipt.read_statement(value)
    if len(keys) != count:
        raise SettldError("DSSE_SIGNATURE_COUNT", f"{len(keys)} seeds instead of {count}")
    if len({key.thumbprint for key in keys}) != count:
        raise SettldError("DSSE_SIGNATURE_DUPLICATE")
    payload = jcs.canonicalize(value)
    if len(payload) > limits.PAYLOAD_BYTES:
        raise SettldError("LIMIT_PAYLOAD_BYTES", f"{len(payload)} bytes")
    return payload


def _check_registry(document: trust.TrustDocument, keys: Sequence[SigningKey]) -> None:
    """TRUST-6 of the key that signs first; the number of keys is judged after that."""
    if keys or document.registry_key is None:
        trust.registry_key(document, keys[0].thumbprint if keys else "")


def reduce(payloads: Iterable[bytes]) -> Log:
    """The state that a log gives: for each event JSON, JCS, EVENT-1, LOG-8; signatures aside."""
    log = Log()
    for data in payloads:
        payload = jcs.parse_canonical(data)
        events.check_payload(payload, first=not log.chain)
        log.apply(payload, digest_of(data))
    return log


def reactions(log: Log, now: int) -> Iterator[bytes]:
    """The payloads of the reactions that are due at or before ``now``, each applied to the log."""
    while True:
        reaction = log.reaction()
        if reaction is None or reaction.due > now:
            return
        payload = {
            "v": schemas.REVISION,
            "type": reaction.type,
            "agreement": log.agreement,
            "seq": len(log.chain),
            "prev": log.chain[-1],
            "at": format_instant(max(now, log.at)),
            "by": log.party("settler")["id"],
            "body": log.body_of(reaction),
        }
        data = jcs.canonicalize(payload)
        log.apply(payload, digest_of(data))
        yield data


def receipt_payload(log: Log, at: int) -> bytes:
    """The receipt of a log (RECEIPT-1, RECEIPT-4)."""
    receipt.check_closed(log)
    receipt.check_time(at, log)
    return jcs.canonicalize(receipt.expected_statement(log, at))


def make_bundle(
    event_lines: Sequence[bytes],
    trust_lines: Sequence[bytes],
    evidence: Sequence[bytes],
    receipt_line: Optional[bytes] = None,
) -> bytes:
    """A bundle of envelopes and of the evidence that is given; the rest of it is withheld.

    Envelopes go in as they are. Evidence that is too large for a line is withheld too (LIMIT-7).
    """
    given = {digest_of(data): data for data in evidence}
    references = _references(event_lines)
    for digest in given:
        if digest not in references:
            raise SettldError("BUNDLE_EVIDENCE_UNREFERENCED", digest)
    items = [jcs.canonicalize(_item(digest, given.get(digest))) for digest in references]
    receipts = [] if receipt_line is None else [receipt_line]
    lines = [bundle.HEADER, *event_lines, *trust_lines, *items, *receipts]
    return b"".join(line + b"\n" for line in lines)


def _item(digest: str, data: Optional[bytes]) -> Json:
    if data is None or len(data) > limits.EVIDENCE_BYTES:
        return {"digest": digest, "withheld": True}
    return {"data": base64_encode(data), "digest": digest}


def _references(lines: Sequence[bytes]) -> List[str]:
    """BUNDLE-7: digests of items, each once, in order of first occurrence."""
    found: Dict[str, None] = {}
    for line in lines:
        found.update(dict.fromkeys(_digests_of_items(line)))
    return list(found)


def _digests_of_items(line: bytes) -> List[str]:
    """What an event refers to. One that cannot be read refers to nothing: verifying is for others."""
    try:
        envelope = dsse.read_envelope(strict_json.parse(line), dsse.EVENT_TYPE)
        payload = strict_json.parse(envelope.payload)
        events.check_payload(payload, first=True)
    except SettldError:
        return []
    return [item["digest"] for item in payload["body"].get("items", [])]
