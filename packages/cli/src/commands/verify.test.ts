import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { canonicalize, parseJson, pemFromPublicKey, utf8 } from "@settld/protocol";
import {
  type Cast,
  HOUR,
  itemOf,
  START,
  sealTrust,
  settledLog,
  TestLog,
  termsOf,
  testCast,
  trustOf,
} from "@settld/testkit";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChild, runMain } from "../testing/run-main.ts";

const dir = mkdtempSync(join(tmpdir(), "settld-verify-"));
const at = (name: string): string => join(dir, name);
const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};
const require = createRequire(import.meta.url);
const readRepoJson = (path: string): object =>
  JSON.parse(readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8")) as object;

let cast: Cast;
let trust: string[];
let good: Uint8Array;
let open: string;
let bad: string;
let accepted: string;

beforeAll(async () => {
  cast = await testCast();
  const document = trustOf(cast);
  trust = ["--trust", put("trust.json", JSON.stringify(document, null, 2))];
  good = await settledLog(cast).bundle({ trust: [await sealTrust(cast, document)] });
  accepted = put("good.settld", good);
  open = put("open.settld", await new TestLog(cast).open(termsOf({ nonce: "f".repeat(32) })).bundle());
  bad = put("bad.settld", "no bundle\n");
  return () => rmSync(dir, { recursive: true });
});
afterAll(() => expect(process.exitCode).toBeUndefined());

const lines = (text: string): string[] => text.split("\n").slice(0, -1);
// biome-ignore lint/suspicious/noExplicitAny: tests look into output of any shape.
const jsonLines = (text: string): any[] => lines(text).map((line) => JSON.parse(line));

describe("exit codes", () => {
  test.each<[string, () => string[], number, RegExp]>([
    ["accept", () => [accepted], 0, /^accept .*\n(?:.*\n)*1 file: 1 accept, 0 reject, 0 indeterminate\n$/],
    ["reject", () => [bad], 1, /^reject .*\n {2}BUNDLE_HEADER: /],
    ["indeterminate", () => [open], 3, /^indeterminate .*\n {2}BUNDLE_OPEN: /],
    ["merely open and allowed", () => [open, "--allow-open"], 0, /1 indeterminate \(1 allowed as open\)/],
    ["several, none bad", () => [accepted, open], 3, /2 files: 1 accept, 0 reject, 1 indeterminate\n$/],
    ["reject before indeterminate", () => [open, bad, accepted], 1, /3 files: 1 accept, 1 reject, 1 indeterminate\n$/],
    [
      "unread before reject",
      () => [bad, at("none"), accepted],
      2,
      /3 files: 1 accept, 1 reject, 0 indeterminate, 1 unread\n$/,
    ],
    ["expired", () => [accepted, "--now", "2031-01-01T00:00:00.000Z"], 3, /TRUST_EXPIRED/],
  ])("%s", async (_name, args, exitCode, out) => {
    const run = await runMain("verify", ...args(), ...trust);
    expect(run).toMatchObject({ exitCode });
    expect(run.stdout).toMatch(out);
  });

  test("every wrong use is one clear line and exit 2", async () => {
    mkdirSync(at("empty"));
    const cases: [string[], RegExp][] = [
      [[accepted], /^settld: CLI_USAGE: expected exactly one of --trust and --root, found neither$/],
      [
        [accepted, ...trust, "--root", "x"],
        /^settld: CLI_USAGE: expected exactly one of --trust and --root, found both$/,
      ],
      [[...trust], /^settld: CLI_USAGE: missing required argument 'file' \(settld verify --help\)$/],
      [
        [accepted, ...trust, "--now", "now"],
        /^settld: CLI_USAGE: --now: expected a UTC time .* found "now"; for the clock, /,
      ],
      [[accepted, ...trust, "--now", "2026-02-30T00:00:00.000Z"], /^settld: CLI_USAGE: --now: expected a UTC time/],
      [[accepted, ...trust, "--jobs", "0"], /^settld: CLI_USAGE: --jobs: /],
      [[accepted, ...trust, "--format", "xml"], /^settld: CLI_USAGE: .*Allowed choices are human, json, sarif/],
      [[accepted, ...trust, "--evidence", at("none")], /^settld: CLI_INPUT: --evidence: /],
      [["-", "-", ...trust], /^settld: CLI_USAGE: expected - at most once/],
      [[accepted, "--trust", at("none")], /^settld: CLI_INPUT: --trust: .*no such file/],
      [[accepted, "--trust", bad], /^settld: JSON_SYNTAX: --trust .*bad\.settld: /],
      [[accepted, "--trust", put("t.json", "{}")], /^settld: TRUST_SCHEMA: --trust /],
      [
        [accepted, "--root", "A".repeat(42)],
        /^settld: CLI_INPUT: --root: .*no such file.* \(a key itself is 43 characters, the x of its JWK; these are 42\)$/,
      ],
      [[accepted, "--root", at("none.pem")], /^settld: CLI_INPUT: --root: .*none\.pem$/],
      [[accepted, "--root", bad], /^settld: JSON_SYNTAX: --root /],
      [[accepted, "--root", "A".repeat(43)], /^settld: KEY_SMALL_ORDER: --root: /],
      [[at("empty"), ...trust], /^settld: CLI_INPUT: expected \*\.settld files in the folder, found none: /],
    ];
    for (const [args, message] of cases) {
      const run = await runMain("verify", ...args);
      expect(run).toMatchObject({ exitCode: 2 });
      expect(lines(run.stderr)).toHaveLength(1);
      expect(lines(run.stderr)[0]).toMatch(message);
    }
  });
});

test("finds the trust document under a pinned key in every spelling", async () => {
  const { registry } = trustOf(cast);
  const jwk = put("registry.jwk", JSON.stringify(registry.jwk));
  const pem = put("registry.pem", pemFromPublicKey(cast.registry.publicKey));
  for (const root of [jwk, pem, registry.jwk.x]) {
    expect(await runMain("verify", accepted, "--root", root)).toMatchObject({ exitCode: 0 });
  }
  const other = pemFromPublicKey(cast.stranger.publicKey);
  expect((await runMain("verify", accepted, "--root", put("other.pem", other))).stdout).toContain("TRUST_ROOT_MISSING");
});

describe("json", () => {
  test("is canonical, in order, and every report follows its schema", async () => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(readRepoJson("schemas/common.schema.json"));
    const validate = ajv.compile(readRepoJson("schemas/report.schema.json"));
    const flipped = good.slice();
    flipped[900] = (flipped[900] ?? 0) ^ 1;
    const withheld = await settledLog(cast).bundle({ withhold: true });
    const files = [accepted, open, bad, put("flipped.settld", flipped), put("withheld.settld", withheld), at("none")];
    for (const now of [[], ["--now", "2026-03-09T00:00:00.000Z"]]) {
      const run = await runMain("verify", ...files, ...trust, ...now, "--format", "json");
      expect(run.exitCode).toBe(2);
      for (const line of lines(run.stdout)) expect(canonicalize(parseJson(utf8(line)))).toBe(line);
      const found = jsonLines(run.stdout);
      expect(found.slice(0, -1).map(({ file }) => file)).toEqual(files);
      expect(found.slice(0, 5).map(({ report }) => report.verdict)).toEqual([
        "accept",
        "indeterminate",
        "reject",
        "reject",
        "accept",
      ]);
      for (const { report } of found.slice(0, 5)) expect(validate(report) ? [] : validate.errors).toEqual([]);
      if (now.length > 0)
        expect(found[1].report.findings.map(({ code }: { code: string }) => code)).toContain("TIME_OVERDUE");
      expect(found[5].error.code).toBe("CLI_INPUT");
      expect(found[6]).toEqual({
        summary: {
          accept: 2,
          allowedOpen: 0,
          equivocations: 0,
          exitCode: 2,
          files: 6,
          indeterminate: 1,
          reject: 2,
          unread: 1,
        },
      });
    }
    // The schema is closed, so a field that it does not know would show.
    expect(
      validate({
        ...jsonLines((await runMain("verify", bad, ...trust, "--format", "json")).stdout)[0].report,
        more: 1,
      }),
    ).toBe(false);
  });
});

