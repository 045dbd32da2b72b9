"""Samples, and a small issuer with throw-away keys."""
from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import base64
import hashlib
from typing import Any, Dict, List, Optional, Sequence

from settld_verifier import dsse, events, jcs, schemas, signing
from settld_verifier.digests import digest
from settld_verifier.encoding import base64url_encode
from settld_verifier.instant import format_instant
from settld_verifier.log import Log

SAMPLES = Path(__file__).resolve().parent / "samples"
TRUST = (SAMPLES / "trust.json").read_bytes()
ROOT = (SAMPLES / "registry.hex").read_text().strip()


def shared(variable: str, folder: str) -> Path:
    """A folder of the repository, which a copy of this package alone does not have."""
    here = Path(__file__).resolve().parent.parent
    return Path(os.environ.get(variable) or here.parent.parent / folder)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.settld").read_bytes()


def expand(value: Any) -> Any:
    """The input of a vector with base64 in the place of every recipe for bytes."""
    if isinstance(value, list):
        return [expand(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["concat"]:
        return base64.b64encode(b"".join(map(_part, value["concat"]))).decode()
    return {name: expand(member) for name, member in value.items()}


def _part(part: Any) -> bytes:
    if isinstance(part, str):
        return base64.b64decode(part)
    return base64.b64decode(part["repeat"]) * part["times"]


class Key(signing.SigningKey):
    """A key pair whose seed follows from a name."""

    def __init__(self, name: str) -> None:
        super().__init__(hashlib.sha256(name.encode()).digest())
        self.raw, self.id = self.public, self.thumbprint
        self.jwk = {"crv": "Ed25519", "kty": "OKP", "x": base64url_encode(self.raw)}


ROLES = ("buyer", "seller", "settler", "arbiter", "checker")
KEYS = {role: Key(role) for role in ROLES + ("registry", "other-settler")}
HOUR = 3_600_000
START = 1_772_442_000_000  # 2026-03-02T09:00:00.000Z


def at(hours: float) -> str:
    return format_instant(START + int(hours * HOUR))


def party(role: str) -> str:
    return f"https://{role}.example"


def envelope(payload: Any, kind: str, signers: Sequence[Key]) -> Dict[str, Any]:
    data = payload if isinstance(payload, bytes) else jcs.canonicalize(payload)
    message = dsse.pae(kind, data)
    return {
        "payload": base64.b64encode(data).decode(),
        "payloadType": kind,
        "signatures": [
            {"keyid": key.id, "sig": base64.b64encode(key.sign(message)).decode()} for key in signers
        ],
    }


def trust_document(**changes: Any) -> Dict[str, Any]:
    def entry(key: Key) -> Dict[str, Any]:
        return {"jwk": key.jwk, "notBefore": at(-1000), "notAfter": at(10_000)}

    parties = [{"id": party(r), "roles": [r], "keys": [entry(KEYS[r])]} for r in ROLES]
    parties[2]["keys"].append(entry(KEYS["other-settler"]))
    return {
        "registry": {"id": "https://registry.example", "jwk": KEYS["registry"].jwk},
        "version": 1,
        "issuedAt": at(-2000),
        "expiresAt": at(9000),
        "parties": parties,
        **changes,
    }


def offer_body(**changes: Any) -> Dict[str, Any]:
    body: Dict[str, Any] = {
        "nonce": "00" * 16,
        "parties": {
            "buyer": {"id": party("buyer")},
            "seller": {"id": party("seller")},
            "settler": {"id": party("settler")},
            "arbiter": {"id": party("arbiter")},
            "checkers": {"quality": {"id": party("checker")}},
        },
        "amount": {"value": "1001", "assetCode": "EUR", "assetScale": 2},
        "policy": {
            "requirements": [
                {
                    "id": "valid",
                    "kind": "check",
                    "checker": "quality",
                    "item": "a.csv",
                    "pointer": "/n",
                    "op": "ge",
                    "value": 0,
                }
            ],
            "payout": {"kind": "all-or-nothing"},
        },
        "feeBps": 250,
        "acceptBy": at(10),
        "fundBy": at(20),
        "submitBy": at(30),
        "reviewMs": 10 * HOUR,
        "attemptsMax": 2,
        "holdbackBps": 1000,
        "disputeMs": 10 * HOUR,
        "rulingMs": 10 * HOUR,
        "references": [],
    }
    body.update(changes)
    return body


def item(name: str = "a.csv", data: bytes = b"data") -> Dict[str, Any]:
    return {"name": name, "mediaType": "text/csv", "digest": digest(data), "size": len(data)}


class Chain:
    """Event payloads, each linked to the one before."""

    def __init__(self, **offer: Any) -> None:
        self.payloads: List[Dict[str, Any]] = []
        self.digests: List[str] = []
        self.log = Log()
        self.add("agreement.offered", "buyer", 0, offer_body(**offer))

    def payload(self, kind: str, by: str, hours: float, body: Any) -> Dict[str, Any]:
        made = {
            "v": schemas.REVISION,
            "type": kind,
            "seq": 0 if kind == "agreement.offered" else len(self.payloads),
            "at": at(hours),
            "by": party(by),
            "body": body,
        }
        if kind != "agreement.offered":
            made.update(agreement=self.digests[0], prev=self.digests[-1])
        return made

    def add(self, kind: str, by: str, hours: float, body: Any) -> "Chain":
        self.add_payload(self.payload(kind, by, hours, body))
        return self

    def add_payload(self, payload: Dict[str, Any]) -> None:
        name = digest(jcs.canonicalize(payload))
        events.check_payload(payload, first=not self.payloads)
        self.log.apply(payload, name)
        self.payloads.append(payload)
        self.digests.append(name)

    def funded(self) -> "Chain":
        self.add("agreement.accepted", "seller", 1, {})
        return self.add("escrow.funded", "settler", 2, {"amount": self.log.terms["amount"]})

    def submitted(self, hours: float = 3) -> "Chain":
        attempt = self.log.submissions + 1
        return self.add("work.submitted", "seller", hours, {"attempt": attempt, "items": [item()]})

    def attest(self, hours: float, result: Any, requirement: str = "valid") -> "Chain":
        body = {
            "submission": self.log.submission.digest,
            "subject": item()["digest"],
            "requirement": requirement,
            "result": result,
        }
        return self.add("evidence.attested", "checker", hours, body)

    def decide(self, hours: float, **body: Any) -> "Chain":
        reaction = self.log.reaction()
        made = {"due": format_instant(reaction.due), "attempt": self.log.submissions, **body}
        if self.log.submission is not None:
            made["submission"] = self.log.submission.digest
        return self.add("decision.made", "settler", hours, made)

    def react(self, kind: str, hours: float, **body: Any) -> "Chain":
        due = format_instant(self.log.reaction().due)
        cause = {} if kind == "agreement.closed" else {"cause": self.digests[-1]}
        return self.add(kind, "settler", hours, {"due": due, **cause, **body})


def awarded(chain: Chain) -> Chain:
    """Until the settlement of a full award of 1001 with a holdback of 100."""
    chain.funded().submitted().attest(4, {"n": 7})
    met = [{"id": "valid", "code": "POLICY_MET"}]
    chain.decide(4, requirements=met, gross="1001", outcome="full", final=True)
    return chain.react("settlement.executed", 4, toSeller="879", fee="22", toBuyer="0", held="100")


def closed(chain: Chain) -> Chain:
    awarded(chain).react("holdback.released", 15, toSeller="97", fee="3", toBuyer="0")
    totals = {"funded": "1001", "toSeller": "976", "fee": "25", "toBuyer": "0"}
    return chain.react("agreement.closed", 15, reason="settled", totals=totals)


def statement(chain: Chain, hours: float) -> Dict[str, Any]:
    from settld_verifier.receipt import expected_statement

    return expected_statement(chain.log, START + int(hours * HOUR))


def bundle(
    chain: Chain,
    receipt: Optional[Dict[str, Any]] = None,
    receipt_key: str = "settler",
    extra: Sequence[Dict[str, Any]] = (),
    evidence: Sequence[Dict[str, Any]] = (
        {"digest": digest(b"data"), "data": base64.b64encode(b"data").decode()},
    ),
) -> bytes:
    lines: List[Any] = [{"settld": "bundle", "version": 1}]
    for payload in chain.payloads:
        actor = next(role for role in ROLES if party(role) == payload["by"])
        signers = [KEYS[actor]]
        if events.signature_count(payload["type"]) == 2:
            signers.append(KEYS["settler"])
        lines.append(envelope(payload, dsse.EVENT_TYPE, signers))
    lines += extra
    lines += evidence
    if receipt is not None:
        lines.append(envelope(receipt, dsse.RECEIPT_TYPE, [KEYS[receipt_key]]))
    return b"".join(jcs.canonicalize(line) + b"\n" for line in lines)
