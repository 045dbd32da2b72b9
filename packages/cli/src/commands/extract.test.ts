import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwkFromPublicKey } from "@settld/protocol";
import { type Cast, sealTrust, settledLog, testCast, trustOf } from "@settld/testkit";
import { beforeAll, expect, test } from "vitest";
import { runMain } from "../testing/run-main.ts";

const dir = mkdtempSync(join(tmpdir(), "settld-extract-"));
const at = (name: string): string => join(dir, name);
const openssl = spawnSync("openssl", ["version"]).status === 0;
let cast: Cast;
let plain: string;
let withTrust: string;
let trust: string;

beforeAll(async () => {
  cast = await testCast();
  plain = at("plain.settld");
  withTrust = at("trust.settld");
  trust = at("trust.json");
  writeFileSync(plain, await settledLog(cast).bundle());
  writeFileSync(withTrust, await settledLog(cast).bundle({ trust: [await sealTrust(cast, trustOf(cast))] }));
  writeFileSync(trust, JSON.stringify(trustOf(cast)));
  return () => rmSync(dir, { recursive: true });
});

/** Runs the commands that were printed, as a person would. */
function follow(stdout: string): { readonly status: number | null; readonly output: string } {
  const script = stdout
    .split("\n")
    .filter((line) => /^(?:cd|openssl) /.test(line))
    .join("\n");
  const { status, stdout: out, stderr } = spawnSync("sh", ["-ec", script], { encoding: "utf8", cwd: dir });
  return { status, output: out + stderr };
}

test.runIf(openssl)("openssl agrees with the printed commands, and not after one bit is flipped", async () => {
  const out = at("it's -- an event");
  const run = await runMain("extract", plain, "--event", "3", "--out", out, "--trust", trust);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain(
    "openssl pkeyutl -verify -pubin -inkey key-0.pem -rawin -in pae.bin -sigfile sig-0.bin\n",
  );
  const { status, output } = follow(run.stdout);
  expect(status).toBe(0);
  expect(output.match(/Signature Verified Successfully/g)).toHaveLength(2);

  const pae = readFileSync(join(out, "pae.bin"));
  expect(pae.includes(readFileSync(join(out, "payload.json")))).toBe(true);
  pae[40] = (pae[40] ?? 0) ^ 1;
  writeFileSync(join(out, "pae.bin"), pae);
  expect(follow(run.stdout)).toMatchObject({
    status: 1,
    output: expect.stringMatching(/Signature Verification Failure/),
  });
});

test("takes keys from embedded documents, and says that nobody vouches for them", async () => {
  const embedded = await runMain("extract", withTrust, "--event", "2", "--out", at("two"));
  expect(readdirSync(at("two")).sort()).toEqual(["key-0.pem", "pae.bin", "payload.json", "sig-0.bin"]);
  expect(embedded.stdout).toContain(
    "key of https://settler.example, from an embedded trust document, which nobody vouches for",
  );
  const none = await runMain("extract", plain, "--event", "2", "--out", at("none"));
  expect(none).toMatchObject({ exitCode: 0 });
  expect(none.stdout).toContain("key not found; give --trust or --root");
  expect(none.stdout).not.toContain("openssl");
  expect(existsSync(at("none/key-0.pem"))).toBe(false);
});

test("takes keys from what the pinned registry signed, and from nothing else", async () => {
  const { x } = trustOf(cast).registry.jwk as { x: string };
  const run = await runMain("extract", withTrust, "--event", "2", "--out", at("root"), "--root", x);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain("key of https://settler.example, from the trust document that the registry signed");
  const stranger = jwkFromPublicKey(cast.stranger.publicKey).x;
  for (const [file, root] of [
    [withTrust, stranger],
    [plain, x],
  ] as const) {
    const none = await runMain("extract", file, "--event", "2", "--out", at("unpinned"), "--root", root);
    expect(none).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringMatching(/^settld: TRUST_ROOT_MISSING/),
    });
  }
  // A document that says it is the registry's, and that somebody else signed.
  const forged = at("forged.settld");
  const envelope = await sealTrust({ ...cast, registry: cast.stranger }, trustOf(cast));
  writeFileSync(forged, await settledLog(cast).bundle({ trust: [envelope] }));
  const refused = await runMain("extract", forged, "--event", "2", "--out", at("unpinned"), "--root", x);
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^settld: DSSE_SIGNATURE_INVALID: expected the registry's signature/);
  const both = ["--root", x, "--trust", trust];
  expect((await runMain("extract", plain, "--event", "2", "--out", at("unpinned"), ...both)).stderr).toMatch(
    /^settld: CLI_USAGE: expected at most one of --trust and --root, found both\n$/,
  );
  expect(existsSync(at("unpinned"))).toBe(false);
});

test("overwrites nothing unless told to, and then leaves nothing of another event", async () => {
  const out = at("again");
  mkdirSync(out);
  expect(await runMain("extract", withTrust, "--event", "0", "--out", out)).toMatchObject({ exitCode: 0 });
  writeFileSync(join(out, "mine.txt"), "mine");
  const refused = await runMain("extract", withTrust, "--event", "2", "--out", out);
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toMatch(
    /^settld: CLI_OUTPUT: --out: expected a new or empty folder, found files in it: .*\n$/,
  );
  expect(await runMain("extract", withTrust, "--event", "2", "--out", out, "--force")).toMatchObject({ exitCode: 0 });
  expect(readdirSync(out).sort()).toEqual(["key-0.pem", "mine.txt", "pae.bin", "payload.json", "sig-0.bin"]);
  expect(readdirSync(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("says what is wrong in one line", async () => {
  const broken = at("broken.settld");
  writeFileSync(broken, "broken\n");
  const cases: [string[], number, RegExp][] = [
    [
      [plain, "--event", "9", "--out", at("x")],
      2,
      /^settld: CLI_EVENT_NOT_FOUND: --event: expected one of events 0 to 8, found 9: /,
    ],
    [
      [plain, "--event", "-1", "--out", at("x")],
      2,
      /^settld: CLI_USAGE: --event: expected a number from 0, found "-1"/,
    ],
    [[plain, "--out", at("x")], 2, /^settld: CLI_USAGE: required option '--event <n>' not specified/],
    [[plain, "--event", "0", "--out", at("x"), "--trust", broken], 2, /^settld: JSON_SYNTAX: --trust /],
    [[plain, "--event", "0", "--out", join(plain, "x")], 2, /^settld: CLI_OUTPUT: --out: /],
    [[broken, "--event", "0", "--out", at("x")], 1, /^settld: BUNDLE_HEADER: line 1: /],
  ];
  for (const [args, exitCode, message] of cases) {
    const run = await runMain("extract", ...args);
    expect(run).toMatchObject({ exitCode, stdout: "" });
    expect(run.stderr).toMatch(message);
    expect(run.stderr.split("\n")).toHaveLength(2);
  }
  expect(existsSync(at("x"))).toBe(false);
});
