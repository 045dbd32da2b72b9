from __future__ import annotations

import base64
import copy
import unittest

import support
from support import Chain, at, awarded, closed, item, offer_body, party
from settld_verifier import ops, policy
from settld_verifier.errors import Indeterminate, SettldError
from settld_verifier.jcs import canonicalize
from settld_verifier.schemas import EVENTS
from settld_verifier.state_table import STATE_TABLE


def reduce(*payloads):
    """The facts of a log of payloads."""
    return ops.log_reduce({"events": [base64.b64encode(canonicalize(p)).decode() for p in payloads]})


class LogTest(unittest.TestCase):
    def refuses(self, code, function, *args, **kwargs):
        with self.assertRaises(SettldError) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)


class Offers(LogTest):
    def test_terms(self):
        parties = offer_body()["parties"]

        def requirement(**changes):
            return {**offer_body()["policy"]["requirements"][0], **changes}

        def terms(payout, *requirements):
            return {"policy": {"requirements": list(requirements) or [requirement()], "payout": payout}}

        whole = {"kind": "all-or-nothing"}
        units = {"kind": "per-unit", "check": "valid", "pointer": "/n", "unitValue": "1", "cap": "1002"}
        tiers = {"kind": "tiers", "check": "valid", "pointer": "/n"}
        for changes, code in (
            ({"parties": {**parties, "arbiter": {"id": party("buyer")}}}, "EVENT_PARTIES_OVERLAP"),
            ({"parties": {**parties, "checkers": {"q": {"id": party("seller")}}}}, "EVENT_PARTIES_OVERLAP"),
            ({"acceptBy": at(21)}, "EVENT_DEADLINE_ORDER"),
            ({"rulingMs": 0}, "EVENT_DISPUTE_TERMS"),
            ({"disputeMs": 0}, "EVENT_DISPUTE_TERMS"),
            (terms(whole, requirement(), requirement()), "EVENT_NAME_DUPLICATE"),
            (terms(whole, requirement(checker="other")), "POLICY_CHECKER_UNKNOWN"),
            (terms(whole, requirement(value="x")), "POLICY_OPERATOR"),
            (terms({"kind": "weighted", "weights": [{"requirement": "valid", "bps": 9999}]}), "POLICY_WEIGHTS"),
            (terms({**units, "check": "x"}), "POLICY_CHECK_UNKNOWN"),
            (terms(units), "MONEY_CAP"),
            (terms({**tiers, "tiers": [{"bps": 1, "below": 1}]}), "POLICY_TIERS"),
            (terms({**tiers, "tiers": [{"bps": 1}, {"bps": 1}]}), "POLICY_TIERS"),
            (
                terms({**tiers, "tiers": [{"bps": 1, "below": 1}, {"bps": 1, "below": 1}, {"bps": 1}]}),
                "POLICY_TIERS",
            ),
            (terms({"kind": "lottery"}), "POLICY_PAYOUT_UNKNOWN"),
            (terms({"kind": "lottery"}, {"kind": "magic"}), "POLICY_REQUIREMENT_UNKNOWN"),
            (terms({"kind": 1}), "EVENT_SCHEMA"),
            ({"acceptBy": "2026-02-30T00:00:00.000Z"}, "TIME_INSTANT"),
            ({"nonce": "0" * 31 + "\n"}, "EVENT_SCHEMA"),
        ):
            with self.subTest(code=code):
                self.refuses(code, Chain, **changes)

    def test_payload(self):
        chain = Chain()
        accepted = chain.payload("agreement.accepted", "seller", 1, {})
        for changes, code in (
            ({"v": "2027-01"}, "EVENT_REVISION_MIXED"),
            ({"type": "agreement.blessed"}, "EVENT_TYPE_UNKNOWN"),
            ({"v": 1}, "EVENT_SCHEMA"),
            ({"body": {"x": 1}}, "EVENT_SCHEMA"),
            ({"seq": True}, "EVENT_SCHEMA"),
            ({"at": "2026-13-01T00:00:00.000Z"}, "TIME_INSTANT"),
            ({"seq": 2}, "LOG_SEQ_MISMATCH"),
            ({"agreement": "sha256:" + "0" * 64}, "LOG_AGREEMENT_MISMATCH"),
            ({"prev": "sha256:" + "0" * 64}, "LOG_PREV_MISMATCH"),
            ({"at": at(-1)}, "TIME_BACKWARDS"),
            ({"at": at(10)}, "TIME_TIMER_MISSING"),
            ({"by": party("buyer")}, "EVENT_ACTOR"),
        ):
            with self.subTest(code=code):
                self.refuses(code, chain.add_payload, {**accepted, **changes})
        with self.assertRaises(Indeterminate):
            reduce({"v": "2027-01"})
        for payload, code in (
            ([], "EVENT_SCHEMA"),
            ({"type": 1}, "EVENT_SCHEMA"),
            ({"type": "agreement.blessed"}, "EVENT_TYPE_UNKNOWN"),
        ):
            self.refuses(code, reduce, payload)


