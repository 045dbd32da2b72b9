import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { base64urlEncode, jwkFromPublicKey, sha256, utf8 } from "@settld/protocol";
import { afterAll, expect, test } from "vitest";
import { realTime } from "../settler/timers.ts";
import { startTestServer } from "../testing/index.ts";

// A server whose operator gives nobody a key of its own is judged by tenants that were prepared.
const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const NODE = [process.execPath, "--conditions=@settld/source"];
const VERIFIER = `cmd:${[...NODE, source("cli/src/bin.ts"), "adapter"].map((word) => `"${word}"`).join(" ")}`;
const ASSET = { assetCode: "XTS", assetScale: 2 };

const folder = mkdtempSync(join(tmpdir(), "settld-prepared-"));
const server = await startTestServer({ server: { waiting: realTime } });
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const tenants = { buyer: "client", seller: "vendor", checker: "vendor", arbiter: "vendor", stranger: "other" } as const;

async function prepare(): Promise<string> {
  const parties: Record<string, object> = {};
  for (const [name, tenant] of Object.entries(tenants)) {
    const role = name === "stranger" ? "seller" : (name as "buyer");
    const { id, apiKey, signer } = await server.party(name, role, tenant);
    const d = base64urlEncode(sha256(utf8(`settld test key, never use it: server ${name}`)));
    parties[name] = { id, apiKey, tenant, jwk: { ...jwkFromPublicKey(signer.publicKey), d } };
  }
  await server.deposit("https://buyer.example", { value: "1000000000", ...ASSET });
  const path = join(folder, "server.json");
  writeFileSync(path, JSON.stringify({ asset: ASSET, parties }), { mode: 0o600 });
  return path;
}

type Report = { readonly cases: readonly { readonly id: string; readonly status: string; readonly clause: string }[] };

test("prepared tenants take the place of an operator's key", { timeout: 120_000 }, async () => {
  const config = await prepare();
  const report = join(folder, "report.json");
  const [node = "", ...options] = NODE;
  const target = ["--profile", "server", "--url", server.url, "--verifier", VERIFIER, "--server-config", config];
  const { SETTLD_OPERATOR_KEY: _, ...env } = process.env;
  const child = spawn(node, [...options, source("conform/src/bin.ts"), "run", ...target, "--report", report], { env });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += String(chunk)));
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const written = readFileSync(report, "utf8");
  const { cases } = JSON.parse(written) as Report;
  const of = (status: string) => cases.filter((one) => one.status === status).map(({ id }) => id);
  expect(
    cases.filter(({ status }) => status !== "pass" && status !== "not-run"),
    text,
  ).toEqual([]);
  // What only an operator can bring about is left out, and that is said: the run does not conclude anything.
  expect(of("not-run")).toContain("deposit-once-for-a-reference");
  expect(of("not-run").length).toBeLessThan(60);
  expect(of("pass").length).toBeGreaterThan(100);
  expect(of("pass")).toEqual(
    expect.arrayContaining(["bundle-of-settled", "hook-delivers", "stranger-reads-agreement"]),
  );
  expect(exitCode, text).toBe(4);
  for (const { apiKey } of Object.values(JSON.parse(readFileSync(config, "utf8")).parties) as { apiKey: string }[]) {
    expect(written).not.toContain(apiKey);
    expect(text).not.toContain(apiKey);
  }
});