describe("equivocation", () => {
  test("names both files and the place, whatever else is between them", async () => {
    const early = new TestLog(cast).open().submit(3);
    const late = new TestLog(cast).open().submit(4);
    const a = put("story-a.settld", await early.bundle());
    const b = put("story-b.settld", await late.bundle());
    const longer = put("story-c.settld", await early.attest(4, { validityBps: 10_000 }).bundle());
    const human = await runMain("verify", a, open, longer, b, ...trust, "--allow-open");
    expect(human.exitCode).toBe(1);
    expect(lines(human.stdout).filter((line) => line.includes("LOG_EQUIVOCATION"))).toEqual([
      expect.stringMatching(
        /^reject {9}.*story-c\.settld and .*story-b\.settld {2}LOG_EQUIVOCATION: event 3 is sha256:/,
      ),
    ]);
    expect(human.stdout).toMatch(/4 indeterminate \(4 allowed as open\), 1 contradicting history\n$/);

    const found = jsonLines((await runMain("verify", a, b, ...trust, "--format", "json")).stdout);
    expect(found[2].equivocation).toMatchObject({ files: [a, b], finding: { code: "LOG_EQUIVOCATION", seq: 3 } });
    expect(found[3].summary).toMatchObject({ equivocations: 1, exitCode: 1 });

    const sarif = JSON.parse((await runMain("verify", a, b, ...trust, "--format", "sarif")).stdout);
    const result = sarif.runs[0].results.at(-1);
    expect(result.ruleId).toBe("LOG_EQUIVOCATION");
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toMatch(/story-b/);
    expect(result.relatedLocations[0].physicalLocation.artifactLocation.uri).toMatch(/story-a/);
    // One history that is longer than another is no contradiction.
    expect((await runMain("verify", longer, a, ...trust, "--allow-open")).exitCode).toBe(0);
  });
});