class Flow(LogTest):
    def test_table_is_complete(self):
        for state, row in STATE_TABLE.items():
            self.assertEqual(set(row), set(EVENTS), state)

    def test_closed(self):
        chain = closed(Chain())
        self.assertTrue(chain.log.closed)
        balances = {"buyer": "-1001", "seller": "976", "escrow": "0", "holdback": "0", "fee": "25"}
        self.assertEqual(chain.log.facts()["balances"], balances)
        self.refuses("STATE_CLOSED", chain.add, "agreement.accepted", "seller", 16, {})
        facts = reduce(*chain.payloads)
        self.assertEqual(facts, chain.log.facts())

    def test_no_agreement(self):
        accepted = Chain().payload("agreement.accepted", "seller", 1, {})
        self.refuses("STATE_NO_AGREEMENT", reduce, accepted)

    def test_expired_and_unfunded(self):
        zero = {"funded": "0", "toSeller": "0", "fee": "0", "toBuyer": "0"}
        chain = Chain()
        self.refuses(
            "STATE_NOT_DUE", chain.react, "agreement.closed", 9, reason="offer-expired", totals=zero
        )
        self.refuses(
            "LOG_REASON_MISMATCH", chain.react, "agreement.closed", 11, reason="unfunded", totals=zero
        )
        chain.react("agreement.closed", 11, reason="offer-expired", totals=zero)
        chain = Chain().add("agreement.accepted", "seller", 1, {})
        chain.react("agreement.closed", 20, reason="unfunded", totals=zero)
        self.assertTrue(chain.log.closed)
        chain = Chain().add("agreement.cancelled", "buyer", 1, {})
        self.refuses("LOG_REACTION_MISSING", chain.add, "agreement.accepted", "seller", 1, {})
        chain.react("agreement.closed", 1, reason="cancelled", totals=zero)

    def test_funding(self):
        chain = Chain().add("agreement.accepted", "seller", 1, {})
        agreed = chain.log.terms["amount"]
        for change, code in (
            ({"assetScale": 3, "value": "1"}, "MONEY_ASSET_MISMATCH"),
            ({"value": "1"}, "MONEY_AMOUNT_MISMATCH"),
        ):
            self.refuses(code, chain.add, "escrow.funded", "settler", 2, {"amount": {**agreed, **change}})

    def test_review(self):
        chain = Chain().funded()
        self.refuses("STATE_ALREADY_OFFERED", chain.add, "agreement.offered", "buyer", 3, offer_body())
        self.refuses("EVENT_ACTOR", chain.add, "agreement.cancelled", "buyer", 3, {})
        items = [item(), item()]
        self.refuses(
            "EVENT_NAME_DUPLICATE", chain.add, "work.submitted", "seller", 3, {"attempt": 1, "items": items}
        )
        items = [item(), {**item("b"), "size": 5}]
        twin = copy.deepcopy(chain)
        self.refuses(
            "EVENT_ITEM_CONFLICT", twin.add, "work.submitted", "seller", 3, {"attempt": 1, "items": items}
        )
        chain.submitted()
        self.refuses("STATE_IN_REVIEW", chain.submitted)
        body = {
            "submission": chain.digests[-1],
            "subject": item()["digest"],
            "requirement": "valid",
            "result": {"n": 1},
        }
        for change, code in (
            ({"submission": chain.digests[0], "requirement": "x"}, "EVENT_SUBMISSION_MISMATCH"),
            ({"requirement": "x"}, "EVENT_REQUIREMENT_UNKNOWN"),
            ({"subject": chain.digests[0]}, "EVENT_SUBJECT_MISMATCH"),
            ({"result": {"x": "a" * 16_384}}, "LIMIT_RESULT_BYTES"),
        ):
            self.refuses(code, chain.add, "evidence.attested", "checker", 4, {**body, **change})
        self.refuses("EVENT_ACTOR", chain.add, "evidence.attested", "buyer", 4, {**body, "requirement": "x"})
        self.refuses("TIME_TIMER_MISSING", chain.attest, 13, {"n": 1})
        failed = [{"id": "valid", "code": "POLICY_CHECK_UNATTESTED"}]
        none = {"requirements": failed, "gross": "0", "outcome": "none"}
        self.refuses("STATE_NOT_DUE", chain.decide, 4, final=False, **none)
        self.refuses("POLICY_FINAL_MISMATCH", chain.decide, 14, final=True, **none)
        chain.decide(14, final=False, **none)
        chain.submitted(15)
        chain.attest(16, {"n": -1})
        self.refuses("LOG_REACTION_MISSING", chain.add, "agreement.cancelled", "seller", 16, {})
        failed = [{"id": "valid", "code": "POLICY_CHECK_FAILED"}]
        chain.decide(16, requirements=failed, gross="0", outcome="none", final=True)
        chain.react("settlement.executed", 16, toSeller="0", fee="0", toBuyer="0", held="1001")
        self.assertEqual(chain.log.state, "window")

    def test_dispute(self):
        chain = awarded(Chain())
        self.refuses("STATE_HOLDBACK_OPEN", chain.add, "agreement.closed", "settler", 5, {
            "due": at(5), "reason": "settled",
            "totals": {"funded": "0", "toSeller": "0", "fee": "0", "toBuyer": "0"}})  # fmt: skip
        opened = {"decision": chain.log.decision, "reasonCode": "late"}
        self.refuses(
            "EVENT_DECISION_MISMATCH",
            chain.add,
            "dispute.opened",
            "buyer",
            5,
            {**opened, "decision": chain.digests[0]},
        )
        chain.add("dispute.opened", "buyer", 5, opened)
        dispute = chain.digests[-1]
        ruling = {"dispute": dispute, "toSeller": "101"}
        self.refuses("MONEY_RULING_RANGE", chain.add, "dispute.resolved", "arbiter", 6, ruling)
        late = copy.deepcopy(chain)
        late.react("holdback.released", 15, toSeller="97", fee="3", toBuyer="0")
        chain.add("dispute.resolved", "arbiter", 6, {**ruling, "toSeller": "1"})
        self.refuses(
            "LEDGER_FEE_MISMATCH", chain.react, "holdback.released", 6, toSeller="1", fee="1", toBuyer="99"
        )
        chain.react("holdback.released", 6, toSeller="1", fee="0", toBuyer="99")
        self.assertEqual(chain.log.state, "closing")


