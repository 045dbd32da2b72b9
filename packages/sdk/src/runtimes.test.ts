import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { small } from "./build/small.ts";
import { START, startWorld, type World } from "./testing/world.ts";

// The runtimes stand in the lockfile, among the tools of the repository.
const { resolve } = createRequire(new URL("../../repo/package.json", import.meta.url));
const binary = (name: string, path: string): string => join(dirname(resolve(`${name}/package.json`)), path);

let folder: string;
let world: World;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-runtimes-"));
  world = await startWorld();
  for (const target of ["web", "node"] as const) {
    await build({
      entryPoints: [fileURLToPath(new URL("index.ts", import.meta.url))],
      outfile: join(folder, `${target}.mjs`),
      bundle: true,
      format: "esm",
      platform: target === "web" ? "browser" : "node",
      target: "node20",
      plugins: [small(target)],
      logLevel: "error",
    });
    await writeFile(join(folder, `job-${target}.mjs`), job(target));
  }
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A whole paid job, by both parties, with keys that the program makes and registers itself. */
const job = (target: string): string => `
import { generateKey, localSigner, Settld } from "./${target}.mjs";
const [, , json] = globalThis.process.argv;
const { baseUrl, registryKey, buyer, seller, now } = JSON.parse(json);
const platform = { now: () => now };
const connect = async ({ apiKey, id }) => {
  const { privateKey } = await generateKey();
  const settld = new Settld({ baseUrl, registryKey, apiKey, party: id, signer: localSigner(privateKey), platform });
  await settld.parties.addKey(id, { key: privateKey });
  return settld;
};
const [buying, selling] = [await connect(buyer), await connect(seller)];
const policy = { requirements: [{ id: "ok", kind: "approval", onTimeout: "pass" }] };
const { id } = await buying.agreements.create({ seller: seller.id, amount: "1.00 USD", policy });
await selling.agreements.accept(id);
await buying.agreements.fund(id);
const { submission } = await selling.agreements.submit(id, { files: { "a.txt": new Blob(["work"]) } });
const { status } = await buying.agreements.approve(id, { submission: submission.digest });
const { report } = await buying.agreements.bundle(id);
console.log(status, report.verdict);
`;

test.each([
  ["Node 20", [binary("node-20", "bin/node")]],
  ["Node 22", [binary("node-22", "bin/node")]],
  ["Node 24", [binary("node", "bin/node")]],
  ["Bun", [binary("bun", "bin/bun.exe")]],
  ["Deno", [binary("deno", "bin.cjs"), "run", "--allow-all", "--quiet"]],
] as const)("%s settles work with WebCrypto and with its own cryptography", async (_, [program, ...args]) => {
  const { buyer, seller, server } = world;
  const about = {
    baseUrl: server.url,
    registryKey: { kty: "OKP", crv: "Ed25519", x: Buffer.from(server.registryKey).toString("base64url") },
    buyer: { id: buyer.id, apiKey: buyer.apiKey },
    seller: { id: seller.id, apiKey: seller.apiKey },
    now: START,
  };
  for (const target of ["web", "node"]) {
    const command = [...args, join(folder, `job-${target}.mjs`), JSON.stringify(about)];
    const { stdout } = await promisify(execFile)(program, command, { timeout: 50_000 });
    expect(stdout.trim().split("\n").at(-1), target).toBe("closed accept");
  }
});
