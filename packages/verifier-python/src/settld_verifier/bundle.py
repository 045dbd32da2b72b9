"""The bundle: lines, order of evaluation, verdict (areas BUNDLE and LIMIT)."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union

from . import dsse, ed25519, events, jcs, limits, receipt, report, schema, schemas, trust
from .digests import digest as digest_of
from .dsse import Envelope
from .encoding import base64_decode
from .errors import InputError, SettldError
from .instant import format_instant, parse_instant
from .log import Log
from .report import Finding, Report
from .strict_json import Json
from .trust import TrustDocument, TrustedKey

HEADER = b'{"settld":"bundle","version":1}'

# Sections in the order of BUNDLE-5.
_EVENT, _TRUST, _EVIDENCE, _RECEIPT = 1, 2, 3, 4
_SECTION = {dsse.EVENT_TYPE: _EVENT, dsse.TRUST_TYPE: _TRUST, dsse.RECEIPT_TYPE: _RECEIPT}

_INLINE = schema.record({"data": schema.any_string, "digest": schemas.digest})
_WITHHELD = schema.record({"digest": schemas.digest, "withheld": schema.one_of(True)})


def verify_bundle(
    data: bytes,
    trust: Union[bytes, TrustDocument, None] = None,
    root: Union[bytes, str, None] = None,
    now: Optional[str] = None,
    evidence: Optional[Mapping[str, bytes]] = None,
) -> Report:
    """Judge the bytes of a bundle.

    ``trust`` is the user's own trust document (plain JSON), ``root`` the raw public key of a pinned
    registry (bytes or hexadecimal), ``now`` the verification time, ``evidence`` bytes by digest for
    withheld items. Exactly one of trust and root is given (TRUST-8). Every bundle gets a report;
    InputError is raised only for unusable user input.
    """
    if (trust is None) == (root is None):
        raise InputError("CLI_USAGE", "give a trust document or the key of a registry")
    verifier = _Verifier(_own_trust(trust), _root_key(root), _time(now), evidence or {})
    return verifier.run(data)


def _own_trust(given: Union[bytes, TrustDocument, None]) -> Optional[TrustDocument]:
    if given is None or isinstance(given, TrustDocument):
        return given
    try:
        return trust.parse_document(given)
    except SettldError as error:
        raise InputError(error.code, f"trust document: {error.message}") from None


def _root_key(given: Union[bytes, str, None]) -> Optional[bytes]:
    if given is None:
        return None
    try:
        key = bytes.fromhex(given) if isinstance(given, str) else given
        ed25519.check_key(key)
    except ValueError:
        raise InputError("KEY_LENGTH", "the root is not hexadecimal") from None
    except SettldError as error:
        raise InputError(error.code, "root") from None
    return key


def _time(given: Optional[str]) -> Optional[int]:
    if given is None:
        return None
    try:
        return parse_instant(given)
    except SettldError as error:
        raise InputError(error.code, "verification time") from None


@dataclass(frozen=True)
class _Event:
    line: int
    envelope: Envelope
    payload: Json


def _lines(data: bytes) -> Iterator[Tuple[bytes, bool]]:
    """Lines without their line feed, and whether they had one. The last one may have none."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        if end < 0:
            yield data[start:], False
            return
        yield data[start:end], True
        start = end + 1


