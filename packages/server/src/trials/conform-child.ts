/**
 * The server that the conformance kit judges, as a process of its own: `conform-child.ts <folder>`. It serves a store in
 * the folder, or in the database SETTLD_TRIAL_DATABASE, with keys that nobody else has and the real clock, and prints
 * one line of JSON: its URL, an operator's API key and the registry's public key.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { jwkFromPublicKey, signerFromSeed } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { newApiKey } from "../http/api-keys.ts";
import { listen } from "../listen.ts";
import { createServer } from "../server.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";

const signer = () => signerFromSeed(new Uint8Array(randomBytes(32)), defaultCrypto);

async function main(folder: string): Promise<void> {
  const url = process.env["SETTLD_TRIAL_DATABASE"];
  const store =
    url === undefined
      ? await openSqliteStore({ folder: join(folder, "store"), mode: "serve" })
      : await openPostgresStore({ url, pool: { max: 4 } });
  const registry = await signer();
  const server = await createServer({
    store,
    settler: { id: "https://settler.example", signer: await signer() },
    registry: { id: "https://registry.example", signer: registry },
    webhooks: { allowLoopback: true },
  });
  const { key, row } = newApiKey("operator", ["operator"], "conformance", Date.now());
  await store.write({ apiKeys: [row] });
  const listening = await listen(server);
  const said = { url: listening.url, operatorKey: key, root: jwkFromPublicKey(registry.publicKey) };
  writeSync(1, `${JSON.stringify(said)}\n`);
  process.once("SIGTERM", () => {
    void listening
      .close(0)
      .then(() => server.close())
      .then(() => process.exit(0));
  });
}

await main(process.argv[2] ?? ".");
