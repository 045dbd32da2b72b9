"""Runs the conformance vectors, from SETTLD_VECTORS or the ``vectors`` folder of the repository."""
from __future__ import annotations

import hashlib
import json
import os
import unittest
from typing import Any, Dict, Iterator, Tuple

import support
from settld_verifier import ops

FOLDER = support.shared("SETTLD_VECTORS", "vectors")


def vectors() -> Iterator[Tuple[str, Dict[str, Any], Dict[str, Any]]]:
    """Operation, test, and the input of the test with that of its group below."""
    for name in json.loads((FOLDER / "index.json").read_text("utf-8"))["files"]:
        file = json.loads((FOLDER / name).read_text("utf-8"))
        for group in file["testGroups"]:
            for test in group["tests"]:
                yield file["op"], test, support.expand({**group.get("input", {}), **test["input"]})


def same(expected: Any, found: Any) -> bool:
    """Equality of JSON values; unlike in Python, true is not 1."""
    return json.dumps(expected, sort_keys=True) == json.dumps(found, sort_keys=True)


@unittest.skipUnless(FOLDER.is_dir(), f"no conformance vectors in {os.fspath(FOLDER)!r}; set SETTLD_VECTORS")
class Vectors(unittest.TestCase):
    def test_all(self) -> None:
        passed = failed = 0
        for op, test, given in vectors():
            with self.subTest(id=test["id"], clause=test["clause"]):
                failed += 1
                answer = ops.answer(op, given)
                self.assertEqual((answer.verdict, answer.code), (test["verdict"], test["code"]))
                facts = answer.facts or {}
                for name, expected in test.get("facts", {}).items():
                    self.assertIn(name, facts)
                    self.assertTrue(same(expected, facts[name]), f"{name}: {facts[name]!r}, not {expected!r}")
                passed, failed = passed + 1, failed - 1
        print(f"\nvectors: {passed} passed, {failed} failed")

    def test_nothing_is_missing(self) -> None:
        index = json.loads((FOLDER / "index.json").read_text("utf-8"))
        ids = sorted(test["id"] for _, test, _ in vectors())
        self.assertEqual(len(ids), index["total"])
        listed = "".join(f"{name}\n" for name in ids)
        self.assertEqual(hashlib.sha256(listed.encode("ascii")).hexdigest(), index["ids"])
        self.assertLessEqual(set(index["ops"]), set(ops.OPERATIONS))


if __name__ == "__main__":
    unittest.main()
