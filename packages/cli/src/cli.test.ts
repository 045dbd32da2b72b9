import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wantsColor } from "@settld/output";
import { CODES, pemFromPublicKey, publicKeyFromJwk, SettldError, thumbprint } from "@settld/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { exitCodeOf, inputError } from "./exit.ts";
import { programName } from "./io/program-name.ts";
import { runChild, runMain } from "./testing/run-main.ts";

const dir = mkdtempSync(join(tmpdir(), "settld-cli-"));
const at = (name: string): string => join(dir, name);
beforeAll(() => () => rmSync(dir, { recursive: true }));

describe("usage", () => {
  test("every wrong use is one line and exit 2", async () => {
    const cases: [string[], RegExp][] = [
      [[], /^settld: CLI_USAGE: expected a command, found none \(settld --help lists them\)\n$/],
      [["verfy"], /^settld: CLI_USAGE: unknown command 'verfy' \(Did you mean verify\?\)/],
      [["--nope"], /^settld: CLI_USAGE: unknown option '--nope'/],
      [["explain", "--nope"], /^settld: CLI_USAGE: unknown option '--nope'/],
      [["explain"], /^settld: CLI_USAGE: expected a code or --list, found neither\n$/],
      [["explain", "X", "--list"], /^settld: CLI_USAGE: expected a code or --list, found both\n$/],
      [["explain", "A", "B"], /^settld: CLI_USAGE: too many arguments/],
      [["explain", "log_equivocaton"], /^settld: CLI_CODE_UNKNOWN: .*did you mean LOG_EQUIVOCATION\?\n$/],
      [["explain", "\u001b[2J\n"], /^settld: CLI_CODE_UNKNOWN: [ -~]*: settld explain --list lists them\n$/],
      [["explain", "constructor"], /^settld: CLI_CODE_UNKNOWN: /],
      [["--nope", "verify"], /^settld: CLI_USAGE: unknown option '--nope' \(settld verify --help\)\n$/],
      [["keys"], /^settld: CLI_USAGE: expected a command, found none \(settld keys --help lists them\)\n$/],
      [
        ["keys", "generate"],
        /^settld: CLI_USAGE: required option '--out <file>' not specified \(settld keys generate --help\)\n$/,
      ],
      [["serve", "--nope"], /^settld: CLI_USAGE: unknown option '--nope' \(settld serve --help\)\n$/],
    ];
    for (const [args, message] of cases) {
      const run = await runMain(...args);
      expect(run).toMatchObject({ exitCode: 2, stdout: "" });
      expect(run.stderr).toMatch(message);
      expect(run.stderr.split("\n")).toHaveLength(2);
    }
  });

  test("help is help, with examples for every command", async () => {
    for (const args of [
      ["--help"],
      ["help"],
      ["verify", "--help"],
      ["help", "inspect"],
      ["explain", "-h"],
      ["extract", "-h"],
      ["keys", "generate", "-h"],
      ["serve", "-h"],
      ["admin", "-h"],
      ["admin", "keys", "create", "-h"],
      ["admin", "export", "-h"],
      ["reconcile", "-h"],
    ]) {
      const run = await runMain(...args);
      expect(run).toMatchObject({ exitCode: 0, stderr: "" });
      expect(run.stdout).toMatch(/^Usage: settld /);
      expect(run.stdout).toContain("Examples:\n");
    }
    expect((await runMain("--help")).stdout).toContain("demo");
  });

  test("as a process", async () => {
    const [version, unknown] = await Promise.all([runChild(["--version"]), runChild(["nope"])]);
    expect(version).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/), stderr: "" });
    expect(unknown).toEqual({ exitCode: 2, stdout: "", stderr: expect.stringMatching(/^settld: CLI_USAGE: .*\n$/) });
  });
});

test("names itself as it was called", () => {
  expect(programName("/usr/local/bin/settld")).toBe("settld");
  expect(programName("/home/x/.npm/_npx/1/node_modules/.bin/settld")).toBe("npx settld");
  expect(programName("C:\\x\\node_modules\\settld\\dist\\bin.js")).toBe("npx settld");
  expect(programName(join(process.cwd(), "packages/cli/dist/bin.js"))).toBe("node packages/cli/dist/bin.js");
  expect(programName("/elsewhere/dist/bin.js")).toBe("node /elsewhere/dist/bin.js");
});

test("errors lead to the exit code that they stand for, and a bug to none of them", () => {
  expect(exitCodeOf(new SettldError("JSON_SYNTAX", "x"))).toBe(1);
  expect(exitCodeOf(new SettldError("EVENT_REVISION_UNKNOWN", "x"))).toBe(3);
  expect(exitCodeOf(inputError("JSON_SYNTAX", "x"))).toBe(2);
  expect(exitCodeOf(new SettldError("CLI_INPUT", "x"))).toBe(2);
  expect(exitCodeOf(new Error("x"))).toBeUndefined();
});

