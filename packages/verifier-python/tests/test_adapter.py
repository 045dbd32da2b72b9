"""The adapter as a process of its own, and its messages against adapter.schema.json."""
from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import support
from json_schema import Evaluator
from settld_verifier import adapter, ops

SCHEMAS = support.shared("SETTLD_SCHEMAS", "schemas")
SOURCES = Path(support.__file__).resolve().parent.parent / "src"
ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
HELLO = {"type": "hello", "protocol": 1, "revision": "2026-11"}
BYE = {"type": "bye"}


def case(name, op="digest", given=None, **more):
    return {"type": "case", "id": name, "op": op, "input": {"bytes": "YWJj"} if given is None else given, **more}


def lines(*messages):
    return b"".join(m if isinstance(m, bytes) else json.dumps(m).encode() + b"\n" for m in messages)


class Process(unittest.TestCase):
    def run_process(self, *messages):
        environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
        command = [sys.executable, "-m", "settld_verifier", "adapter"]
        done = subprocess.run(command, input=lines(*messages), capture_output=True, env=environment, timeout=60)
        self.assertTrue(done.stdout == b"" or done.stdout.endswith(b"\n"))
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()

    def test_hello(self):
        status, (hello,), log = self.run_process(HELLO, BYE)
        self.assertEqual((status, log), (0, ""))
        self.assertEqual(hello["implementation"]["name"], "settld-verifier-python")
        self.assertEqual(hello["roles"], ["verifier-core", "verifier-full", "kernel", "issuer"])
        self.assertEqual(set(hello["features"]), set(ops.OPERATIONS))

    def test_one_answer_a_case(self):
        cases = [case(f"id {n}") for n in range(20)]
        status, (_, *answers), log = self.run_process(HELLO, *cases, BYE)
        self.assertEqual((status, log), (0, ""))
        self.assertEqual([answer["id"] for answer in answers], [made["id"] for made in cases])
        for answer in answers:
            self.assertEqual((answer["verdict"], answer["code"]), ("accept", None))
            self.assertEqual(answer["facts"], {"digest": ABC})

    def test_unknown_members_are_ignored(self):
        strange = case("a", given={"bytes": "YWJj", "later": [1]}, hint={"x": None})
        hello, bye = {**HELLO, "kit": "0"}, {**BYE, "reason": "done"}
        status, (_, answer), log = self.run_process(hello, strange, bye)
        self.assertEqual((status, answer["facts"], log), (0, {"digest": ABC}, ""))

    def test_nothing_after_bye(self):
        status, answers, _ = self.run_process(HELLO, BYE, case("late"))
        self.assertEqual((status, len(answers)), (0, 1))
        self.assertEqual(self.run_process(BYE)[:2], (0, []))

    def test_end_without_bye(self):
        status, answers, log = self.run_process(HELLO, case("a"))
        self.assertEqual((status, len(answers)), (1, 2))
        self.assertIn("without bye", log)

    def test_lines_that_cannot_be_answered(self):
        good = lines(case("x"))
        bad = [
            good[:-2] + b"\n",
            b"\n",
            b"[]\n",
            b"{}\n",
            b"\xff\n",
            b"\xef\xbb\xbf" + good,
            good.replace(b'"id"', b'"n": 1.0, "id"'),
            good.replace(b'"op"', b'"id": "y", "op"'),
            lines({"type": "later"}),
            lines({**HELLO}),
            lines({**case("x"), "id": 7}),
            lines(case("")),
            lines(case("i" * 65)),
        ]
        for line in bad:
            status, answers, log = self.run_process(HELLO, line, case("good"), BYE)
            with self.subTest(line=line):
                self.assertEqual((status, [a.get("id") for a in answers]), (0, [None, "good"]))
                self.assertIn("line 2:", log)
        status, answers, log = self.run_process(case("early"), HELLO, lines(BYE)[:-1])
        self.assertEqual((status, [a["type"] for a in answers]), (1, ["hello"]))
        self.assertIn("line 1:", log)
        self.assertIn("line 3: no line feed", log)

    def test_layout(self):
        spaced = b'\t{ "input" : {"bytes":"YW\\u004aj"}, "op":"digest" , "id":"\xc3\xa9","type":"case"}\r\n'
        status, (_, answer), _ = self.run_process(HELLO, spaced, BYE)
        self.assertEqual((status, answer["id"], answer["facts"]), (0, "\u00e9", {"digest": ABC}))

    def test_errors(self):
        deep = {"document": support.base64.b64encode(b"[" * 64 + b"]" * 64).decode(), "pointer": ""}
        wrong = [
            case("bytes", given={"bytes": "YWJj!"}),
            case("padding", given={"bytes": "YWI"}),
            case("bits", given={"bytes": "YWJ="}),
            case("text", given={"bytes": "\u00e9"}),
            case("missing", given={}),
            case("number", given={"bytes": 1}),
            case("input", given=[]),
            {"type": "case", "id": "none", "op": "digest"},
            {"type": "case", "id": "op", "op": 1, "input": {}},
            case("what", "issue", {"what": "money"}),
            case("seed", "issue", {"what": "envelope", "payloadType": "", "document": "", "seeds": ["AAAA"]}),
            case("both", "bundle.verify", {"bundle": "", "trust": "e30=", "root": ""}),
            case("trust", "bundle.verify", {"bundle": "", "trust": "e30="}),
            case("deep", "pointer.resolve", deep),
        ]
        status, (_, *answers), log = self.run_process(HELLO, *wrong, case("good"), BYE)
        self.assertEqual((status, log, len(answers)), (0, "", len(wrong) + 1))
        for made, answer in zip(wrong, answers):
            self.assertEqual((answer["id"], answer["type"]), (made["id"], "error"))
            self.assertTrue(answer["message"])

    def test_depth(self):
        """A line of the adapter is nested at most 48 deep, the message and its facts among it."""
        made = []
        for depth in (46, 47):
            document = support.base64.b64encode(b"[" * depth + b"]" * depth).decode()
            made.append(case(str(depth), "pointer.resolve", {"document": document, "pointer": ""}))
        _, (_, *answers), _ = self.run_process(HELLO, *made, BYE)
        self.assertEqual([answer["type"] for answer in answers], ["ok", "error"])

    def test_unknown_operation(self):
        status, (_, answer), _ = self.run_process(HELLO, case("a", "teleport"), BYE)
        self.assertEqual((status, answer["type"], answer["feature"]), (0, "skip", "teleport"))


