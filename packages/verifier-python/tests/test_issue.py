"""What the operation ``issue`` makes, and what it refuses (CONF-10)."""
from __future__ import annotations

import hashlib
import json
import unittest

import support
from support import KEYS, Chain, at, awarded, bundle, closed, statement
from settld_verifier import dsse, ops, verify_bundle
from settld_verifier.encoding import base64_decode, base64_encode, base64url_encode
from settld_verifier.jcs import canonicalize


def seed(name):
    return base64_encode(hashlib.sha256(name.encode()).digest())


def seeds(*names):
    return [seed(name) for name in names]


def log_of(chain):
    return [base64_encode(canonicalize(payload)) for payload in chain.payloads]


class Envelope(unittest.TestCase):
    def make(self, payload_type, document, *names):
        data = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
        given = {"payloadType": payload_type, "document": base64_encode(data), "seeds": seeds(*names)}
        return ops.answer("issue", {"what": "envelope", **given})

    def test_made(self):
        chain = closed(Chain())
        for kind, document, names in (
            (dsse.EVENT_TYPE, chain.payloads[0], ("buyer", "settler")),
            (dsse.EVENT_TYPE, chain.payloads[-1], ("settler",)),
            (dsse.TRUST_TYPE, support.trust_document(), ("registry",)),
            (dsse.RECEIPT_TYPE, statement(chain, 16), ("settler",)),
        ):
            answer = self.make(kind, document, *names)
            expected = support.envelope(document, kind, [KEYS[name] for name in names])
            self.assertEqual(base64_decode(answer.facts["envelope"]), canonicalize(expected))
            self.assertEqual(answer.facts["digest"], support.digest(canonicalize(document)))

    def test_refused(self):
        chain = closed(Chain())
        offer, closing = chain.payloads[0], chain.payloads[-1]
        receipt, trust = statement(chain, 16), support.trust_document()
        anonymous = support.trust_document(registry={"id": "https://registry.example"})
        unreal = {**receipt, "predicate": {**receipt["predicate"], "at": "2026-02-30T00:00:00.000Z"}}
        big = {**closing, "v": "x" * 1_048_577}
        for kind, document, names, code in (
            ("text/plain", b"{", (), "DSSE_PAYLOAD_TYPE"),
            (dsse.EVENT_TYPE, b'{"v":', (), "JSON_SYNTAX"),
            (dsse.EVENT_TYPE, [], (), "EVENT_SCHEMA"),
            (dsse.EVENT_TYPE, {**closing, "v": "2099-01"}, (), "EVENT_REVISION_UNKNOWN"),
            (dsse.EVENT_TYPE, big, (), "EVENT_REVISION_UNKNOWN"),
            (dsse.EVENT_TYPE, {**offer, "at": "2026-02-30T00:00:00.000Z"}, (), "TIME_INSTANT"),
            (dsse.EVENT_TYPE, offer, ("buyer",), "DSSE_SIGNATURE_COUNT"),
            (dsse.EVENT_TYPE, offer, ("buyer", "buyer", "buyer"), "DSSE_SIGNATURE_COUNT"),
            (dsse.EVENT_TYPE, closing, ("settler", "buyer"), "DSSE_SIGNATURE_COUNT"),
            (dsse.EVENT_TYPE, closing, (), "DSSE_SIGNATURE_COUNT"),
            (dsse.EVENT_TYPE, offer, ("buyer", "buyer"), "DSSE_SIGNATURE_DUPLICATE"),
            (dsse.TRUST_TYPE, {**trust, "x": 1}, ("registry",), "TRUST_SCHEMA"),
            (dsse.TRUST_TYPE, anonymous, ("registry",), "TRUST_REGISTRY_KEY"),
            (dsse.TRUST_TYPE, anonymous, (), "TRUST_REGISTRY_KEY"),
            (dsse.TRUST_TYPE, trust, ("buyer",), "TRUST_REGISTRY_KEY"),
            (dsse.TRUST_TYPE, trust, (), "DSSE_SIGNATURE_COUNT"),
            (dsse.TRUST_TYPE, trust, ("registry", "buyer"), "DSSE_SIGNATURE_COUNT"),
            (dsse.RECEIPT_TYPE, {**receipt, "x": 1}, (), "RECEIPT_SCHEMA"),
            (dsse.RECEIPT_TYPE, unreal, (), "TIME_INSTANT"),
            (dsse.RECEIPT_TYPE, receipt, ("settler", "settler"), "DSSE_SIGNATURE_COUNT"),
        ):
            with self.subTest(code=code, names=names):
                answer = self.make(kind, document, *names)
                expected = "indeterminate" if code == "EVENT_REVISION_UNKNOWN" else "reject"
                self.assertEqual((answer.verdict, answer.code), (expected, code))

    def test_payload_limit(self):
        """Layout does not count, only the payload does (LIMIT-1)."""
        trust = support.trust_document()
        spaced = json.dumps(trust).encode() + b" " * 1_048_576
        self.assertEqual(self.make(dsse.TRUST_TYPE, spaced, "registry").verdict, "accept")
        entry = trust["parties"][0]["keys"][0]
        parties = []
        for n in range(4096):
            jwk = {**entry["jwk"], "x": base64url_encode(hashlib.sha256(str(n).encode()).digest())}
            parties.append({"id": f"https://{n}.example", "roles": ["buyer"], "keys": [{**entry, "jwk": jwk}]})
        self.assertEqual(self.make(dsse.TRUST_TYPE, {**trust, "parties": parties}, "registry").verdict, "accept")
        for party in parties:
            party["id"] += "/" + "a" * 100
        answer = self.make(dsse.TRUST_TYPE, {**trust, "parties": parties}, "registry")
        self.assertEqual(answer.code, "LIMIT_PAYLOAD_BYTES")


