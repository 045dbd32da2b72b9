import {
  canonicalBytes,
  canonicalize,
  formatPointer,
  isSettldError,
  type JsonValue,
  signerFromSeed,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { ofProfile } from "../requirements.ts";
import { CONTEXT, faultyCase, HELLO, passing, sampleReport, VECTORS } from "../testing/sample-report.ts";
import type { Vector } from "../vectors.ts";
import { parseReport } from "./read-report.ts";
import { recheckReport } from "./recheck.ts";
import type { CaseResult, ConformanceReport } from "./report.ts";
import { judgedCases } from "./standing.ts";
import { signStatement, statementOf } from "./statement.ts";
import { checkStatement } from "./statement-check.ts";

const judgeAnew = (report: unknown): void => recheckReport(parseReport(canonicalBytes(report), "report.json"), CONTEXT);

const codeOf = (work: () => void): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return isSettldError(error) ? `${error.code} ${error.message}` : `bug: ${String(error)}`;
  }
};

const hello = { ...HELLO, features: HELLO.features.filter((op) => op !== "dsse.verify") };
const adapter = { via: "cmd:./adapter", hello };
const options = { profiles: [], filters: [], repeat: 3, seed: 9 };

/** A report with a case of every status but `not-run`, and a baseline. */
const varied = (): ConformanceReport => {
  const special: Readonly<Record<string, Partial<CaseResult>>> = {
    "money-one": { status: "skipped", detail: "money.parse: later (https://example.com/1)" },
    "money-max": {
      status: "nondeterministic",
      answer: { verdict: "accept", code: null, facts: { value: "1" } },
      others: [{ verdict: "reject", code: "MONEY_VALUE" }],
    },
    "money-zero": { status: "nondeterministic", detail: "error, then crash".replace("crash", "skip") },
  };
  const caseOf = (vector: Vector): CaseResult => {
    const found = special[vector.id];
    return found === undefined ? faultyCase(vector) : ({ id: vector.id, op: vector.op, ...found } as CaseResult);
  };
  const baseline = {
    known: ["money-negative", "money-plus"],
    stale: [{ id: "money-beyond-double", why: "expected wrong-facts, found pass" }],
  };
  return sampleReport(caseOf, { adapter, options, baseline, stderr: "[limit-json-1048576]\npanic\n" });
};

