import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BIN = fileURLToPath(new URL("../bin.ts", import.meta.url));

const speak = (...lines: readonly (string | object)[]) => {
  const input = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@settld/source", BIN, "adapter"], {
    input,
    encoding: "utf8",
  });
  return {
    status,
    stderr,
    answers: stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as object),
  };
};

const HELLO = { type: "hello", protocol: 1, revision: "any", later: true };
const digest = (id: string, bytes: unknown) => ({ type: "case", id, op: "digest", input: { bytes }, later: true });

test("says hello, answers each case once, and ends at bye", () => {
  const { status, stderr, answers } = speak(HELLO, digest("a", "YQ=="), digest("b", ""), { type: "bye" }, "ignored");
  expect(answers[0]).toMatchObject({ type: "hello", protocol: 1, implementation: { name: "settld" } });
  expect(answers.slice(1)).toHaveLength(2);
  expect(answers).toContainEqual({
    type: "ok",
    id: "a",
    verdict: "accept",
    code: null,
    facts: { digest: "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("a case that cannot be read is an error, never a verdict, and harms no other", () => {
  const { status, answers } = speak(
    HELLO,
    digest("number", 7),
    digest("alphabet", "*"),
    { type: "case", id: "nothing", op: "bundle.verify", input: { bundle: "" } },
    { type: "case", id: "now", op: "bundle.verify", input: { bundle: "", root: `${"A".repeat(43)}=`, now: "soon" } },
    { type: "case", id: "new", op: "from.the.future", input: {} },
    { type: "case", id: "proto", op: "toString", input: {} },
    digest("fine", ""),
  );
  const kinds = Object.fromEntries(
    (answers.slice(1) as { readonly id: string; readonly type: string }[]).map(({ id, type }) => [id, type]),
  );
  expect(kinds).toEqual({
    number: "error",
    alphabet: "error",
    nothing: "error",
    now: "error",
    new: "skip",
    proto: "skip",
    fine: "ok",
  });
  expect(status).toBe(0);
});

test.each([
  ["no JSON", "{", /line 2: expected a message of a runner/],
  ["no object", "7", /line 2: expected a message of a runner, found no object/],
  ["an unknown type", '{"type":"greeting"}', /line 2: expected hello, a case with id, op and input, or bye/],
  ["a case without input", '{"type":"case","id":"1","op":"digest"}', /line 2: expected hello, a case/],
])("a runner that sends %s hears of it", (_what, line, message) => {
  const { status, stderr } = speak(HELLO, line);
  expect(stderr).toMatch(/^settld: CLI_INPUT: .*\n$/);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});
