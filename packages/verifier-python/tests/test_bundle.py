from __future__ import annotations

import contextlib
import io
import json
import random
import tempfile
import time
import unittest
from pathlib import Path

import support
from support import KEYS, ROOT, SAMPLES, TRUST, Chain, at, awarded, bundle, closed, sample, statement
from settld_verifier import InputError, cli, dsse, find_equivocation, verify_bundle
from settld_verifier.jcs import canonicalize

EXPECTED = {
    "settled": ("accept", None),
    "cancelled": ("accept", None),
    "disputed": ("accept", None),
    "open": ("indeterminate", "BUNDLE_OPEN"),
    # Its log ends in the dispute window of a refusal: not closed, without receipt (BUNDLE-13).
    "refused": ("indeterminate", "BUNDLE_OPEN"),
}


class Samples(unittest.TestCase):
    def test_verdicts(self):
        for name, expected in EXPECTED.items():
            report = verify_bundle(sample(name), trust=TRUST)
            self.assertEqual((report.verdict, report.code), expected, name)

    def test_root(self):
        report = verify_bundle(sample("settled-root"), root=ROOT)
        self.assertEqual((report.verdict, report.trust["source"]), ("accept", "embedded"))
        self.assertEqual(verify_bundle(sample("settled"), root=ROOT).code, "TRUST_ROOT_MISSING")
        other = KEYS["registry"].raw
        self.assertEqual(verify_bundle(sample("settled-root"), root=other).code, "TRUST_ROOT_MISSING")
        for options in ({}, {"trust": TRUST, "root": ROOT}):
            with self.assertRaises(InputError) as caught:
                verify_bundle(sample("settled-root"), **options)
            self.assertEqual(caught.exception.code, "CLI_USAGE")

    def test_performance(self):
        started = time.perf_counter()
        verify_bundle(sample("disputed"), trust=TRUST)
        self.assertLess(time.perf_counter() - started, 1)

    def each_sample(self):
        for name in EXPECTED:
            yield name, sample(name), {"trust": TRUST}
        yield "settled-root", sample("settled-root"), {"root": ROOT}

    def judge(self, label, data, options):
        report = verify_bundle(data, **options)
        self.assertNotEqual(report.verdict, "accept", label)
        json.loads(report.canonical())

    def test_lines_dropped_duplicated_swapped(self):
        for name, data, options in self.each_sample():
            lines = data.splitlines(keepends=True)
            for i in range(len(lines)):
                self.judge((name, "drop", i), b"".join(lines[:i] + lines[i + 1 :]), options)
                self.judge((name, "duplicate", i), b"".join(lines[: i + 1] + lines[i:]), options)
                for j in range(i + 1, len(lines)):
                    swapped = list(lines)
                    swapped[i], swapped[j] = swapped[j], swapped[i]
                    self.judge((name, "swap", i, j), b"".join(swapped), options)

    def test_prefixes(self):
        for name, data, options in self.each_sample():
            for end in range(0, len(data), 97):
                self.judge((name, "prefix", end), data[:end], options)
            self.judge((name, "tail"), data + b"x", options)

    def test_byte_flips(self):
        generator = random.Random(20261121)
        cases = list(self.each_sample())
        for _ in range(300):
            name, data, options = generator.choice(cases)
            mutated = bytearray(data)
            position = generator.randrange(len(data))
            mutated[position] ^= generator.randrange(1, 256)
            self.judge((name, "flip", position), bytes(mutated), options)


