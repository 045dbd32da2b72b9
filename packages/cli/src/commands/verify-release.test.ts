import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { type StandIn, sampleRelease, startStandIn } from "@settld/release/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Run, runChild, runMain } from "../testing/run-main.ts";

const IDENTITY = "https://github.com/example/settld/.github/workflows/release.yml@refs/heads/main";
const ISSUER = "https://token.actions.githubusercontent.com";

const dir = mkdtempSync(join(tmpdir(), "settld-verify-release-"));
const root = join(dir, "trusted_root.json");
const who = ["--trusted-root", root, "--identity", IDENTITY, "--issuer", ISSUER];
const folders: string[] = [dir];
let standIn: StandIn;
let good = "";

beforeAll(async () => {
  standIn = await startStandIn({ identity: IDENTITY, issuer: ISSUER });
  writeFileSync(root, standIn.trustedRoot);
  good = await sampleRelease(standIn);
  folders.push(good);
  // From here on nothing answers: verifying asks nobody.
  await standIn.close();
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const isClean = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text.replaceAll("\n", ""));

test("says who made it, of what, in a process of its own without network", async () => {
  const { exitCode, stdout, stderr } = await runChild(["verify-release", good, ...who, "--tag", "v1.2.3"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [first, ...rest] = stdout.split("\n");
  expect(first).toBe(`accept         ${good}`);
  for (const text of ["v1.2.3", IDENTITY, ISSUER, "gitCommit:aaaa", "@settld/protocol", "1.2.3"]) {
    expect(rest.join("\n")).toContain(text);
  }
});

test("the other exit codes, and JSON", async () => {
  const json = async (...args: string[]): Promise<{ readonly run: Run; readonly code: string | null }> => {
    const run = await runMain("verify-release", good, "--trusted-root", root, "--json", ...args);
    return { run, code: (JSON.parse(run.stdout) as { code: string | null }).code };
  };
  expect(await json()).toMatchObject({ run: { exitCode: 3 }, code: "REL_IDENTITY_OPEN" });
  expect(await json("--identity", IDENTITY, "--issuer", ISSUER)).toMatchObject({ run: { exitCode: 0 }, code: null });
  expect(await json("--identity", "https://evil.example", "--issuer", ISSUER)).toMatchObject({
    run: { exitCode: 1 },
    code: "REL_IDENTITY",
  });
  const wrong = [
    [["verify-release", good], "CLI_USAGE"],
    [["verify-release", good, "--trusted-root", join(dir, "none")], "CLI_INPUT"],
    [["verify-release", join(dir, "none"), ...who], "CLI_INPUT"],
    [["verify-release", good, ...who, "--lockfile", root], "CLI_INPUT"],
  ] as const;
  for (const [args, code] of wrong) {
    const { exitCode, stderr } = await runMain(...args);
    expect({ args, exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`settld: ${code}: `),
    });
  }
  for (const content of ["", "{}", "no json", '{"tlogs":1}']) {
    writeFileSync(join(dir, "bad.json"), content);
    const { exitCode, stderr } = await runMain("verify-release", good, "--trusted-root", join(dir, "bad.json"));
    expect([exitCode, stderr.split("\n").length, stderr.slice(0, 26)]).toEqual([2, 2, "settld: REL_TRUSTED_ROOT: "]);
  }
});

test("is the only command that loads Sigstore's packages, and says when they are not there", async () => {
  const hook = `import { registerHooks } from "node:module";
registerHooks({ resolve(name, context, next) {
  if (name.startsWith("@sigstore/")) throw Object.assign(new Error(name), { code: "ERR_MODULE_NOT_FOUND" });
  return next(name, context);
} });`;
  const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(hook)}"` };
  const without = await runChild(["verify-release", good, ...who], { env });
  expect(without).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^settld: CLI_UNSUPPORTED: .*\n$/) });
  const golden = fileURLToPath(new URL("../../../../fixtures/golden/", import.meta.url));
  const verified = await runChild(["verify", `${golden}act-1.settld`, "--trust", `${golden}trust.json`], { env });
  expect(verified.exitCode).toBe(0);
});

test("names of files, signers and tags are only ever text", async () => {
  const names = HOSTILE_NAMES.map(({ text }) => text).filter((text) => !/[/\0\ud800]/.test(text));
  for (const text of names) {
    const folder = await mkdtempSync(join(dir, "h-"));
    writeFileSync(join(folder, "release.sigstore.json"), "{}");
    writeFileSync(join(folder, text), "");
    const { exitCode, stdout, stderr } = await runMain("verify-release", folder, ...who, "--tag", text);
    expect([exitCode, stderr]).toEqual([1, ""]);
    expect(isClean(stdout)).toBe(true);
    expect(stdout).not.toMatch(/^\s*::|##\w*\[/m);
  }
  const hostile = names.join(" ").replaceAll(/[^\p{ASCII}]/gu, "");
  const other = await startStandIn({ identity: `https://x/${hostile}`, issuer: hostile });
  const tag = names.join(" ");
  const folder = await sampleRelease(other, { facts: { tag, builder: tag, source: { uri: tag, commit: tag } } });
  folders.push(folder);
  await other.close();
  writeFileSync(join(dir, "other.json"), other.trustedRoot);
  const { exitCode, stdout } = await runMain("verify-release", folder, "--trusted-root", join(dir, "other.json"));
  expect(exitCode).toBe(1);
  expect(isClean(stdout)).toBe(true);
  expect(stdout).not.toMatch(/^\s*::|##\w*\[/m);
});
