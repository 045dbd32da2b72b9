"""What the input of an operation looks like: ``input.*`` of adapter.schema.json as tables.

Members that are not named are ignored (CONF-6). Bytes are strings here; ``ops.octets`` reads them.
"""
from __future__ import annotations

from typing import Mapping, Optional

from . import schemas
from .ledger import KINDS
from .schema import (
    Checker,
    any_object,
    any_string,
    array,
    boolean,
    integer,
    mapping,
    one_of,
    pattern,
    record,
    tagged,
)
from .strict_json import Json

_bytes = any_string
_instant = schemas.instant


def _input(required: Mapping[str, Checker], optional: Optional[Mapping[str, Checker]] = None) -> Checker:
    return record(required, optional, others=True)


_CALL = {"trust": _bytes, "root": _bytes, "now": _instant, "evidence": mapping(any_string, _bytes)}


def _user(bundles: Mapping[str, Checker]) -> Checker:
    """Bundles, and what a user gives with them: exactly one of trust and root."""
    members = _input(bundles, _CALL)

    def check(value: Json) -> Optional[str]:
        misfit = members(value)
        if misfit is None and ("trust" in value) == ("root" in value):
            return ""
        return misfit

    return check


def _no_submission_or(facts: Checker) -> Checker:
    return lambda value: None if value is None else facts(value)


_item = record(
    {"name": any_string, "mediaType": any_string, "digest": any_string, "size": integer(0)}, others=True
)
_account = record(
    {"kind": one_of(*KINDS), "assetCode": any_string, "assetScale": integer()},
    {"owner": any_string, "agreement": any_string},
    others=True,
)

INPUTS: Mapping[str, Checker] = {
    "json.parse": _input({"bytes": _bytes}),
    "pointer.resolve": _input({"document": _bytes, "pointer": any_string}),
    "jcs.canonicalize": _input({"bytes": _bytes}),
    "digest": _input({"bytes": _bytes}),
    "digest.parse": _input({"text": any_string}),
    "money.parse": _input({"text": any_string}),
    "key.parse": _input({"jwk": _bytes}),
    "ed25519.verify": _input({"publicKey": _bytes, "message": _bytes, "signature": _bytes}),
    "dsse.verify": _input(
        {
            "envelope": _bytes,
            "payloadType": any_string,
            "maxSignatures": one_of(1, 2),
            "keys": array(_bytes),
        }
    ),
    "trust.evaluate": _input({"trust": _bytes}),
    "policy.evaluate": _input(
        {
            "policy": schemas.policy,  # "as in an offer"
            "amount": schemas.value,
            "facts": _no_submission_or(
                _input(
                    {
                        "at": _instant,
                        "items": array(_item),
                        "results": any_object,
                        "approvals": mapping(any_string, boolean),
                    }
                )
            ),
        }
    ),
    "log.reduce": _input({"events": array(_bytes, 1)}, {"prefix": array(_bytes)}),
    "ledger.replay": _input(
        {
            "transactions": array(
                _input(
                    {
                        "id": schemas.digest,
                        "postings": array(
                            _input({"account": _account, "value": pattern(r"-?(?:0|[1-9][0-9]*)")})
                        ),
                    }
                )
            ),
            "closed": boolean,
        }
    ),
    "bundle.verify": _user({"bundle": _bytes}),
    "bundle.compare": _user({"bundles": array(_bytes, 2)}),
    "issue": tagged(
        "what",
        {
            "envelope": _input({"payloadType": any_string, "document": _bytes, "seeds": array(_bytes)}),
            "reactions": _input({"log": array(_bytes, 1), "now": _instant, "seeds": array(_bytes, 1, 1)}),
            "receipt": _input({"log": array(_bytes, 1), "at": _instant, "seeds": array(_bytes, 1, 1)}),
            "bundle": _input(
                {"events": array(_bytes, 1), "trust": array(_bytes), "evidence": array(_bytes)},
                {"receipt": _bytes},
            ),
        },
    ),
}