test("sarif follows the standard's schema and lists every code as a rule", async () => {
  // Written for draft 4, of which it uses nothing that means something else today.
  const { $schema: _draft, id: _id, ...schema } = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema as object);
  const run = await runMain("verify", accepted, bad, open, at("none"), ...trust, "--format", "sarif");
  const log = JSON.parse(run.stdout);
  expect(validate(log) ? [] : validate.errors).toEqual([]);
  const [{ tool, results, invocations }] = log.runs;
  const registry = readRepoJson("schemas/codes.json") as { uriBase: string; codes: object };
  expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(registry.codes).sort());
  for (const { ruleId, ruleIndex } of results) {
    expect(tool.driver.rules[ruleIndex]).toMatchObject({ id: ruleId, helpUri: `${registry.uriBase}codes/${ruleId}` });
  }
  expect(results.map(({ ruleId, level }: Record<string, string>) => [ruleId, level])).toEqual([
    ["BUNDLE_HEADER", "error"],
    ["BUNDLE_OPEN", "warning"],
  ]);
  expect(invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 2 });
  expect(invocations[0].toolExecutionNotifications).toHaveLength(1);
});

describe("evidence", () => {
  test("is found by digest under any name, and must match where the name says so", async () => {
    const bundle = put("w.settld", await settledLog(cast).bundle({ withhold: true }));
    const { evidence } = itemOf("result.csv", "a,b\n1,2\n");
    const supplied = async (folder: string): Promise<[number, number, string | null]> => {
      const run = await runMain("verify", bundle, ...trust, "--evidence", folder, "--format", "json");
      const [{ report }] = jsonLines(run.stdout);
      return [run.exitCode, report.evidence.supplied, report.code];
    };
    mkdirSync(at("any/below"), { recursive: true });
    expect(await supplied(at("any"))).toEqual([0, 0, null]);
    put("any/decoy.csv", "x,y\n3,4\n");
    put("any/below/my result.csv", evidence.data ?? "");
    expect(await supplied(at("any"))).toEqual([0, 1, null]);
    mkdirSync(at("named"));
    put(`named/sha256-${evidence.digest.slice(7)}.csv`, "x,y\n3,4\n");
    expect(await supplied(at("named"))).toEqual([1, 0, "BUNDLE_EVIDENCE_DIGEST"]);
  });
});