class Order(unittest.TestCase):
    """Which of several faults decides (BUNDLE-14)."""

    @classmethod
    def setUpClass(cls):
        cls.trust = canonicalize(support.trust_document())
        cls.chain = closed(Chain())
        cls.good = bundle(cls.chain, statement(cls.chain, 16))

    def code(self, data, trust=None, **options):
        return verify_bundle(data, trust=self.trust if trust is None else canonicalize(trust), **options).code

    def test_good(self):
        self.assertIsNone(self.code(self.good))
        self.assertEqual(self.code(bundle(self.chain)), "RECEIPT_MISSING")

    def test_container(self):
        lines = self.good.splitlines(keepends=True)
        for data, code in (
            (b"", "BUNDLE_HEADER"),
            (b"x", "BUNDLE_HEADER"),
            (lines[0][:-1], "BUNDLE_HEADER"),
            (lines[0], "BUNDLE_EMPTY"),
            (lines[0] + b"x", "BUNDLE_TRUNCATED"),
            (lines[0] + b"\n", "JSON_SYNTAX"),
            (lines[0] + b"[]\n", "BUNDLE_LINE"),
            (lines[0] + lines[0], "BUNDLE_LINE"),
            (lines[0] + b'{"payloadType":1}\n', "DSSE_PAYLOAD_TYPE"),
            (lines[0] + lines[-2], "BUNDLE_EMPTY"),
            (lines[0] + lines[-2] + lines[1], "BUNDLE_EMPTY"),
            (self.good + lines[-1], "BUNDLE_ORDER"),
            (self.good + lines[1], "BUNDLE_ORDER"),
            (self.good + b" ", "BUNDLE_TRUNCATED"),
            (b"x" * 12_582_913, "LIMIT_LINE_BYTES"),
            (lines[0] + b"x" * 12_582_913, "LIMIT_LINE_BYTES"),
        ):
            self.assertEqual(self.code(data), code, data[:60])

    def test_evidence(self):
        def with_items(*items):
            return bundle(self.chain, statement(self.chain, 16), evidence=items)

        reference = support.digest(b"data")
        withheld = {"digest": reference, "withheld": True}
        self.assertIsNone(self.code(with_items(withheld)))
        self.assertIsNone(self.code(with_items(withheld), evidence={reference: b"data"}))
        self.assertEqual(
            self.code(with_items(withheld), evidence={reference: b"other"}), "BUNDLE_EVIDENCE_DIGEST"
        )
        for items, code in (
            ((), "BUNDLE_EVIDENCE_MISSING"),
            ((withheld, withheld), "BUNDLE_EVIDENCE_DUPLICATE"),
            (({**withheld, "digest": support.digest(b"x")},), "BUNDLE_EVIDENCE_UNREFERENCED"),
            (({"digest": reference, "data": "!"},), "DSSE_BASE64"),
            (({"digest": reference, "data": ""},), "BUNDLE_EVIDENCE_DIGEST"),
            (({"digest": "x", "data": ""},), "BUNDLE_LINE"),
        ):
            self.assertEqual(self.code(with_items(*items)), code)

    def test_receipt(self):
        made = statement(self.chain, 16)

        def changed(**predicate):
            return bundle(self.chain, {**made, "predicate": {**made["predicate"], **predicate}})

        self.assertEqual(self.code(changed(events=1)), "RECEIPT_MISMATCH")
        self.assertEqual(self.code(changed(at=at(14))), "RECEIPT_BEFORE_CLOSE")
        self.assertEqual(self.code(changed(at="2026-02-30T00:00:00.000Z")), "TIME_INSTANT")
        self.assertEqual(self.code(changed(x=1)), "RECEIPT_SCHEMA")
        self.assertEqual(self.code(bundle(self.chain, made, "buyer")), "TRUST_KEY_PARTY")
        self.assertEqual(self.code(bundle(awarded(Chain()), made)), "RECEIPT_NOT_CLOSED")

    def revoked(self, role, reason, hours, index=0):
        document = support.trust_document()
        entry = document["parties"][support.ROLES.index(role)]["keys"][index]
        entry["revoked"] = {"at": at(hours), "reason": reason}
        return document

    def test_trust(self):
        document = support.trust_document()
        document["parties"][0]["roles"] = ["seller"]
        self.assertEqual(self.code(self.good, document), "TRUST_ROLE")
        document = support.trust_document()
        document["parties"].pop(0)
        self.assertEqual(self.code(self.good, document), "TRUST_KEY_UNKNOWN")
        document = support.trust_document()
        document["parties"][1]["keys"][0]["notAfter"] = at(1)
        self.assertEqual(self.code(self.good, document), "TRUST_KEY_WINDOW")
        self.assertEqual(self.code(self.good, self.revoked("seller", "superseded", 3)), "TRUST_KEY_REVOKED")
        self.assertIsNone(self.code(self.good, self.revoked("seller", "superseded", 4)))
        self.assertIsNone(self.code(self.good, self.revoked("seller", "compromised", 4)))

    def test_compromised(self):
        both = self.revoked("seller", "compromised", 50)
        both["parties"][2]["keys"][0]["revoked"] = {"at": at(50), "reason": "compromised"}
        settler = self.revoked("settler", "compromised", 50)
        by_other = bundle(self.chain, statement(self.chain, 60), "other-settler")
        self.assertEqual(self.code(self.good, both), "TRUST_KEY_COMPROMISED")
        self.assertIsNone(self.code(by_other, both))
        self.assertEqual(self.code(self.good, settler), "TRUST_SETTLER_COMPROMISED")
        self.assertIsNone(self.code(by_other, settler))

    def test_pins(self):
        parties = support.offer_body()["parties"]
        parties["seller"]["keys"] = [KEYS["registry"].id]
        chain = closed(Chain(parties=parties))
        self.assertEqual(self.code(bundle(chain, statement(chain, 16))), "TRUST_KEY_PINNED")

    def test_time(self):
        self.assertEqual(self.code(self.good, now=at(9000)), "TRUST_EXPIRED")
        self.assertEqual(self.code(self.good, now=at(-2001)), "TRUST_NOT_YET_VALID")
        late = support.trust_document(issuedAt=at(5000))
        self.assertIsNone(self.code(self.good, late))
        report = verify_bundle(bundle(awarded(Chain())), trust=self.trust, now=at(14))
        self.assertEqual([f.code for f in report.findings], ["BUNDLE_OPEN", "TIME_OVERDUE"])

    def test_embedded(self):
        def embedded(*documents, key="registry"):
            extra = [support.envelope(d, dsse.TRUST_TYPE, [KEYS[key]]) for d in documents]
            return bundle(self.chain, statement(self.chain, 16), extra=extra)

        one, two = support.trust_document(version=1), support.trust_document(version=2)
        root = {"root": KEYS["registry"].raw}
        report = verify_bundle(embedded(one, two), **root)
        self.assertEqual((report.verdict, report.trust["version"]), ("accept", 2))
        self.assertEqual(verify_bundle(embedded(two, one), **root).code, "TRUST_ORDER")
        self.assertEqual(verify_bundle(embedded(one, one), **root).code, "TRUST_ORDER")
        self.assertEqual(verify_bundle(embedded(one, key="buyer"), **root).code, "TRUST_REGISTRY_KEY")
        anonymous = support.trust_document(registry={"id": "https://registry.example"})
        self.assertEqual(self.code(embedded(anonymous)), "TRUST_REGISTRY_KEY")
        acting = support.trust_document()
        acting["parties"][0]["keys"][0]["jwk"] = KEYS["registry"].jwk
        self.assertEqual(self.code(embedded(acting)), "TRUST_REGISTRY_ACTS")
        many = [support.trust_document(version=v) for v in range(17)]
        self.assertEqual(self.code(embedded(*many)), "LIMIT_TRUST_DOCUMENTS")

    def test_trust_input(self):
        for document, code in (
            ({"x": 1}, "TRUST_SCHEMA"),
            (support.trust_document(issuedAt=at(9000)), "TRUST_WINDOW"),
            (support.trust_document(parties=support.trust_document()["parties"][:1] * 2),
             "TRUST_PARTY_DUPLICATE"),
        ):  # fmt: skip
            with self.assertRaises(InputError) as caught:
                verify_bundle(self.good, trust=canonicalize(document))
            self.assertEqual(caught.exception.code, code)

    def test_equivocation(self):
        one = verify_bundle(bundle(awarded(Chain())), trust=self.trust)
        self.assertIsNone(find_equivocation(one, verify_bundle(self.good, trust=self.trust)))
        other = Chain().add("agreement.cancelled", "seller", 1, {})
        two = verify_bundle(bundle(other, evidence=()), trust=self.trust)
        self.assertEqual(find_equivocation(one, two), 1)

    def test_chain(self):
        def chain_of(data, trust=None):
            return verify_bundle(data, trust=self.trust if trust is None else canonicalize(trust)).chain

        self.assertEqual(chain_of(self.good), self.chain.digests)
        # A wrong total is the settler's word, in its place, all the same.
        lines = self.good.splitlines(keepends=True)
        last = self.chain.payloads[-1]
        wrong = {**last, "body": {**last["body"], "reason": "cancelled"}}
        for payload, signer, counts in (
            (wrong, "settler", True),
            (wrong, "buyer", False),
            ({**wrong, "seq": 5}, "settler", False),
            ({**wrong, "prev": self.chain.digests[0]}, "settler", False),
            ({**wrong, "at": at(14)}, "settler", False),
            ({**wrong, "type": "agreement.blessed"}, "settler", False),  # EVENT-1
            (wrong, "buyer settler", False),  # DSSE-4
            (self.chain.payloads[0], "buyer settler", False),
        ):
            signers = [KEYS[name] for name in signer.split()]
            line = canonicalize(support.envelope(payload, dsse.EVENT_TYPE, signers)) + b"\n"
            before = self.chain.digests[:-1]
            forged = b"".join(lines[: len(before) + 1]) + line
            expected = before + [support.digest(canonicalize(payload))] if counts else before
            self.assertEqual(chain_of(forged), expected, payload)
        # What a compromised settler key signed counts only under a later receipt.
        settler = self.revoked("settler", "compromised", 50)
        self.assertEqual(chain_of(self.good, settler), [])
        by_other = bundle(self.chain, statement(self.chain, 60), "other-settler")
        self.assertEqual(chain_of(by_other, settler), self.chain.digests)
        # A receipt that passed vouches also where something behind it is rejected.
        withheld = bundle(
            self.chain,
            statement(self.chain, 60),
            "other-settler",
            evidence=({"digest": support.digest(b"data"), "withheld": True},),
        )
        supplied = {support.digest(b"data"): b"other"}
        for document in (self.trust, canonicalize(settler)):
            report = verify_bundle(withheld, trust=document, evidence=supplied)
            self.assertEqual((report.code, report.chain), ("BUNDLE_EVIDENCE_DIGEST", self.chain.digests))

    def test_where_a_finding_stands(self):
        """Events have a seq from step 2 of BUNDLE-14 on; what concerns the bundle has no line."""
        lines = self.good.splitlines(keepends=True)
        event, missing = json.loads(lines[3]), bundle(self.chain, evidence=())
        count = {**event, "signatures": event["signatures"] * 3}
        sig = {**event, "signatures": [{**event["signatures"][0], "sig": "A" * 86 + "=="}]}
        for data, code, line, seq in (
            (b"".join(lines[:3]) + canonicalize(count) + b"\n", "DSSE_SIGNATURE_COUNT", 4, None),
            (b"".join(lines[:3]) + canonicalize(sig) + b"\n", "DSSE_SIGNATURE_R_SMALL_ORDER", 4, 2),
            (lines[0], "BUNDLE_EMPTY", None, None),
            (missing, "BUNDLE_EVIDENCE_MISSING", None, None),
            (self.good + lines[1], "BUNDLE_ORDER", len(lines) + 1, None),
        ):
            (finding,) = verify_bundle(data, trust=self.trust).findings
            self.assertEqual((finding.code, finding.line, finding.seq), (code, line, seq))


