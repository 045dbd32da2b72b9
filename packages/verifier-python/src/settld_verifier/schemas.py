"""The schemas of the protocol as tables: what event, trust and receipt payloads look like.

They are written by hand from ``event``, ``trust``, ``receipt`` and ``common.schema.json``;
``tests/test_schemas.py`` compares them with those files when it is told where they are.
"""
from __future__ import annotations

from typing import Dict, Mapping, Optional

from . import instant as _instant
from .schema import (
    Checker,
    any_object,
    array,
    boolean,
    either,
    integer,
    mapping,
    one_of,
    pattern,
    record,
    tagged,
    text,
)
from .strict_json import Json

REVISION = "2026-11"

# common.schema.json

digest = pattern(r"sha256:[0-9a-f]{64}")
thumbprint = pattern(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
duration = integer(0, 315_576_000_000)
name = pattern(r"[a-z0-9][a-z0-9._-]{0,63}")
party_id = pattern(
    r"[a-z][a-z0-9+.-]*:(?://[a-z0-9._~-]+(?::[0-9]{1,5})?(?:[/?#][!#-;=?-Z\[\]_a-z~]*)?"
    r"|(?!//)[!#-;=?-Z\[\]_a-z~]+)",
    max_length=256,
)
bps = integer(0, 10_000)
value = pattern(r"0|[1-9][0-9]{0,29}|10{30}")
positive_value = pattern(r"[1-9][0-9]{0,29}|10{30}")
asset_code = pattern(
    r"[A-Z]{3}|[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}"
    r"(?:/[-.%a-zA-Z0-9]{1,78})?"
)
pointer = pattern(r"(?:/(?:[^~/]|~[01])*)*", max_length=256)
media_type = pattern(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
note = text(1, 256)
revision = one_of(REVISION)


def instant(candidate: Json) -> Optional[str]:
    return None if isinstance(candidate, str) and _instant.has_shape(candidate) else ""


amount = record({"value": positive_value, "assetCode": asset_code, "assetScale": integer(0, 30)})
item = record({"name": name, "mediaType": media_type, "digest": digest, "size": integer(0)})
jwk = record({"kty": one_of("OKP"), "crv": one_of("Ed25519"), "x": thumbprint})
totals = record({"funded": value, "toSeller": value, "fee": value, "toBuyer": value})
party = record({"id": party_id}, {"keys": array(thumbprint, 1, 16)})

# event.schema.json: the offer

REQUIREMENTS: Mapping[str, Checker] = {
    "item": record(
        {"id": name, "kind": one_of("item"), "item": name, "mediaType": media_type},
        {"digest": digest},
    ),
    "check": record(
        {
            "id": name,
            "kind": one_of("check"),
            "checker": name,
            "item": name,
            "pointer": pointer,
            "op": one_of("eq", "ne", "lt", "le", "gt", "ge"),
            "value": either(integer(), text(0, 256), boolean),
        }
    ),
    "deadline": record({"id": name, "kind": one_of("deadline"), "before": instant}),
    "approval": record(
        {"id": name, "kind": one_of("approval"), "onTimeout": one_of("pass", "fail")}
    ),
}

PAYOUTS: Mapping[str, Checker] = {
    "all-or-nothing": record({"kind": one_of("all-or-nothing")}),
    "weighted": record(
        {
            "kind": one_of("weighted"),
            "weights": array(record({"requirement": name, "bps": bps}), 1, 60),
        }
    ),
    "tiers": record(
        {
            "kind": one_of("tiers"),
            "check": name,
            "pointer": pointer,
            "tiers": array(record({"bps": bps}, {"below": integer()}), 1, 32),
        }
    ),
    "per-unit": record(
        {
            "kind": one_of("per-unit"),
            "check": name,
            "pointer": pointer,
            "unitValue": positive_value,
            "cap": positive_value,
        }
    ),
}

policy = record(
    {
        "requirements": array(tagged("kind", REQUIREMENTS), 1, 60),
        "payout": tagged("kind", PAYOUTS),
    }
)

_reference = record(
    {"rel": one_of("parent", "previous", "refund-of", "mandate", "order", "invoice", "terms")},
    {"digest": digest, "uri": pattern(r"[!-~]+", max_length=2048)},
    min_members=2,
)

_offer = record(
    {
        "nonce": pattern(r"[0-9a-f]{32}"),
        "parties": record(
            {
                "buyer": party,
                "seller": party,
                "settler": party,
                "checkers": mapping(name, party, 16),
            },
            {"arbiter": party},
        ),
        "amount": amount,
        "policy": policy,
        "feeBps": bps,
        "acceptBy": instant,
        "fundBy": instant,
        "submitBy": instant,
        "reviewMs": duration,
        "attemptsMax": integer(1, 16),
        "holdbackBps": bps,
        "disputeMs": duration,
        "rulingMs": duration,
        "references": array(_reference, 0, 16),
    }
)

# event.schema.json: the other bodies

_outcome = one_of("full", "partial", "none")
_reason = one_of("settled", "cancelled", "offer-expired", "unfunded")
_items = array(item, 1, 64)
_leg = {"due": instant, "cause": digest, "toSeller": value, "fee": value, "toBuyer": value}

_BODIES: Mapping[str, Checker] = {
    "agreement.accepted": record({}),
    "agreement.cancelled": record({}, {"reason": note}),
    "escrow.funded": record(
        {"amount": amount}, {"funding": record({"rail": name, "reference": note})}
    ),
    "work.submitted": record({"attempt": integer(1, 16), "items": _items}),
    "evidence.attested": record(
        {"submission": digest, "subject": digest, "requirement": name, "result": any_object}
    ),
    "approval.given": record({"submission": digest, "requirement": name, "approved": boolean}),
    "decision.made": record(
        {
            "due": instant,
            "attempt": integer(0, 16),
            "requirements": array(
                record({"id": name, "code": pattern(r"POLICY_[A-Z_]{1,40}")}), 1, 60
            ),
            "gross": value,
            "outcome": _outcome,
            "final": boolean,
        },
        {"submission": digest},
    ),
    "settlement.executed": record({**_leg, "held": value}),
    "dispute.opened": record({"decision": digest, "reasonCode": name}, {"items": _items}),
    "dispute.resolved": record({"dispute": digest, "toSeller": value}, {"reason": note}),
    "holdback.released": record(_leg),
    "agreement.closed": record({"due": instant, "reason": _reason, "totals": totals}),
}


def _event(kind: str, body: Checker) -> Checker:
    return record(
        {
            "v": revision,
            "type": one_of(kind),
            "agreement": digest,
            "seq": integer(1, 1023),
            "prev": digest,
            "at": instant,
            "by": party_id,
            "body": body,
        }
    )


EVENTS: Dict[str, Checker] = {
    "agreement.offered": record(
        {
            "v": revision,
            "type": one_of("agreement.offered"),
            "seq": integer(0, 0),
            "at": instant,
            "by": party_id,
            "body": _offer,
        }
    ),
    **{kind: _event(kind, body) for kind, body in _BODIES.items()},
}

# trust.schema.json

trust = record(
    {
        "registry": record({"id": party_id}, {"jwk": jwk}),
        "version": integer(0),
        "issuedAt": instant,
        "expiresAt": instant,
        "parties": array(
            record(
                {
                    "id": party_id,
                    "roles": array(one_of("buyer", "seller", "checker", "arbiter", "settler"), 1, 5),
                    "keys": array(
                        record(
                            {"jwk": jwk, "notBefore": instant, "notAfter": instant},
                            {
                                "revoked": record(
                                    {"at": instant, "reason": one_of("superseded", "compromised")}
                                )
                            },
                        ),
                        1,
                        64,
                    ),
                }
            ),
            0,
            4096,
        ),
    }
)

# receipt.schema.json

receipt = record(
    {
        "_type": one_of("https://in-toto.io/Statement/v1"),
        "subject": array(
            record({"name": digest, "digest": record({"sha256": pattern(r"[0-9a-f]{64}")})}), 1, 1
        ),
        "predicateType": one_of("https://settld.dev/receipt/v1"),
        "predicate": record(
            {
                "v": revision,
                "agreement": digest,
                "at": instant,
                "by": party_id,
                "buyer": party_id,
                "seller": party_id,
                "amount": amount,
                "events": integer(1, 1024),
                "reason": _reason,
                "outcome": _outcome,
                "totals": totals,
            }
        ),
    }
)