describe("a report that follows from its own answers is right", () => {
  test.each<[string, () => ConformanceReport]>([
    ["conforming", () => sampleReport()],
    ["failing in every way", varied],
    [
      "asked for one profile",
      () => {
        const { ops } = ofProfile(CONTEXT.requirements.profiles, "kernel");
        const cases = VECTORS.filter(({ op }) => ops.includes(op)).map(faultyCase);
        return sampleReport(faultyCase, { adapter, options: { ...options, profiles: ["kernel"] } }, cases);
      },
    ],
    [
      "stopped before hello",
      () =>
        sampleReport(({ id, op }) => ({ id, op, status: "not-run" }), {
          adapter: { via: "cmd:./none", hello: null },
          stopped: { code: "CONF_ADAPTER_START", message: "no such file" },
        }),
    ],
    [
      "stopped in the second of three rounds",
      () =>
        sampleReport((vector) => ({ ...passing(vector), status: "not-run", detail: "1 of 3 repetitions ran" }), {
          options,
          stopped: { code: "CONF_ADAPTER_LOST", message: "8 times" },
        }),
    ],
  ])("%s", (_, report) => {
    expect(codeOf(() => judgeAnew(report()))).toBeUndefined();
  });

  test.each([
    ["--path", ["--path money/*", "--path json"], ({ path }: Vector) => /^(money|json)\//.test(path)],
    [
      "--tag and --clause",
      ["--tag accept", "--clause JSON"],
      ({ verdict, clause }: Vector) => verdict === "accept" && clause.startsWith("JSON-"),
    ],
    ["--failed-from", [`--failed-from sha256:${"0".repeat(64)}`, "--shard 1/2"], ({ id }: Vector) => id.includes("7")],
  ])("filtered by %s", (_, filters, chosen) => {
    const whole = sampleReport(passing, { options: { profiles: [], filters, repeat: 1, seed: 0 } });
    const ids = new Set(VECTORS.filter(chosen).map(({ id }) => id));
    const cases = whole.cases.filter(({ id }) => ids.has(id));
    const again = sampleReport(passing, { options: whole.options }, cases);
    expect(codeOf(() => judgeAnew(again))).toBeUndefined();
    expect(again.conclusion).toBe("partial");
    const [, ...fewer] = cases;
    // A case that was taken out shows, unless the choice itself was somebody else's.
    const open = filters.some((word) => word.startsWith("--failed-from"));
    expect(codeOf(() => judgeAnew(sampleReport(passing, { options: whole.options }, fewer))) === undefined).toBe(open);
  });
});

type Path = readonly (string | number)[];

/** Every place of a document, containers included. */
const placesOf = (value: JsonValue, path: Path = []): Path[] => {
  if (typeof value !== "object" || value === null) return [path];
  const inside = Object.entries(value).flatMap(([name, member]) =>
    placesOf(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length === 0 ? inside : [path, ...inside];
};

const CHANGES: Readonly<Record<string, (value: JsonValue) => readonly JsonValue[]>> = {
  string: (value) => [`${value as string}x`, "", `X_${value as string}`, 1],
  number: (value) => [(value as number) + 1, (value as number) - 1, `${value}`],
  boolean: (value) => [!(value as boolean), null],
  null: () => ["A_B", "", {}],
  array: (value) => {
    const items = value as readonly JsonValue[];
    return [items.slice(1), [...items, ...items.slice(-1)], [...items].reverse()];
  },
  object: (value) => [{ ...(value as object), more: 1 }, {}, null],
};

const kindOf = (value: JsonValue): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

const at = (value: JsonValue, path: Path): JsonValue =>
  path.reduce<JsonValue>((found, name) => (found as Record<string | number, JsonValue>)[name] as JsonValue, value);

/** A copy with another value at a place; `undefined` takes it out. */
const changed = (value: JsonValue, [name, ...rest]: Path, to: JsonValue | undefined): JsonValue => {
  if (name === undefined) return to as JsonValue;
  const inside = changed((value as Record<string | number, JsonValue>)[name] as JsonValue, rest, to);
  if (Array.isArray(value)) {
    return inside === undefined
      ? value.filter((_, index) => index !== name)
      : value.map((item, index) => (index === name ? inside : item));
  }
  const { [name]: _, ...others } = value as Record<string, JsonValue>;
  return inside === undefined ? others : { ...others, [name]: inside };
};

// What no answer decides. Everything else has to be noticed without a signature.
const FREE: readonly RegExp[] = [
  /^\/adapter\/via$/,
  /^\/adapter\/hello\/(implementation|revisions|limits|features|roles)(\/|$)/,
  /^\/adapter\/hello$/,
  /^\/kit\/version$/,
  /^\/options\/(seed|repeat)$/,
  /^\/stderr$/,
  /^\/stopped\/(code|message)$/,
  // Of a run that fails anyway; see the test of an excused one.
  /^\/baseline(\/|$)/,
  /^\/cases\/\d+\/detail$/,
];

const report = varied();
const document = JSON.parse(JSON.stringify(report)) as JsonValue;
const places = placesOf(document);
const isFree = (path: Path): boolean => {
  const pointer = formatPointer(path);
  if (FREE.some((pattern) => pattern.test(pointer))) return true;
  // Of a wrong answer it shows that it is wrong, and how, but not whether it was this one.
  const result = path[0] === "cases" ? report.cases[Number(path[1])] : undefined;
  return (
    result !== undefined && /^wrong|^nondet/.test(result.status) && /^\/cases\/\d+\/(answer|others)(\/|$)/.test(pointer)
  );
};

const source = canonicalize(document);

const single = fc
  .tuple(fc.nat(places.length - 1), fc.nat(4))
  .map(([place, choice]) => {
    const path = places[place] ?? [];
    const value = at(document, path);
    const changes = [...CHANGES[kindOf(value)]!(value), undefined];
    return { path, to: changes[choice % changes.length] };
  })
  .filter(({ path, to }) => canonicalize(changed(document, path, to)) !== source);

describe("a changed report is noticed", () => {
  test("at every place that answers decide", () => {
    expect(codeOf(() => judgeAnew(document))).toBeUndefined();
    fc.assert(
      fc.property(single, ({ path, to }) => {
        const found = codeOf(() => judgeAnew(changed(document, path, to)));
        if (found === undefined) expect(`${formatPointer(path)} ${isFree(path)}`).toMatch(/ true$/);
        else expect(found).toMatch(/^CONF_REPORT /);
      }),
      { numRuns: 250, seed: 3 },
    );
  });

  test("at every member outside of the cases", () => {
    // Of each list, two items are enough.
    const outside = places.filter((path) => path.every((name) => typeof name === "string" || name < 2));
    const missed = new Set<string>();
    for (const path of outside) {
      const value = at(document, path);
      for (const to of [...CHANGES[kindOf(value)]!(value), undefined]) {
        const other = changed(document, path, to);
        if (canonicalize(other) === source) continue;
        const found = codeOf(() => judgeAnew(other));
        if (found === undefined && !isFree(path)) missed.add(formatPointer(path));
        if (found !== undefined) expect(found).toMatch(/^CONF_REPORT /);
      }
    }
    expect([...missed]).toEqual([]);
  });

  test("when answers and statuses are swapped between cases, or a failure is called a pass", () => {
    const pass = report.cases.findIndex(({ status }) => status === "pass");
    const fail = report.cases.findIndex(({ status }) => status === "wrong-verdict");
    const swapped = report.cases.map((result, index) =>
      index === fail ? { ...report.cases[pass]!, id: result.id, op: result.op } : result,
    );
    expect(codeOf(() => judgeAnew({ ...report, cases: swapped }))).toMatch(/^CONF_REPORT .*\/cases\/\d+/);
    const called = report.cases.map((result, index) => (index === fail ? { ...result, status: "pass" } : result));
    expect(codeOf(() => judgeAnew({ ...report, cases: called }))).toMatch(/"status":"wrong-verdict"/);
  });

  test("when a known failure is taken out of what excused it", () => {
    const failing = judgedCases(sampleReport(faultyCase, { adapter }), CONTEXT);
    const known = failing.flatMap(({ result, standing }) => (standing === "fails" ? [result.id] : []));
    const excused = sampleReport(faultyCase, { adapter, baseline: { known, stale: [] }, stderr: "x" });
    expect(excused.conclusion).toBe("partial");
    expect(codeOf(() => judgeAnew(excused))).toBeUndefined();
    for (const index of [0, known.length - 1]) {
      const fewer = known.filter((_, at) => at !== index);
      const other = { ...excused, baseline: { known: fewer, stale: [] } };
      expect(codeOf(() => judgeAnew(other))).toMatch(/^CONF_REPORT \/profiles/);
    }
    for (const list of [[...known, "money-zero"].sort(), [...known].reverse(), [...known, "none"]]) {
      const other = { ...excused, baseline: { known: list, stale: [] } };
      expect(codeOf(() => judgeAnew(other))).toMatch(/^CONF_REPORT \/baseline/);
    }
  });

  test("when it was made with other vectors, and it says which kit can judge it", () => {
    const other = { ...report, vectors: { ...report.vectors, digest: `sha256:${"0".repeat(64)}` } };
    expect(codeOf(() => judgeAnew(other))).toMatch(/settld-conform@0\.1\.0 made the report/);
  });

  test("when it quotes standard error although nothing crashed", () => {
    const quiet = sampleReport();
    expect(codeOf(() => judgeAnew({ ...quiet, stderr: "panic" }))).toMatch(/^CONF_REPORT \/stderr/);
  });

  test("when it is not canonical", () => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(report)}\n`);
    expect(codeOf(() => parseReport(bytes, "r.json"))).toMatch(/^CONF_REPORT r\.json: expected canonical JSON/);
  });
});

describe("a signed report", () => {
  const file = { name: "report.json", bytes: canonicalBytes(report) };
  const tested = [{ name: "verifier", bytes: new Uint8Array([1, 2, 3]) }];
  let envelope: Uint8Array;
  let publicKey: Uint8Array;
  beforeAll(async () => {
    const signer = await signerFromSeed(new Uint8Array(32).fill(7), defaultCrypto);
    publicKey = signer.publicKey;
    envelope = new TextEncoder().encode(await signStatement(statementOf(report, CONTEXT, file, tested), signer));
  });
  const check = (bytes: Uint8Array, signed: Uint8Array): Promise<unknown> =>
    checkStatement(signed, {
      report,
      file: { ...file, bytes },
      context: CONTEXT,
      publicKey,
      tested,
    });

  test("is right as it is", async () => {
    await expect(check(file.bytes, envelope)).resolves.toEqual([
      { name: "verifier", digest: { sha256: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81" } },
    ]);
  });

  test("is wrong after any change of a byte, in the report or in the statement", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (inReport, place, mask) => {
        const bytes = (inReport ? file.bytes : envelope).slice();
        const index = place % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ mask;
        const [r, s] = inReport ? [bytes, envelope] : [file.bytes, bytes];
        await expect(check(r, s)).rejects.toMatchObject({ code: "CONF_REPORT" });
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  test("is wrong with the signature of another key under the name of the right one", async () => {
    const { keyid } = await signerFromSeed(new Uint8Array(32).fill(7), defaultCrypto);
    const { sign } = await signerFromSeed(new Uint8Array(32).fill(8), defaultCrypto);
    const forged = await signStatement(statementOf(report, CONTEXT, file, tested), { keyid, publicKey, sign });
    await expect(check(file.bytes, new TextEncoder().encode(forged))).rejects.toThrow(/DSSE_SIGNATURE_INVALID/);
  });

  test("counts for one key, one report and the files that were tested", async () => {
    const other = await signerFromSeed(new Uint8Array(32).fill(8), defaultCrypto);
    const base = { report, file, context: CONTEXT, publicKey, tested };
    const wrong = { code: "CONF_REPORT" };
    await expect(checkStatement(envelope, { ...base, publicKey: other.publicKey })).rejects.toMatchObject(wrong);
    const unknown = [{ name: "verifier", bytes: new Uint8Array([1, 2, 4]) }];
    await expect(checkStatement(envelope, { ...base, tested: unknown })).rejects.toMatchObject(wrong);
    // Signed by the right key, but it says more than the report does.
    const statement = statementOf(report, CONTEXT, file, tested);
    const signer = await signerFromSeed(new Uint8Array(32).fill(7), defaultCrypto);
    for (const lie of [
      { ...statement, predicate: { ...statement.predicate, result: "PASSED" as const } },
      { ...statement, predicate: { ...statement.predicate, failedTests: [] } },
      { ...statement, predicateType: "https://example.com/other" as typeof statement.predicateType },
      { ...statement, subject: [...statement.subject].reverse() },
      { ...statement, more: 1 },
    ]) {
      const signed = new TextEncoder().encode(await signStatement(lie, signer));
      await expect(checkStatement(signed, base)).rejects.toMatchObject(wrong);
    }
  });
});