class _Verifier:
    """One run over one bundle, in the order of BUNDLE-14."""

    def __init__(
        self,
        own: Optional[TrustDocument],
        root: Optional[bytes],
        now: Optional[int],
        supplied: Mapping[str, bytes],
    ) -> None:
        self.own, self.root, self.now, self.supplied = own, root, now, supplied
        self.line = 0
        self.seq: Optional[int] = None
        self.section = _EVENT
        self.events: List[_Event] = []
        self.log_bytes = 0
        self.embedded: List[TrustDocument] = []
        self.document: Optional[TrustDocument] = None
        self.log = Log()
        self.log_judged = False
        self.chain: List[str] = []  # of the report
        self.chain_at = 0  # of the last event that passed
        self.references: List[str] = []
        self.items: Dict[str, bool] = {}  # digest to inline
        self.receipt_digest: Optional[str] = None
        self.receipt_at: Optional[int] = None
        self.receipt_vouches = False
        self.compromised_from: Optional[int] = None  # seq, TRUST-16
        self.doubtful_event: Optional[int] = None  # seq, TRUST-15

    def run(self, data: bytes) -> Report:
        try:
            self._read(data)
            return self._conclude()
        except SettldError as error:
            return self._refused(error)

    # --- lines

    def _read(self, data: bytes) -> None:
        for line, terminated in _lines(data):
            self.line += 1
            if len(line) > limits.LINE_BYTES:
                raise SettldError("LIMIT_LINE_BYTES", f"{len(line)} bytes")
            if self.line == 1:
                if line != HEADER or not terminated:
                    raise SettldError("BUNDLE_HEADER")
            elif not terminated:
                raise SettldError("BUNDLE_TRUNCATED")
            else:
                self._read_line(line)
        if self.line == 0:
            raise SettldError("BUNDLE_HEADER", "empty file")
        self._judge_log()
        self._end()

    def _read_line(self, line: bytes) -> None:
        value = jcs.parse_canonical(line)
        section = _section_of(value)
        if section < self.section or self.section == section == _RECEIPT:
            raise SettldError("BUNDLE_ORDER")
        self.section = section
        if section == _EVENT:
            self._read_event(value)
        elif section == _TRUST:
            self._read_trust(value)
        else:
            self._judge_log()
            if section == _EVIDENCE:
                self._read_evidence(value)
            else:
                self._read_receipt(value)

    def _read_event(self, value: Json) -> None:
        if len(self.events) == limits.EVENTS:
            raise SettldError("LIMIT_EVENTS")
        envelope = dsse.read_envelope(value, dsse.EVENT_TYPE)
        self.log_bytes += len(envelope.payload)
        if self.log_bytes > limits.LOG_BYTES:
            raise SettldError("LIMIT_LOG_BYTES")
        payload = jcs.parse_canonical(envelope.payload)
        self.events.append(_Event(self.line, envelope, payload))

    def _read_trust(self, value: Json) -> None:
        if len(self.embedded) == limits.TRUST_DOCUMENTS:
            raise SettldError("LIMIT_TRUST_DOCUMENTS")
        envelope = dsse.read_envelope(value, dsse.TRUST_TYPE)
        document = trust.read_document(jcs.parse_canonical(envelope.payload))
        trust.check_embedded(document, envelope, self.embedded[-1] if self.embedded else None)
        self.embedded.append(document)

    # --- step 2

    def _judge_log(self) -> None:
        if self.log_judged:
            return
        self.log_judged = True
        line, self.line = self.line, 0  # the bundle as a whole
        if not self.events:
            raise SettldError("BUNDLE_EMPTY")
        self.document = trust.select(self.own, self.root, self.embedded)
        for seq, event in enumerate(self.events):
            self.line, self.seq = event.line, seq
            self._judge_event(event)
        self.line, self.seq = line, None
        self.references = list(self.log.item_sizes)

    def _signing_key(self, envelope: Envelope, index: int) -> TrustedKey:
        assert self.document is not None
        signature = envelope.signatures[index]
        key = self.document.key(signature.keyid)
        dsse.verify_signature(envelope, signature, key.raw)
        return key

    def _judge_event(self, event: _Event) -> None:
        keys = [self._signing_key(event.envelope, i) for i in range(len(event.envelope.signatures))]
        events.check_payload(event.payload, first=not self.chain)
        if len(keys) != events.signature_count(event.payload["type"]):
            raise SettldError("DSSE_SIGNATURE_COUNT", f"{len(keys)} signatures")
        digest = digest_of(event.envelope.payload)
        try:
            self._apply(event.payload, digest, keys)
        except SettldError:
            if self._is_settlers_word(event.payload, keys[-1]):
                self.chain.append(digest)
            raise
        self.chain.append(digest)
        self.chain_at = self.log.at
        if keys[-1].compromised:
            if self.compromised_from is None:
                self.compromised_from = self.seq
            if keys[0].compromised and len(keys) == 2 and self.doubtful_event is None:
                self.doubtful_event = self.seq

    def _apply(self, payload: Json, digest: str, keys: List[TrustedKey]) -> None:
        """LOG-8, then TRUST-10 to TRUST-14 for the actor and the admission."""
        assert self.document is not None
        signer = self.log.apply(payload, digest)
        self.document.check_signer(keys[0], signer, self.log.at)
        if len(keys) == 2:
            self.document.check_signer(keys[1], self.log.signer("settler"), self.log.at)

    def _is_settlers_word(self, payload: Json, key: TrustedKey) -> bool:
        """Whether an event that failed stands in its place and its last signature is the settler's (LOG-7).

        An offer has no place: it is the agreement.
        """
        assert self.document is not None
        if not self.chain or payload["type"] == "agreement.offered":
            return False
        at = parse_instant(payload["at"])
        in_place = (
            payload["seq"] == len(self.chain)
            and payload["agreement"] == self.chain[0]
            and payload["prev"] == self.chain[-1]
            and at >= self.chain_at
        )
        if not in_place or key.compromised:
            return False
        try:
            self.document.check_signer(key, self.log.signer("settler"), at)
        except SettldError:
            return False
        return True

    # --- step 3

    def _read_evidence(self, value: Json) -> None:
        digest = value["digest"]
        if digest not in self.log.item_sizes:
            raise SettldError("BUNDLE_EVIDENCE_UNREFERENCED", digest)
        if digest in self.items:
            raise SettldError("BUNDLE_EVIDENCE_DUPLICATE", digest)
        if digest != self.references[len(self.items)]:
            raise SettldError("BUNDLE_EVIDENCE_ORDER", digest)
        inline = "data" in value
        if inline:
            data = base64_decode(value["data"])
            if data is None:
                raise SettldError("DSSE_BASE64", "data")
            if len(data) > limits.EVIDENCE_BYTES:
                raise SettldError("LIMIT_EVIDENCE_BYTES", f"{len(data)} bytes")
            self._check_evidence(digest, data)
        self.items[digest] = inline

    def _check_evidence(self, digest: str, data: bytes) -> None:
        if digest_of(data) != digest:
            raise SettldError("BUNDLE_EVIDENCE_DIGEST", digest)
        if len(data) != self.log.item_sizes[digest]:
            raise SettldError("BUNDLE_EVIDENCE_SIZE", digest)

    def _check_evidence_complete(self) -> None:
        if len(self.items) < len(self.references):
            raise SettldError("BUNDLE_EVIDENCE_MISSING", self.references[len(self.items)])

    # --- step 4

    def _read_receipt(self, value: Json) -> None:
        assert self.document is not None
        self._check_evidence_complete()
        envelope = dsse.read_envelope(value, dsse.RECEIPT_TYPE)
        statement = jcs.parse_canonical(envelope.payload)
        key = self._signing_key(envelope, 0)
        at = receipt.check_receipt(statement, self.log)
        self.document.check_signer(key, self.log.signer("settler"), at)
        self.receipt_digest = digest_of(envelope.payload)
        self.receipt_at = at
        self.receipt_vouches = not key.compromised

    # --- steps 5 and 6

    def _end(self) -> None:
        self.line = 0  # the bundle as a whole
        self._check_evidence_complete()
        if self.doubtful_event is not None and not self.receipt_vouches:
            self.seq = self.doubtful_event
            self.line = self.events[self.seq].line
            raise SettldError("TRUST_KEY_COMPROMISED")
        for digest in self.references:
            if not self.items[digest] and digest in self.supplied:
                self._check_evidence(digest, self.supplied[digest])

    def _verification_time(self) -> int:
        if self.now is not None:
            return self.now
        return self.log.at if self.receipt_at is None else self.receipt_at

    def _doubts(self) -> Iterator[str]:
        assert self.document is not None
        if self.compromised_from is not None and not self.receipt_vouches:
            yield "TRUST_SETTLER_COMPROMISED"
        if self._verification_time() >= self.document.expires_at:
            yield "TRUST_EXPIRED"
        elif self.now is not None and self.now < self.document.issued_at:
            yield "TRUST_NOT_YET_VALID"
        if not self.log.closed:
            yield "BUNDLE_OPEN"
        elif self.receipt_at is None:
            yield "RECEIPT_MISSING"

    def _conclude(self) -> Report:
        doubts = list(self._doubts())
        findings = [Finding(code) for code in doubts]
        due = self.log.reaction()
        if self.now is not None and due is not None and due.due <= self.now:
            findings.append(Finding("TIME_OVERDUE", message=f"{due.type} at {format_instant(due.due)}"))
        evidence = self._evidence_json()
        facets = dict.fromkeys(report.FACETS, "pass")
        if any(code.startswith("TRUST_") for code in doubts):
            facets["trust"] = "unknown"
        if not self.log.closed:
            facets["log"] = "open"
        if evidence["supplied"] < evidence["withheld"]:
            facets["evidence"] = "partial"
        if self.receipt_at is None:
            facets["receipt"] = "absent"
        return Report(
            verdict="indeterminate" if doubts else "accept",
            code=doubts[0] if doubts else None,
            findings=findings,
            facets=facets,
            trust=self._trust_json(),
            time=format_instant(self._verification_time()),
            facts=self.log.facts(),
            evidence=evidence,
            receipt=self.receipt_digest,
            chain=self.chain if self.receipt_vouches else self._sound_chain(),
        )

    def _sound_chain(self) -> List[str]:
        """The chain before the first event that a compromised settler key signed."""
        return self.chain[: self.compromised_from]

    def _evidence_json(self) -> Dict[str, int]:
        withheld = [digest for digest, inline in self.items.items() if not inline]
        return {
            "referenced": len(self.references),
            "inline": len(self.items) - len(withheld),
            "withheld": len(withheld),
            "supplied": sum(digest in self.supplied for digest in withheld),
        }

    def _trust_json(self) -> Optional[Dict[str, Any]]:
        if self.document is None:
            return None
        return {
            "digest": self.document.digest,
            "version": self.document.version,
            "registry": self.document.registry,
            "source": "own" if self.own is not None else "embedded",
        }

    def _refused(self, error: SettldError) -> Report:
        """On a rejection nothing is claimed but the history, for which a receipt that passed still vouches."""
        refused = Report(
            error.verdict,
            error.code,
            trust=self._trust_json(),
            evidence=self._evidence_json(),
            chain=self.chain if self.receipt_vouches else self._sound_chain(),
        )
        if error.verdict == "reject":
            refused.facets[report.facet_of(error.code)] = "fail"
        line = self.line or None
        refused.findings.append(Finding(error.code, line, self.seq, error.pointer, error.message))
        return refused


def _section_of(value: Json) -> int:
    """BUNDLE-4."""
    if isinstance(value, dict) and "payloadType" in value:
        kind = value["payloadType"]
        if not isinstance(kind, str) or kind not in _SECTION:
            raise SettldError("DSSE_PAYLOAD_TYPE", repr(kind))
        return _SECTION[kind]
    if _INLINE(value) is not None and _WITHHELD(value) is not None:
        raise SettldError("BUNDLE_LINE")
    return _EVIDENCE


def find_equivocation(first: Report, second: Report) -> Optional[int]:
    """LOG-7: the lowest seq at which two histories of one agreement differ, or None."""
    if not first.chain or not second.chain or first.chain[0] != second.chain[0]:
        return None
    for seq, (one, other) in enumerate(zip(first.chain, second.chain)):
        if one != other:
            return seq
    return None
