"""Compares the hand-written tables with the JSON Schema files, from SETTLD_SCHEMAS or the repository."""
from __future__ import annotations

import base64
import copy
import json
import random
import re
import unittest
from pathlib import Path

import support
from json_schema import Evaluator
from settld_verifier import ops, schemas, verify_bundle
from settld_verifier.encoding import base64_decode
from settld_verifier.jcs import canonicalize
from settld_verifier.report import facet_of

FOLDER = support.shared("SETTLD_SCHEMAS", "schemas")
SOURCES = Path(support.__file__).resolve().parent.parent / "src" / "settld_verifier"

STRAY = (
    None, True, 0, -1, 1, 17, 1024, 10_001, 2**53 - 1, "", "a", "A", "0", "00", "1" + "0" * 30, "1" + "0" * 31,
    "x" * 65, "x" * 256, "x" * 257, "a\n", "USD", "EUR\n", "full", "https://a.example", "https://A.example",
    "https:///", "urn:x", "urn://x", "eip155:1/erc20:0xAb", "text/csv", "sha256:" + "a" * 64, "/a~1", "/~2",
    "2026-03-02T09:00:00.000Z", "2026-03-02T09:00:00Z", "\U0001f600" * 256, [], {}, [1], {"a": 1}, "_-" * 21 + "A",
)  # fmt: skip


def spots(value, path=()):
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from spots(entry, path + (key,))


def mutate(value, generator):
    value = copy.deepcopy(value)
    *way, last = generator.choice([path for path in spots(value) if path])
    holder = value
    for key in way:
        holder = holder[key]
    kind = generator.randrange(6)
    if kind == 0:
        del holder[last]
    elif kind == 1 and isinstance(holder, dict):
        holder[generator.choice(("x", "digest", "jwk", "uri", "below", "keys", "a" * 70))] = generator.choice(STRAY)
    elif kind == 2 and isinstance(holder, list):
        holder.extend(holder * generator.choice((1, 16, 64)))
    else:
        holder[last] = copy.deepcopy(generator.choice(STRAY))
    return value


def documents():
    for path in sorted(support.SAMPLES.glob("*.settld")):
        for line in path.read_bytes().splitlines():
            value = json.loads(line)
            if "payload" in value:
                yield json.loads(base64_decode(value["payload"]))
    yield json.loads(support.TRUST)
    chain = support.Chain()
    offer = chain.payloads[0]
    check = offer["body"]["policy"]["requirements"][0]
    requirements = [
        check,
        {"id": "i", "kind": "item", "item": "a", "mediaType": "text/csv", "digest": "sha256:" + "0" * 64},
        {"id": "d", "kind": "deadline", "before": support.at(1)},
        {"id": "a", "kind": "approval", "onTimeout": "pass"},
    ]
    for payout in (
        {"kind": "weighted", "weights": [{"requirement": "valid", "bps": 10_000}]},
        {"kind": "tiers", "check": "valid", "pointer": "/n", "tiers": [{"below": 5, "bps": 1}, {"bps": 2}]},
        {"kind": "per-unit", "check": "valid", "pointer": "/n", "unitValue": "1", "cap": "2"},
    ):
        made = copy.deepcopy(offer)
        made["body"]["policy"] = {"requirements": requirements, "payout": payout}
        made["body"]["references"] = [{"rel": "order", "uri": "https://x"}, {"rel": "terms", "digest": "sha256:" + "1" * 64}]
        made["body"]["parties"]["buyer"]["keys"] = [support.KEYS["buyer"].id]
        yield made
    revoked = support.trust_document()
    revoked["parties"][0]["keys"][0]["revoked"] = {"at": support.at(1), "reason": "superseded"}
    yield revoked
    body = {"submission": "sha256:" + "0" * 64, "requirement": "a", "approved": True}
    yield {**chain.payload("approval.given", "buyer", 1, body)}


def encoded(value):
    return base64.b64encode(canonicalize(value)).decode("ascii")


