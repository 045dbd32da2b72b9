import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { utf8 } from "@settld/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digest } from "../store/contract/samples.ts";
import { connect } from "../store/sqlite/connection.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { startTestServer, type TestServer } from "../testing/index.ts";
import { readKeyRing } from "./key-ring.ts";

const SMALL = "a small secret";
const LARGE = "a large secret ".repeat(20_000);
let folder: string;
let server: TestServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-sealed-"));
  const keys = await readKeyRing(createHash("sha256").update("a").digest("base64"), "ring");
  server = await startTestServer({ store: await openSqliteStore({ folder, mode: "serve", evidenceKeys: keys }) });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const ask = async (apiKey: string, text: string, method = "GET", body?: Uint8Array): Promise<Response> =>
  server.server.fetch(
    new Request(`http://settld.example/v1/evidence/${digest(text)}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/octet-stream" },
      ...(body === undefined ? {} : { body: body.slice() }),
    }),
  );

/** Changes the rows of evidence behind the back of the server. */
async function tamper(sql: string): Promise<void> {
  const connection = await connect(join(folder, "store.db"));
  expect(Number(connection.sql(sql).run().changes)).toBeGreaterThan(0);
  connection.close();
  // What is read in one turn of the event loop is read in one transaction.
  await setImmediate();
}

test("what is wrong with a seal is a refusal with its code, and never plain bytes nor the end of the server", async () => {
  const acme = await server.party("acme", "buyer");
  const evil = await server.party("evil", "buyer");
  for (const text of [SMALL, LARGE]) expect((await ask(acme.apiKey, text, "PUT", utf8(text))).status).toBe(201);
  const other = "another small one";
  await ask(evil.apiKey, other, "PUT", utf8(other));
  expect(await (await ask(acme.apiKey, LARGE)).text()).toBe(LARGE);

  const refused = async (text: string, code: string, apiKey = acme.apiKey): Promise<void> => {
    const response = await ask(apiKey, text);
    const problem = (await response.json()) as { readonly code: string; readonly detail: string };
    expect([problem.code, response.status]).toEqual([code, code === "STORE_KEY_MISSING" ? 503 : 500]);
    expect(problem.detail).toBe("expected evidence that opens, found that its seal does not");
  };
  const [small, large] = [digest(SMALL), digest(LARGE)];
  // Bytes and keys of two objects of two tenants are swapped.
  await tamper(`UPDATE evidence SET tenant = 'evil' WHERE digest = '${large}'`);
  await refused(LARGE, "STORE_SEAL_BROKEN");
  await tamper(`UPDATE evidence SET tenant = 'acme' WHERE digest = '${large}'`);
  await tamper(
    `UPDATE evidence_bytes SET bytes = (SELECT bytes FROM evidence_bytes WHERE digest = '${digest(other)}') WHERE digest = '${small}'`,
  );
  await refused(SMALL, "STORE_SEAL_BROKEN");
  await tamper(
    `UPDATE evidence SET wrapped_key = (SELECT wrapped_key FROM evidence WHERE digest = '${digest(other)}') WHERE digest = '${large}'`,
  );
  await refused(LARGE, "STORE_SEAL_BROKEN");
  await tamper(`UPDATE evidence SET key_id = 'ek_${"x".repeat(22)}' WHERE digest = '${large}'`);
  await refused(LARGE, "STORE_KEY_MISSING");
  await tamper(
    `UPDATE evidence_bytes SET bytes = CAST(x'53746c640201' || substr(bytes, 7) AS BLOB) WHERE digest = '${digest(other)}'`,
  );
  await refused(other, "STORE_SEAL_VERSION", evil.apiKey);
  // Called plain, the sealed bytes are still not what the digest names.
  await tamper(`UPDATE evidence SET key_id = NULL, wrapped_key = NULL WHERE digest = '${small}'`);
  const plain = await ask(acme.apiKey, SMALL).then((response) => response.text().catch(() => "broke off"));
  expect(plain).not.toContain("secret");
  expect((await ask(acme.apiKey, SMALL, "HEAD")).status).toBe(200);
});