class CommandLine(unittest.TestCase):
    def run_cli(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = cli.main(["verify", *arguments])
        return status, [json.loads(line) for line in out.getvalue().splitlines()]

    def test_exit_codes(self):
        trust = str(SAMPLES / "trust.json")
        settled, still_open = (str(SAMPLES / f"{name}.settld") for name in ("settled", "open"))
        self.assertEqual(self.run_cli(settled, "--trust", trust)[0], 0)
        self.assertEqual(self.run_cli(str(SAMPLES / "settled-root.settld"), "--root", ROOT)[0], 0)
        self.assertEqual(self.run_cli(settled, "--root", ROOT)[0], 1)
        self.assertEqual(self.run_cli(still_open, "--trust", trust)[0], 3)
        self.assertEqual(self.run_cli(still_open, "--trust", trust, "--allow-open")[0], 0)
        self.assertEqual(self.run_cli(settled, still_open, "--trust", trust)[0], 3)
        status, (first, second) = self.run_cli("missing", settled, "--trust", trust)
        self.assertEqual((status, first["error"]["code"]), (2, "CLI_INPUT"))
        self.assertEqual((second["file"], second["report"]["verdict"]), (settled, "accept"))
        for arguments, code in (
            ((settled,), "CLI_USAGE"),
            ((settled, "--trust", "missing"), "CLI_INPUT"),
            ((settled, "--trust", settled), "JSON_SYNTAX"),
            ((settled, "--root", "zz"), "KEY_LENGTH"),
            ((settled, "--trust", trust, "--now", "yesterday"), "TIME_INSTANT"),
        ):
            status, printed = self.run_cli(*arguments)
            self.assertEqual((status, [line["error"]["code"] for line in printed]), (2, [code]))

    def test_contradiction(self):
        with tempfile.TemporaryDirectory() as folder:
            trust = Path(folder, "trust.json")
            trust.write_bytes(canonicalize(support.trust_document()))
            files = [Path(folder, name) for name in ("one.settld", "two.settld")]
            for file, action in zip(files, ("agreement.accepted", "agreement.cancelled")):
                file.write_bytes(bundle(Chain().add(action, "seller", 1, {}), evidence=()))
            status, printed = self.run_cli(*map(str, files), "--trust", str(trust))
        self.assertEqual((status, printed[2]["code"], printed[2]["seq"]), (1, "LOG_EQUIVOCATION", 1))


if __name__ == "__main__":
    unittest.main()