describe("many files", () => {
  test("a folder means its bundles, bytewise by path, and workers say the same as one thread", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${"aZ_é"[index % 4]}${index}.settld`);
    for (const [index, name] of names.entries()) {
      mkdirSync(at(`many/${index % 3}/d`), { recursive: true });
      put(`many/${index % 3}/d/${name}`, index % 7 === 0 ? "broken\n" : good);
    }
    put("many/notes.txt", "no bundle");
    symlinkSync(at("many"), at("many/0/loop"));
    symlinkSync(at("nowhere"), at("many/1/lost.settld"));
    const alone = await runMain("verify", at("many"), ...trust, "--format", "json", "--jobs", "1");
    const together = await runMain("verify", at("many"), ...trust, "--format", "json", "--jobs", "2");
    expect(together).toEqual(alone);
    expect(alone.exitCode).toBe(2);
    const found = jsonLines(alone.stdout);
    const paths = found.slice(0, -1).map(({ file }) => Buffer.from(file as string));
    expect(paths).toEqual([...paths].sort(Buffer.compare));
    expect(found.at(-1).summary).toMatchObject({ files: 61, accept: 51, reject: 9, unread: 1 });
  });

  test("a name of a file is only ever a name", async () => {
    mkdirSync(at("hostile"));
    const names = HOSTILE_NAMES.map(({ text }) => text).filter((text) => !/[/\0\ud800]/.test(text));
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) put(`hostile/${name}.settld`, good);
    const run = async (format: string) =>
      runMain("verify", at("hostile"), at("no\u001b[2J\nfile"), ...trust, "--format", format);

    const human = await run("human");
    expect(lines(human.stdout)).toHaveLength(names.length + 2);
    expect(lines(human.stderr)).toHaveLength(1);
    for (const text of [human.stdout, human.stderr]) {
      expect([...text].filter((char) => char !== "\n" && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(char))).toEqual([]);
      expect(text).not.toMatch(/^\s*::|##\w*\[/m);
    }
    const json = jsonLines((await run("json")).stdout);
    expect(new Set(json.flatMap(({ file }) => (file === undefined ? [] : [file])))).toEqual(
      new Set([...names.map((name) => at(`hostile/${name}.settld`)), at("no\u001b[2J\nfile")]),
    );
    const sarif = (await run("sarif")).stdout;
    expect(sarif.trimEnd()).not.toMatch(/[^\x20-\x7e\n]/);
    expect(JSON.parse(sarif).runs[0].invocations[0].exitCode).toBe(2);
  });

  test("a name that is not UTF-8 is opened all the same", async () => {
    mkdirSync(at("bytes"));
    writeFileSync(
      Buffer.concat([Buffer.from(at("bytes/")), Buffer.from([0x61, 0xff, 0xfe]), Buffer.from(".settld")]),
      good,
    );
    expect(await runMain("verify", at("bytes"), ...trust)).toMatchObject({ exitCode: 0 });
  });
});

test("the time of verification is never the clock's", async () => {
  // Due long ago by any clock of today's, but nobody asked for a time.
  const waiting = put(
    "waiting.settld",
    await new TestLog(cast).open(termsOf({ submitBy: new Date(START + 90 * HOUR).toISOString() })).bundle(),
  );
  const [first] = jsonLines((await runMain("verify", waiting, ...trust, "--format", "json")).stdout);
  expect(first.report.time).toBe(new Date(START + 2 * HOUR).toISOString());
  expect(first.report.findings.map(({ code }: { code: string }) => code)).toEqual(["BUNDLE_OPEN"]);
});

test("as a process: standard input, pipes that close, colours", async () => {
  mkdirSync(at("pipe"));
  for (let index = 0; index < 100; index += 1) put(`pipe/${index}.settld`, good);
  const [stdin, piped, coloured, plain] = await Promise.all([
    runChild(["verify", "-", ...trust], { input: good }),
    runChild(["verify", at("pipe"), ...trust, "--format", "json"], { closeEarly: true }),
    runChild(["verify", accepted, bad, ...trust], { env: { FORCE_COLOR: "1" } }),
    runChild(["verify", accepted, bad, ...trust], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }),
  ]);
  expect(stdin).toMatchObject({ exitCode: 0, stderr: "" });
  expect(stdin.stdout).toMatch(/^accept {9}-\n/);
  expect(piped).toMatchObject({ exitCode: 141, stderr: "" });
  expect(coloured.stdout).toContain("\u001b[32maccept");
  expect(coloured.exitCode).toBe(1);
  expect(plain.stdout).not.toContain("\u001b");
});
