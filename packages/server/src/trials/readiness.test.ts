import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { connect } from "../store/sqlite/connection.ts";
import type { Reply } from "./client.ts";
import { makeWatched, type Watched } from "./watched.ts";

let watched: Watched;
afterEach(() => watched.close());

const ready = (): Promise<Reply> => watched.world.send()("GET", "/readyz");
const detail = async (): Promise<string> => {
  const { status, body, headers } = await ready();
  expect([status, body.code, headers.get("retry-after")]).toEqual([503, "HTTP_UNAVAILABLE", "1"]);
  return body.detail;
};

test("a server in order is ready in every part", async () => {
  watched = await makeWatched();
  const { status, body } = await ready();
  expect([status, body]).toEqual([200, { status: "ok", parts: ["store", "migrations", "signer", "running"] }]);
});

test("each part that is not ready is named, without its inside, and the process lives all the time", async () => {
  watched = await makeWatched();
  const { world, faults } = watched;
  const alive = async (): Promise<void> =>
    expect((await world.send()("GET", "/healthz")).body).toEqual({ status: "ok" });

  faults.signer = new Error("connect ECONNREFUSED 10.0.0.7:443 with token s3cret-token");
  expect(await detail()).toBe("expected a server that is ready, found: the settler's key does not sign");
  await alive();

  faults.store = new Error("password authentication failed for user settld");
  expect(await detail()).toBe(
    "expected a server that is ready, found: the store does not answer; the settler's key does not sign",
  );
  await alive();
  delete faults.store;
  delete faults.signer;
});

test("a store that another program has migrated is none of this one's", async () => {
  watched = await makeWatched();
  const connection = await connect(join(watched.world.folder, "store.db"));
  const version = Number(connection.sql("PRAGMA user_version").get()?.["user_version"]);
  connection.exec(`PRAGMA user_version = ${version + 1}`);
  expect(await detail()).toMatch(
    `found: the store has version ${version + 1}, and this program is for version ${version}`,
  );
  connection.exec(`PRAGMA user_version = ${version}`);
  connection.close();
  expect((await ready()).status).toBe(200);
});

test("a signer is not asked again for every probe", async () => {
  watched = await makeWatched();
  const { services } = watched.world.server.server;
  const signed = async (): Promise<number> => {
    const found = await services.metrics.signerSeconds.get();
    return found.values
      .filter(({ metricName }) => metricName?.endsWith("_count"))
      .reduce((n, { value }) => n + value, 0);
  };
  await ready();
  const before = await signed();
  await Promise.all(Array.from({ length: 20 }, ready));
  expect(await signed()).toBe(before);
});

test("a server that drains is not ready, and answers everything until it is closed", async () => {
  watched = await makeWatched();
  const { world } = watched;
  world.server.server.drain();
  expect(await detail()).toBe("expected a server that is ready, found: the server is shutting down");
  const alpha = await world.tenant("alpha");
  await world.job(alpha, "still").offer();
  const { status, headers } = await world.operator("GET", "/v1/agreements");
  expect([status, headers.get("connection")]).toEqual([200, "close"]);
});
