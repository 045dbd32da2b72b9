import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../workspace.ts";
import { readDockerfile, type Stage } from "./dockerfile.ts";

const text = readFileSync(join(root, "deploy/Dockerfile"), "utf8");
const stages = readDockerfile(text);
const last = stages.at(-1) as Stage;
const all = stages.flatMap(({ instructions }) => instructions);
const of = (keyword: string, among: readonly { readonly keyword: string; readonly text: string }[]): string[] =>
  among.filter((one) => one.keyword === keyword).map((one) => one.text);
const { catalog } = parse(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")) as {
  readonly catalog: Readonly<Record<string, string>>;
};

test("is a Dockerfile without anything that its linter minds", () => {
  expect(validate(text)).toEqual([]);
  expect(validate("FORM node\nRUN ").length).toBeGreaterThan(0);
});

test("has stages, of which the last takes only what the others made", () => {
  expect(stages.map(({ name }) => name)).toEqual(["install", undefined]);
  expect(of("COPY", last.instructions)).toEqual(["--from=install /app /app"]);
  expect(of("ADD", all)).toEqual([]);
});

test("names its base and what it installs exactly, as the repository has them", () => {
  expect(text).toContain(`ARG NODE_IMAGE=node:${catalog["node"]}-bookworm-slim\n`);
  for (const { base } of stages) expect(base).toMatch(/^\$\{?NODE_IMAGE\}?$/);
  const [install] = of("RUN", stages[0]?.instructions ?? []);
  expect(install).toContain(` pg@${catalog["pg"]} `);
  expect(install).toMatch(new RegExp(` pg-boss@${catalog["pg-boss"]?.replaceAll(".", "\\.")}$`));
  expect(install).toContain("--omit=dev");
  expect(install).toContain("--ignore-scripts");
});

test("is not root, keeps no secret, and writes in one place", () => {
  expect(of("USER", last.instructions)).toEqual(["1000:1000"]);
  const order = last.instructions.map(({ keyword }) => keyword);
  expect(order.lastIndexOf("RUN")).toBeLessThan(order.indexOf("USER"));
  expect(of("VOLUME", last.instructions)).toEqual(['["/var/lib/settld"]']);
  for (const { keyword, text: line } of all) {
    if (keyword === "ENV" || keyword === "ARG") expect(line).not.toMatch(/KEY|TOKEN|SECRET|PASSWORD/i);
  }
});

test("starts Node itself, which gets the signals, and asks it without another program", () => {
  expect(JSON.parse(of("ENTRYPOINT", last.instructions)[0] ?? "")[0]).toBe("node");
  expect(of("STOPSIGNAL", last.instructions)).toEqual(["SIGTERM"]);
  const [health = ""] = of("HEALTHCHECK", last.instructions);
  expect(health).toMatch(/CMD \["node", "\/app\/healthcheck\.mjs"\]$/);
  expect(text).not.toMatch(/\b(?:curl|wget|apt-get)\b/);
});

test("gets nothing into its context but packages and the health check", () => {
  const ignored = readFileSync(join(root, "deploy/.dockerignore"), "utf8").trim().split("\n");
  expect(ignored).toEqual(["*", "!tarballs/*.tgz", "!healthcheck.mjs"]);
});