class Reactions(unittest.TestCase):
    def make(self, chain, now):
        given = {"log": log_of(chain), "now": now, "seeds": seeds("settler")}
        return ops.answer("issue", {"what": "reactions", **given})

    def payloads(self, chain, now):
        envelopes = [json.loads(base64_decode(made)) for made in self.make(chain, now).facts["envelopes"]]
        for envelope in envelopes:
            self.assertEqual([entry["keyid"] for entry in envelope["signatures"]], [KEYS["settler"].id])
        return [json.loads(base64_decode(envelope["payload"])) for envelope in envelopes]

    def test_in_time(self):
        """The settler's events of a whole log, each made when it is due."""
        whole = closed(Chain()).payloads
        review = Chain().funded().submitted().attest(4, {"n": 7})
        self.assertEqual(self.payloads(review, at(3.9)), [])
        self.assertEqual(self.payloads(review, at(4)), whole[5:7])
        self.assertEqual(self.payloads(awarded(Chain()), at(13.9)), [])
        self.assertEqual(self.payloads(awarded(Chain()), at(15)), whole[7:])

    def test_late(self):
        """A decision that comes late moves what follows from it."""
        decision, settlement = self.payloads(Chain().funded().submitted().attest(4, {"n": 7}), at(100))
        self.assertEqual((decision["at"], decision["body"]["due"]), (at(100), at(4)))
        self.assertEqual((settlement["at"], settlement["body"]["due"]), (at(100), at(100)))
        made = self.payloads(Chain().funded(), at(1000))
        types = ["decision.made", "settlement.executed"]
        self.assertEqual([payload["type"] for payload in made], types)

    def test_timers(self):
        self.assertEqual(self.make(Chain(), at(9.9)).facts, {"envelopes": []})
        (payload,) = self.payloads(Chain(), at(11))
        self.assertEqual((payload["at"], payload["body"]["due"]), (at(11), at(10)))
        self.assertEqual(self.make(closed(Chain()), at(1000)).facts, {"envelopes": []})

    def test_refused(self):
        chain = awarded(Chain())
        del chain.payloads[2]
        self.assertEqual(self.make(chain, at(20)).code, "LOG_SEQ_MISMATCH")


class Receipt(unittest.TestCase):
    def make(self, chain, hours):
        given = {"log": log_of(chain), "at": at(hours), "seeds": seeds("settler")}
        return ops.answer("issue", {"what": "receipt", **given})

    def test_made(self):
        chain = closed(Chain())
        answer = self.make(chain, 16)
        expected = support.envelope(statement(chain, 16), dsse.RECEIPT_TYPE, [KEYS["settler"]])
        self.assertEqual(base64_decode(answer.facts["envelope"]), canonicalize(expected))
        self.assertEqual(answer.facts["digest"], support.digest(canonicalize(statement(chain, 16))))

    def test_refused(self):
        self.assertEqual(self.make(closed(Chain()), 14.9).code, "RECEIPT_BEFORE_CLOSE")
        self.assertEqual(self.make(awarded(Chain()), 1).code, "RECEIPT_NOT_CLOSED")
        with self.assertRaises(ValueError):
            given = {"log": log_of(closed(Chain())), "at": "2026-02-30T00:00:00.000Z", "seeds": seeds("settler")}
            ops.answer("issue", {"what": "receipt", **given})


class Bundle(unittest.TestCase):
    def make(self, *evidence, **more):
        chain = closed(Chain())
        self.whole = bundle(chain, statement(chain, 16))
        lines = self.whole.splitlines()[1:]
        events, receipt = lines[: len(chain.payloads)], lines[-1]
        given = {
            "events": [base64_encode(line) for line in events],
            "trust": [],
            "evidence": [base64_encode(data) for data in evidence],
            "receipt": base64_encode(receipt),
            **more,
        }
        return ops.answer("issue", {"what": "bundle", **given})

    def test_made(self):
        for evidence in ((b"data",), (b"data", b"data")):
            facts = self.make(*evidence).facts
            self.assertEqual(facts, {"digest": support.digest(self.whole), "size": len(self.whole)})

    def test_withheld(self):
        facts = self.make().facts
        lines = self.whole.splitlines(keepends=True)
        lines[-2] = canonicalize({"digest": support.digest(b"data"), "withheld": True}) + b"\n"
        withheld = b"".join(lines)
        self.assertEqual(facts["digest"], support.digest(withheld))
        trust = canonicalize(support.trust_document())
        self.assertIsNone(verify_bundle(withheld, trust=trust).code)

    def test_refused(self):
        self.assertEqual(self.make(b"data", b"other").code, "BUNDLE_EVIDENCE_UNREFERENCED")

    def test_the_rest_is_not_verified(self):
        for events in ([b"{}"], [b"\xff"], [b'{"payload":"!","payloadType":"x","signatures":[]}']):
            answer = self.make(events=[base64_encode(line) for line in events], receipt=base64_encode(b"x"))
            self.assertEqual(answer.verdict, "accept")


if __name__ == "__main__":
    unittest.main()