class Policies(unittest.TestCase):
    def test_payouts(self):
        check = offer_body()["policy"]["requirements"][0]
        deadline = {"id": "soon", "kind": "deadline", "before": at(1)}
        work = policy.Submission("", support.START, [item()], {"valid": {"n": 7, "q": 3, "s": "x"}})

        def award(payout, *requirements):
            return policy.evaluate({"requirements": list(requirements), "payout": payout}, 1001, work)

        weights = [{"requirement": "valid", "bps": 3333}, {"requirement": "soon", "bps": 6667}]
        weighted = {"kind": "weighted", "weights": weights}
        self.assertEqual(award(weighted, check, deadline).gross, 1001)
        late = {**deadline, "before": at(0)}
        self.assertEqual(award(weighted, check, late).gross, 333)
        self.assertEqual(award(weighted, check, late).outcome, "partial")
        units = {"kind": "per-unit", "check": "valid", "pointer": "/q", "unitValue": "100", "cap": "250"}
        self.assertEqual(award(units, check).gross, 250)
        self.assertEqual(award({**units, "pointer": "/s"}, check).requirements[0][1], "POLICY_VALUE_TYPE")
        self.assertEqual(award({**units, "pointer": "/x"}, check).requirements[0][1], "POLICY_VALUE_MISSING")
        failing = {**check, "op": "lt"}
        self.assertEqual(award({**units, "pointer": "/x"}, failing).requirements[0][1], "POLICY_CHECK_FAILED")
        tiers = {"kind": "tiers", "check": "valid", "pointer": "/q"}
        for bound, gross in ((3, 1001), (4, 500)):
            steps = [{"below": bound, "bps": 5000}, {"bps": 10_000}]
            self.assertEqual(award({**tiers, "tiers": steps}, check).gross, gross)
        self.assertEqual(award({"kind": "all-or-nothing"}, {**check, "value": True, "op": "eq"}).gross, 0)


class Ledgers(LogTest):
    def test_replay(self):
        asset = {"assetCode": "EUR", "assetScale": 2}

        def account(kind, **more):
            return {"kind": kind, **asset, **more}

        def move(name, amount, **more):
            return {
                "id": name,
                "postings": [
                    {"account": account("buyer"), "value": str(-amount)},
                    {"account": account("escrow", **more), "value": str(amount)},
                ],
            }

        def replay(*transactions, closed=False):
            return ops.ledger_replay({"transactions": transactions, "closed": closed})["balances"]

        self.assertEqual(set(replay(move("a", 5), move("b", -5), closed=True).values()), {"0"})
        self.refuses("LEDGER_DUPLICATE", replay, move("a", 5), move("a", 5))
        self.refuses("LEDGER_ASSET_MIXED", replay, move("a", 5, assetScale=3))
        self.refuses("LEDGER_OVERDRAWN", replay, move("a", -5))
        bad = move("a", 5)
        bad["postings"].pop()
        self.refuses("LEDGER_UNBALANCED", replay, bad)
        with self.assertRaises(SettldError) as caught:
            replay(move("a", 5), closed=True)
        self.assertEqual(caught.exception.code, "LEDGER_NOT_ZERO")


if __name__ == "__main__":
    unittest.main()
