import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { makeDatabase } from "@settld/testkit/postgres";
import { afterAll, expect, test } from "vitest";

// Our own server is judged as any other: a process that is known by its URL, and programs that know nothing of it.
const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const NODE = [process.execPath, "--conditions=@settld/source"];
const VERIFIER = `cmd:${[...NODE, source("cli/src/bin.ts"), "adapter"].map((word) => `"${word}"`).join(" ")}`;

const folder = mkdtempSync(join(tmpdir(), "settld-conform-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Said = { readonly url: string; readonly operatorKey: string; readonly root: object };

async function serve(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly said: Said; readonly child: ChildProcess }> {
  const [node = "", ...options] = NODE;
  const child = spawn(
    node,
    [...options, source("server/src/trials/conform-child.ts"), mkdtempSync(join(folder, "s-"))],
    {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  for await (const line of createInterface({ input: child.stdout })) return { said: JSON.parse(line) as Said, child };
  throw new Error("the server ended");
}

async function judge({
  url,
  operatorKey,
  root,
}: Said): Promise<{ readonly exitCode: number | null; readonly text: string; readonly report: Report }> {
  const report = join(mkdtempSync(join(folder, "r-")), "report.json");
  const rootFile = `${report}.root.jwk`;
  writeFileSync(rootFile, JSON.stringify(root));
  const [node = "", ...options] = NODE;
  const args = [
    "run",
    "--profile",
    "server",
    "--url",
    url,
    "--verifier",
    VERIFIER,
    "--root",
    rootFile,
    "--report",
    report,
  ];
  const child = spawn(node, [...options, source("conform/src/bin.ts"), ...args], {
    env: { ...process.env, SETTLD_OPERATOR_KEY: operatorKey, NO_COLOR: "1", GITHUB_STEP_SUMMARY: "" },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { exitCode, text, report: JSON.parse(readFileSync(report, "utf8")) as Report };
}

type Report = {
  readonly conclusion: string;
  readonly cases: readonly { readonly id: string; readonly status: string }[];
};

const STORES: readonly (readonly [
  string,
  () => Promise<{ readonly env: Readonly<Record<string, string>>; readonly drop: () => Promise<void> }>,
])[] = [
  ["SQLite", async () => ({ env: {}, drop: async () => {} })],
  [
    "PostgreSQL",
    async () => {
      const { url, drop } = await makeDatabase();
      return { env: { SETTLD_TRIAL_DATABASE: url }, drop };
    },
  ],
];

// Most of the time is waiting for timers, so both wait together.
test.concurrent.each(STORES)("our server conforms: %s", { timeout: 300_000 }, async (_, open) => {
  const { env, drop } = await open();
  const { said, child } = await serve(env);
  try {
    const { exitCode, text, report } = await judge(said);
    expect(
      report.cases.filter(({ status }) => status !== "pass"),
      text,
    ).toEqual([]);
    expect(report.cases.length).toBeGreaterThan(100);
    expect({ exitCode, conclusion: report.conclusion }).toEqual({ exitCode: 0, conclusion: "conforms" });
  } finally {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
    await drop();
  }
});
