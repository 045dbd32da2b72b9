import { execFile } from "node:child_process";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
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
    await build({
      entryPoints: [fileURLToPath(new URL("webhooks.ts", import.meta.url))],
      outfile: join(folder, `webhooks-${target}.mjs`),
      bundle: true,
      format: "esm",
      platform: target === "web" ? "browser" : "node",
      target: "node20",
      plugins: [small(target)],
      logLevel: "error",
    });
    await writeFile(join(folder, `receive-${target}.mjs`), receive(target));
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

const RUNTIMES = [
  ["Node 20", [binary("node-20", "bin/node")]],
  ["Node 22", [binary("node-22", "bin/node")]],
  ["Node 24", [binary("node", "bin/node")]],
  ["Bun", [binary("bun", "bin/bun.exe")]],
  ["Deno", [binary("deno", "bin.cjs"), "run", "--allow-all", "--quiet"]],
] as const;

test.each(RUNTIMES)("%s settles work with WebCrypto and with its own cryptography", async (_, [program, ...args]) => {
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

/** A receiver that is given requests, and a stream that is followed for one message. */
const receive = (target: string): string => `
import { Settld } from "./${target}.mjs";
import { webhookHandler } from "./webhooks-${target}.mjs";
const [, , json] = globalThis.process.argv;
const { requests, secrets, baseUrl, registryKey, apiKey } = JSON.parse(json);
const seen = [];
const handle = webhookHandler({ secrets, on: { "webhook_endpoint.test": (_, { id }) => void seen.push(id) } });
const statuses = [];
for (const { headers, body } of requests) {
  const { status } = await handle(new Request("https://hooks.example/", { method: "POST", headers, body }));
  statuses.push(status);
}
const settld = new Settld({ baseUrl, registryKey, apiKey });
for await (const { type } of settld.messages.stream({ cursor: "cur_0" })) {
  console.log(statuses.join(), seen.join(), type);
  break;
}
globalThis.process.exit(0);
`;

test.each(RUNTIMES)("%s receives webhooks of both schemes, and follows the stream", async (_, [program, ...args]) => {
  const body =
    '{"type":"webhook_endpoint.test","timestamp":"2026-11-02T09:00:00.000Z","data":{"endpoint":"we_1","reason":null}}';
  const seconds = Math.floor(Date.now() / 1_000);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = Buffer.alloc(32, 9);
  const x = Buffer.from(String(publicKey.export({ format: "jwk" })["x"]), "base64url").toString("base64");
  const request = (id: string, scheme: "v1" | "v1a", text = body) => {
    const signed = Buffer.from(`${id}.${seconds}.${body}`);
    const signature =
      scheme === "v1" ? createHmac("sha256", key).update(signed).digest() : sign(null, signed, privateKey);
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": `${seconds}`,
      "webhook-signature": `${scheme},${signature.toString("base64")}`,
    };
    return { headers, body: text };
  };
  const about = {
    requests: [
      request("msg_1", "v1"),
      request("msg_2", "v1a"),
      request("msg_3", "v1", `${body} `),
      request("msg_4", "v1a", `${body} `),
    ],
    secrets: [`whsec_${key.toString("base64")}`, `whpk_${x}`],
    baseUrl: world.server.url,
    registryKey: { kty: "OKP", crv: "Ed25519", x: Buffer.from(world.server.registryKey).toString("base64url") },
    apiKey: world.buyer.apiKey,
  };
  await world.as(world.buyer).withdrawals.create({ party: world.buyer.id, amount: "0.01 USD", destination: "bank" });
  for (const target of ["web", "node"]) {
    const command = [...args, join(folder, `receive-${target}.mjs`), JSON.stringify(about)];
    const { stdout } = await promisify(execFile)(program, command, { timeout: 50_000 });
    expect(stdout.trim().split("\n").at(-1), target).toMatch(/^204,204,401,401 msg_1,msg_2 [a-z_.]+$/);
  }
});
