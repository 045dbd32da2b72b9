import { stdoutColors } from "@settld/output";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { expect, test } from "vitest";
import type { Outcome } from "../adapter/outcome.ts";
import type { FuzzResult } from "./run.ts";
import { depthLines, differenceLines, outcomeLine, replayCommand, unansweredLines } from "./show.ts";
import type { Shrunk } from "./shrink.ts";
import { Tally } from "./tally.ts";

// What a terminal would act on, and what starts a line of its own.
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const colors = stdoutColors();

const outcomes = (text: string): readonly Outcome[] => [
  { kind: "answer", answer: { verdict: "accept", code: null, facts: { [text]: text } } },
  { kind: "answer", answer: { verdict: "reject", code: text } },
  { kind: "error", message: text },
  { kind: "crash", detail: text },
  { kind: "timeout", detail: text },
  { kind: "skip", feature: text, reason: text },
];

test.each(HOSTILE_NAMES.map(({ why, text }) => [why, text]))("shows a name that %s as what it is", (_why, text) => {
  const tally = new Tally([]);
  for (const outcome of outcomes(text)) tally.add(text, outcome);
  const found = { number: 1, op: "digest", input: {}, from: text, steps: 0 };
  const [one, other] = [outcomes(text)[0]!, outcomes(text)[2]!];
  const finding: Shrunk = {
    found,
    key: { seed: 1, number: 1, ops: ["digest"] },
    group: `digest: ${text}`,
    outcomes: [one, other],
    input: {},
    tries: 0,
  };
  const result: FuzzResult = {
    hellos: [null, null],
    ops: ["digest"],
    done: 1,
    tally,
    groups: [{ name: finding.group, count: 1, first: [finding] }],
    unanswered: { count: 1, first: { item: found, outcomes: [other, other] } },
    stopped: undefined,
  };
  const lines = [
    ...outcomes(text).map(outcomeLine),
    replayCommand(text, [text, text]),
    ...depthLines(result, colors),
    ...unansweredLines(result),
    ...differenceLines({ result, shrunk: [finding], paths: new Map([[finding, text]]), specs: [text, text] }, colors),
  ];
  expect(lines.filter((line) => ACTIVE.test(line))).toEqual([]);
});

test("long facts are cut", () => {
  const facts = { value: "x".repeat(100_000) };
  const line = outcomeLine({ kind: "answer", answer: { verdict: "accept", code: null, facts } });
  expect(line.length).toBeLessThan(1000);
  expect(line.endsWith("...")).toBe(true);
});

test("a command can be pasted into a shell", () => {
  expect(replayCommand("a.json", ["cmd:./x", "node:y.mjs"])).toBe(
    "settld-conform fuzz --replay a.json --adapter cmd:./x --against node:y.mjs",
  );
  expect(replayCommand("it's.json", ["cmd:a b", "c"])).toBe(
    "settld-conform fuzz --replay 'it'\\''s.json' --adapter 'cmd:a b' --against c",
  );
});