test("colours are for terminals, unless the environment says otherwise", () => {
  const ask = (isTTY: boolean, env: Record<string, string>): boolean => wantsColor({ isTTY, env });
  expect([ask(true, {}), ask(false, {}), ask(false, { CI: "true" }), ask(true, { TERM: "dumb" })]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect([ask(false, { FORCE_COLOR: "1" }), ask(true, { FORCE_COLOR: "0" })]).toEqual([true, false]);
  expect([ask(true, { NO_COLOR: "1", FORCE_COLOR: "1" }), ask(true, { NO_COLOR: "" })]).toEqual([false, true]);
});

describe("explain", () => {
  test("says what the registry says", async () => {
    const { stdout } = await runMain("explain", "bundle_open");
    const { summary, remedy, clause } = CODES.BUNDLE_OPEN;
    for (const part of ["BUNDLE_OPEN", summary, remedy, clause, "indeterminate", "codes/BUNDLE_OPEN"])
      expect(stdout).toContain(part);
    const json = JSON.parse((await runMain("explain", "BUNDLE_OPEN", "--format", "json")).stdout);
    expect(json).toMatchObject({ code: "BUNDLE_OPEN", ...CODES.BUNDLE_OPEN });
  });

  test("lists every code once", async () => {
    const list = (await runMain("explain", "--list")).stdout.trimEnd().split("\n");
    expect(list.map((line) => line.split(" ")[0])).toEqual(Object.keys(CODES));
    expect((await runMain("explain", "--list", "--format", "json")).stdout.trimEnd().split("\n")).toHaveLength(
      list.length,
    );
  });
});

describe("keys", () => {
  test("makes a pair that belongs together, private to its owner, and overwrites nothing", async () => {
    const run = await runMain("keys", "generate", "--out", at("k.json"), "--public", at("k.pub.json"));
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    const keyid = run.stdout.trimEnd();
    expect(statSync(at("k.json")).mode & 0o777).toBe(0o600);
    const { d, ...jwk } = JSON.parse(readFileSync(at("k.json"), "utf8"));
    expect(JSON.parse(readFileSync(at("k.pub.json"), "utf8"))).toEqual(jwk);
    const publicKey = publicKeyFromJwk(jwk);
    expect(thumbprint(publicKey)).toBe(keyid);
    writeFileSync(at("k.pem"), pemFromPublicKey(publicKey));
    for (const file of ["k.json", "k.pub.json", "k.pem"]) {
      expect(await runMain("keys", "thumbprint", at(file))).toEqual({ exitCode: 0, stdout: `${keyid}\n`, stderr: "" });
    }

    const before = readFileSync(at("k.json"));
    symlinkSync(at("nowhere"), at("dangling"));
    for (const args of [
      ["--out", at("k.json")],
      ["--out", at("new.json"), "--public", at("k.pub.json")],
      ["--out", at("dangling")],
    ]) {
      const refused = await runMain("keys", "generate", ...args);
      expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
      expect(refused.stderr).toMatch(
        /^settld: CLI_OUTPUT: expected no file yet, found one: .* \(--force overwrites it\)\n$/,
      );
    }
    expect(readFileSync(at("k.json"))).toEqual(before);
    expect(existsSync(at("new.json")) || existsSync(at("nowhere"))).toBe(false);

    chmodSync(at("k.json"), 0o644);
    expect(await runMain("keys", "generate", "--out", at("k.json"), "--force")).toMatchObject({ exitCode: 0 });
    expect(readFileSync(at("k.json"))).not.toEqual(before);
    expect(statSync(at("k.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(typeof d).toBe("string");
  });

  test("a private part never shows, not even in errors", async () => {
    const { stdout } = await runMain("keys", "generate", "--out", at("s.json"));
    expect(stdout).toMatch(/^[\w-]{43}\n$/);
    const jwk = JSON.parse(readFileSync(at("s.json"), "utf8"));
    const other = `A${(jwk.x as string).slice(1)}`;
    writeFileSync(at("mixed.json"), JSON.stringify({ ...jwk, x: other }));
    const run = await runMain("keys", "thumbprint", at("mixed.json"));
    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).not.toContain(jwk.d);
  });

  test("says what is no key", async () => {
    const cases: [string, RegExp][] = [
      ["hello", /JSON_SYNTAX/],
      ["{}", /KEY_JWK/],
      ['{"kty":"OKP","crv":"Ed25519","x":"AA"}', /KEY_LENGTH/],
      [`{"kty":"OKP","crv":"Ed25519","x":"${"A".repeat(43)}"}`, /KEY_SMALL_ORDER/],
      ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", /CLI_KEY/],
      ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", /JSON_SYNTAX/],
    ];
    for (const [text, message] of cases) {
      writeFileSync(at("no.key"), text);
      const run = await runMain("keys", "thumbprint", at("no.key"));
      expect(run).toMatchObject({ exitCode: 2, stdout: "" });
      expect(run.stderr).toMatch(message);
    }
  });
});
