"""What a verifier reports."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from . import jcs, schemas

FACETS = ("container", "signatures", "trust", "log", "policy", "ledger", "evidence", "receipt")

# By the category of the code in the registry, which follows from its area.
_FACET_OF_AREA = {
    "DSSE": "signatures",
    "KEY": "signatures",
    "TRUST": "trust",
    "EVENT": "log",
    "LOG": "log",
    "STATE": "log",
    "TIME": "log",
    "POLICY": "policy",
    "MONEY": "ledger",
    "LEDGER": "ledger",
    "RECEIPT": "receipt",
}


def facet_of(code: str) -> str:
    """The facet that a refusal with this code fails."""
    if code.startswith("BUNDLE_EVIDENCE_") or code == "LIMIT_EVIDENCE_BYTES":
        return "evidence"
    return _FACET_OF_AREA.get(code.split("_", 1)[0], "container")


@dataclass(frozen=True)
class Finding:
    code: str
    line: Optional[int] = None  # from 1
    seq: Optional[int] = None
    pointer: Optional[str] = None
    message: str = ""

    def to_json(self) -> Dict[str, Any]:
        members = {"line": self.line, "seq": self.seq, "pointer": self.pointer}
        known = {name: value for name, value in members.items() if value is not None}
        return {"code": self.code, "message": self.message, **known}


@dataclass
class Report:
    verdict: str
    code: Optional[str]
    findings: List[Finding] = field(default_factory=list)
    facets: Dict[str, str] = field(default_factory=lambda: dict.fromkeys(FACETS, "unknown"))
    trust: Optional[Dict[str, Any]] = None
    time: Optional[str] = None
    facts: Optional[Dict[str, Any]] = None
    evidence: Dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("referenced", "inline", "withheld", "supplied"), 0)
    )
    receipt: Optional[str] = None
    chain: List[str] = field(default_factory=list)

    def to_json(self) -> Dict[str, Any]:
        return {
            "revision": schemas.REVISION,
            "verdict": self.verdict,
            "code": self.code,
            "findings": [finding.to_json() for finding in self.findings],
            "facets": self.facets,
            "trust": self.trust,
            "time": self.time,
            "facts": self.facts,
            "evidence": self.evidence,
            "receipt": self.receipt,
            "chain": self.chain,
        }

    def canonical(self) -> bytes:
        return jcs.canonicalize(self.to_json())