class Serve(unittest.TestCase):
    def serve(self, *messages):
        sink, log = io.BytesIO(), []
        status = adapter.serve(io.BytesIO(lines(*messages)), sink, log.append)
        return status, [json.loads(line) for line in sink.getvalue().splitlines()], log

    def test_an_exception_is_an_answer(self):
        def broken(given):
            raise RecursionError("\ud800 \u0000" * 100_000)

        with mock.patch.dict(ops.OPERATIONS, {"digest": broken}):
            status, (_, first, second), _ = self.serve(HELLO, case("a"), case("b"), BYE)
        self.assertEqual((status, first["type"], second["type"]), (0, "error", "error"))
        self.assertLessEqual(len(first["message"]), 65_536)

    def test_long_lines(self):
        long = case("long", padding="x" * 500)
        size = len(lines(long)) - 1
        for limit, ids in ((size, ["long", "b"]), (size - 1, ["b"]), (400, ["b"])):
            with mock.patch.object(adapter, "RUNNER_LINE_BYTES", limit), mock.patch.object(adapter, "_CHUNK", 7):
                status, (_, *answers), log = self.serve(HELLO, long, case("b"), BYE)
            self.assertEqual((status, [answer["id"] for answer in answers]), (0, ids))
            self.assertEqual(len(log), 2 - len(ids))
        with mock.patch.object(adapter, "ADAPTER_LINE_BYTES", 600):
            given = {"document": support.base64.b64encode(b'"' + b"x" * 600 + b'"').decode(), "pointer": ""}
            _, (_, answer), _ = self.serve(HELLO, case("a", "pointer.resolve", given), BYE)
        self.assertEqual(answer["type"], "error")

    def test_every_answer_is_flushed(self):
        class Sink(io.BytesIO):
            flushed = 0

            def flush(self):
                self.flushed += 1

        sink = Sink()
        adapter.serve(io.BytesIO(lines(HELLO, case("a"), case("b"), BYE)), sink, lambda text: None)
        self.assertEqual(sink.flushed, 3)

    def test_the_order_of_cases_does_not_matter(self):
        files = [support.base64.b64encode(support.sample(name)).decode() for name in ("settled", "open", "refused")]
        trust = support.base64.b64encode(support.TRUST).decode()
        root = support.base64.b64encode(bytes.fromhex(support.ROOT)).decode()
        cases = [case(f"t{n}", "bundle.verify", {"bundle": f, "trust": trust}) for n, f in enumerate(files)]
        cases += [case(f"r{n}", "bundle.verify", {"bundle": f, "root": root}) for n, f in enumerate(files)]
        _, (_, *first), _ = self.serve(HELLO, *cases, BYE)
        _, (_, *second), _ = self.serve(HELLO, *reversed(cases), BYE)
        self.assertEqual(first, second[::-1])

    @unittest.skipUnless(SCHEMAS.is_dir(), f"no schemas in {str(SCHEMAS)!r}; set SETTLD_SCHEMAS")
    def test_messages_fit_the_schema(self):
        evaluator = Evaluator(SCHEMAS)
        trust = support.base64.b64encode(support.TRUST).decode()
        file = support.base64.b64encode(support.sample("disputed")).decode()
        made = [
            case("a"),
            case("b", given={"bytes": "!"}),
            case("c", "later"),
            case("d", "bundle.verify", {"bundle": file, "trust": trust}),
            case("e", "bundle.verify", {"bundle": "", "trust": trust}),
            case("f", "bundle.compare", {"bundles": [file, file, ""], "trust": trust}),
            case("g", "digest.parse", {"text": ABC}),
            case("h", "json.parse", {"bytes": "e30="}),
        ]
        _, (hello, *answers), _ = self.serve(HELLO, *made, BYE)
        self.assertTrue(evaluator.valid("adapter.schema.json#/$defs/AdapterHello", hello))
        for asked, answer in zip(made, answers):
            self.assertTrue(evaluator.valid("adapter.schema.json#/$defs/AdapterAnswer", answer), answer)
            if answer.get("verdict") == "accept":
                definition = f"adapter.schema.json#/$defs/facts.{asked['op']}"
                self.assertTrue(evaluator.valid(definition, answer["facts"]), answer)

    @unittest.skipUnless(sys.version_info >= (3, 11), "tomllib came with Python 3.11")
    def test_version(self):
        import tomllib

        project = tomllib.loads((SOURCES.parent / "pyproject.toml").read_text())
        self.assertEqual(project["tool"]["setuptools"]["dynamic"]["version"]["attr"], "settld_verifier.__version__")
        self.assertTrue(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", adapter.HELLO["implementation"]["version"]))


if __name__ == "__main__":
    unittest.main()