class Robustness(unittest.TestCase):
    def test_mutated_payloads_only_ever_refuse(self):
        generator = random.Random(2)
        for name in ("disputed", "refused"):
            lines = support.sample(name).splitlines()[1:]
            envelopes = [line for line in map(json.loads, lines) if "payload" in line]
            payloads = [e["payload"] for e in envelopes if "event" in e["payloadType"]]
            self.assertEqual(ops.answer("log.reduce", {"events": payloads}).verdict, "accept")
            for _ in range(500):
                at = generator.randrange(len(payloads))
                mutated = list(payloads)
                mutated[at] = encoded(mutate(json.loads(base64_decode(payloads[at])), generator))
                ops.answer("log.reduce", {"events": mutated})
        for _ in range(500):
            mutated = mutate(json.loads(support.TRUST), generator)
            ops.answer("trust.evaluate", {"trust": encoded(mutated)})

    def test_mutated_lines_only_ever_refuse(self):
        generator = random.Random(3)
        lines = support.sample("disputed").splitlines(keepends=True)
        for _ in range(300):
            at = generator.randrange(len(lines))
            changed = canonicalize(mutate(json.loads(lines[at]), generator)) + b"\n"
            data = b"".join(lines[:at] + [changed] + lines[at + 1 :])
            if data != b"".join(lines):
                self.assertNotEqual(verify_bundle(data, trust=support.TRUST).verdict, "accept")


@unittest.skipUnless(FOLDER.is_dir(), f"no schemas in {str(FOLDER)!r}; set SETTLD_SCHEMAS")
class Differential(unittest.TestCase):
    def test_tables(self):
        evaluator = Evaluator(FOLDER)
        generator = random.Random(1)
        agreed = {True: 0, False: 0}
        for document in documents():
            if "type" in document:
                table, reference = schemas.EVENTS[document["type"]], "event.schema.json#/$defs/"
                reference += "".join(word.title() for word in document["type"].split("."))
            elif "parties" in document:
                table, reference = schemas.trust, "trust.schema.json"
            else:
                table, reference = schemas.receipt, "receipt.schema.json"
            self.assertIsNone(table(document))
            for _ in range(400):
                mutated = mutate(document, generator)
                valid = evaluator.valid(reference, mutated)
                self.assertEqual(table(mutated) is None, valid, json.dumps(mutated))
                agreed[valid] += 1
        self.assertGreater(min(agreed.values()), 100)

    def test_reports(self):
        evaluator = Evaluator(FOLDER)
        generator = random.Random(4)
        for path in sorted(support.SAMPLES.glob("*.settld")):
            data = path.read_bytes()
            lines = data.splitlines(keepends=True)
            files = [data, b"", data + b"x"]
            for _ in range(20):
                at = generator.randrange(1, len(lines))
                changed = canonicalize(mutate(json.loads(lines[at]), generator)) + b"\n"
                files.append(b"".join(lines[:at] + [changed] + lines[at + 1 :]))
            for bundle in files:
                for now in (None, support.at(0), support.at(1000)):
                    made = verify_bundle(bundle, trust=support.TRUST, now=now).to_json()
                    self.assertTrue(evaluator.valid("report.schema.json", made), json.dumps(made))

    def test_facets(self):
        of_category = {
            "syntax": "container", "canonical": "container", "container": "container", "limit": "container",
            "key": "signatures", "signature": "signatures", "trust": "trust", "schema": "log", "chain": "log",
            "state": "log", "time": "log", "policy": "policy", "ledger": "ledger", "receipt": "receipt",
        }  # fmt: skip
        for code, entry in json.loads((FOLDER / "codes.json").read_text())["codes"].items():
            if entry["verdict"] == "reject":
                evidence = code.startswith("BUNDLE_EVIDENCE_") or code == "LIMIT_EVIDENCE_BYTES"
                expected = "evidence" if evidence else of_category[entry["category"]]
                self.assertEqual(facet_of(code), expected, code)

    def test_codes_are_registered(self):
        registry = json.loads((FOLDER / "codes.json").read_text())["codes"]
        areas = {code.split("_")[0] for code in registry}
        for path in SOURCES.glob("*.py"):
            for code in re.findall(r'"([A-Z]+_[A-Z_]*[A-Z])"', path.read_text()):
                if code.split("_")[0] in areas:
                    self.assertTrue(code in registry, f"{code} in {path.name}")


if __name__ == "__main__":
    unittest.main()
