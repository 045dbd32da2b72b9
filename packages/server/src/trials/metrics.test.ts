import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { Metrics } from "../observe/metrics.ts";
import { retrying } from "../store/postgres/retry.ts";
import { connect } from "../store/sqlite/connection.ts";
import { testSigner } from "../testing/index.ts";
import type { Sample } from "./promql.ts";
import { deadLetter, importTrust, makeWatched, type Watched, withdraw } from "./watched.ts";

const docs = fileURLToPath(new URL("../../../../docs/operations.md", import.meta.url));
const DAY = 86_400_000;

let watched: Watched;
afterEach(() => watched.close());

/** Sum of the samples of a name whose labels are these. */
function valueIn(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

// What stays the same while a process runs.
const CONSTANT = new Set(["settld_build_info", "settld_process_start_timestamp_seconds"]);
const FAMILY = /_(?:bucket|sum|count)$/;

test("every metric moves, and no label has a value that somebody else chooses", async () => {
  watched = await makeWatched();
  const { world, faults } = watched;
  const seen = new Map<string, Set<number>>();
  const labels = new Map<string, Set<string>>();
  const scrape = async (): Promise<readonly Sample[]> => {
    const samples = await watched.scrape();
    for (const { name, labels: own, value } of samples) {
      const key = `${name} ${JSON.stringify(own)}`;
      seen.set(key, (seen.get(key) ?? new Set()).add(value));
      for (const [label, text] of Object.entries(own)) labels.set(label, (labels.get(label) ?? new Set()).add(text));
    }
    return samples;
  };
  await scrape();
  const alpha = await world.tenant("secret-tenant");
  await world.deposit(alpha.buyer.id, "1000000");

  // A settlement, from the money to the receipt: funded at once, submitted after a minute, judged after two more.
  const job = world.job(alpha, "job");
  await job.offer();
  await job.accept();
  await job.fund();
  await world.server.advance(60_000);
  await job.submit();
  const review = await scrape();
  expect(valueIn(review, "settld_agreements", { status: "review" })).toBe(1);
  await world.server.advance(120_000);
  await job.attest();
  const settled = await scrape();
  expect(valueIn(settled, "settld_settlement_duration_seconds_sum", { since: "funded" })).toBe(180);
  expect(valueIn(settled, "settld_settlement_duration_seconds_sum", { since: "submitted" })).toBe(120);
  for (const step of ["agreement.offered", "agreement.accepted", "escrow.funded", "work.submitted"]) {
    expect(valueIn(settled, "settld_admission_duration_seconds_count", { step })).toBe(1);
  }

  // Idempotency: the same again, another request, and one while the first is running.
  const send = world.send(alpha.buyer.apiKey);
  const withdrawal = (value: string): object => ({
    party: alpha.buyer.id,
    amount: { value, assetCode: "USD", assetScale: 2 },
    destination: "bank",
  });
  const headers = { "idempotency-key": "once" };
  await send("POST", "/v1/withdrawals", { headers, body: withdrawal("1") });
  await send("POST", "/v1/withdrawals", { headers, body: withdrawal("1") });
  await send("POST", "/v1/withdrawals", { headers, body: withdrawal("2") });
  let open = (): void => {};
  faults.signerGate = new Promise((resolve) => {
    open = resolve;
  });
  const running = send("POST", "/v1/withdrawals", { headers: { "idempotency-key": "two" }, body: withdrawal("1") });
  const during = await scrape();
  expect(valueIn(during, "settld_http_requests_in_flight")).toBe(1);
  await send("POST", "/v1/withdrawals", { headers: { "idempotency-key": "two" }, body: withdrawal("1") });
  open();
  await running;
  delete faults.signerGate;
  const told = await scrape();
  for (const outcome of ["replayed", "reused", "in_flight"]) {
    expect(valueIn(told, "settld_idempotency_total", { outcome })).toBe(1);
  }
  await send("GET", "/v1/nothing-here");
  expect(valueIn(await scrape(), "settld_http_requests_total", { operation: "none", status: "4xx" })).toBe(1);

  // A stream that is open, and one that is not any more.
  const gone = new AbortController();
  const stream = await world.answering(
    new Request(`${world.base}/v1/messages/stream`, {
      headers: { authorization: `Bearer ${alpha.buyer.apiKey}` },
      signal: gone.signal,
    }),
  );
  expect(stream.status).toBe(200);
  expect(valueIn(await scrape(), "settld_http_streams_open")).toBe(1);
  await stream.body?.cancel();
  expect(valueIn(await scrape(), "settld_http_streams_open")).toBe(0);

  // Payouts that stay, timers that stay, a signer and a store that fail.
  faults.rail = new Error("the bank is closed");
  await withdraw(world, alpha);
  await world.server.server.services.payouts.run();
  await world.job(alpha, "late").offer();
  faults.signer = new Error("no key");
  await world.server.advance(2 * 3_600_000);
  faults.store = new Error("no disk");
  await send("GET", "/v1/agreements");
  delete faults.store;
  const broken = await scrape();
  expect(valueIn(broken, "settld_outbox_pending", { kind: "payout" })).toBe(1);
  expect(valueIn(broken, "settld_outbox_oldest_seconds", { kind: "payout" })).toBe(7_200);
  expect(valueIn(broken, "settld_timers_due")).toBe(2);
  expect(valueIn(broken, "settld_timers_lag_seconds")).toBe(3_600);
  expect(valueIn(broken, "settld_signer_errors_total", { role: "settler" })).toBeGreaterThan(0);
  expect(valueIn(broken, "settld_store_errors_total", { kind: "read" })).toBeGreaterThan(0);
  delete faults.signer;
  delete faults.rail;
  await world.server.advance(120_000);

  // Two who append at once, of whom the store takes one.
  const other = world.job(alpha, "conflict");
  await other.offer();
  const change = await world.server.server.services.store.write({ outboxDone: ["nothing"] });
  expect(change.ok).toBe(false);
  let tries = 0;
  const deadlocked = async (): Promise<void> => {
    tries += 1;
    if (tries === 1) throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
  };
  await retrying(deadlocked, () => true);
  expect(valueIn(await scrape(), "settld_store_retries_total", { reason: "deadlock" })).toBe(1);

  // A book that somebody has changed, before and after it is reconciled.
  await world.operator("GET", "/v1/audit");
  const audited = await scrape();
  expect(valueIn(audited, "settld_reconciliation_findings")).toBe(0);
  expect(valueIn(audited, "settld_reconciliation_timestamp_seconds")).toBe(world.server.time.now() / 1e3);
  const connection = await connect(join(world.folder, "store.db"));
  connection.exec("PRAGMA ignore_check_constraints = ON");
  connection.exec("UPDATE accounts SET balance = '-5' WHERE kind = 'available' AND owner LIKE '%buyer%'");
  connection.exec("UPDATE accounts SET balance = '3' WHERE kind = 'escrow'");
  connection.close();
  await world.operator("GET", "/v1/audit");
  const wrong = await scrape();
  expect(valueIn(wrong, "settld_ledger_imbalance")).toBeGreaterThan(0);
  expect(valueIn(wrong, "settld_ledger_negative_accounts")).toBe(1);
  expect(valueIn(wrong, "settld_ledger_escrow_left")).toBe(1);
  expect(valueIn(wrong, "settld_reconciliation_findings")).toBeGreaterThan(0);

  await deadLetter(world, alpha.buyer.apiKey);
  const dead = await scrape();
  expect(valueIn(dead, "settld_outbox_dead", { kind: "delivery" })).toBeGreaterThan(0);
  expect(valueIn(dead, "settld_webhook_deliveries_total", { outcome: "dead" })).toBeGreaterThan(0);

  const row = await world.store.party("https://settler.example");
  const revoked = { at: new Date(world.server.time.now()).toISOString(), reason: "superseded" as const };
  if (row !== undefined) {
    await world.server.server.services.trust.register([{ ...row, keys: row.keys.map((key) => ({ ...key, revoked })) }]);
  }
  world.server.server.drain();
  const ending = await scrape();
  expect(valueIn(ending, "settld_ready", { part: "running" })).toBe(0);
  expect(valueIn(ending, "settld_settler_key_allowed")).toBe(0);

  const moved = new Set<string>();
  for (const [key, values] of seen) if (values.size > 1) moved.add((key.split(" ")[0] ?? "").replace(FAMILY, ""));
  const names = (await world.server.server.services.metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
  // Those of an imported trust document have a test of their own.
  const still = names.filter(
    (name) => !moved.has(name) && !CONSTANT.has(name) && name !== "settld_trust_expires_timestamp_seconds",
  );
  expect(still).toEqual([]);
  const texts = [...labels.values()].flatMap((values) => [...values]).join("\n");
  expect(texts).not.toMatch(/secret-tenant|sha256|USD|req_|wd_|https:/);
  // However many agreements there are.
  expect(seen.size).toBeLessThan(2_500);
});

test("the end of an imported trust document is told, and nothing where the server signs its own", async () => {
  const registry = await testSigner("registry");
  watched = await makeWatched({ registry: { publicKey: registry.publicKey } });
  const name = "settld_trust_expires_timestamp_seconds";
  expect((await watched.scrape()).some((one) => one.name === name)).toBe(false);
  await importTrust(watched.world, 30 * DAY);
  const expires = (watched.world.server.time.now() + 30 * DAY) / 1e3;
  expect(valueIn(await watched.scrape(), name, { source: "imported" })).toBe(expires);
});

test("nothing but /metrics is there, and the API's port has none", async () => {
  watched = await makeWatched();
  const { url } = watched.metrics;
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/v1/agreements`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
  const found = await fetch(`${url}/metrics`);
  expect(found.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect((await fetch(`${watched.world.server.url}/metrics`)).status).toBe(404);
  const { answering, base, server } = watched.world;
  const headers = { authorization: `Bearer ${server.operatorKey}` };
  expect((await answering(new Request(`${base}/metrics`, { headers }))).status).toBe(404);
});

test("figures are read once a period, however often they are asked for, and stay when the store fails", async () => {
  watched = await makeWatched({ figuresMs: 3_600_000 });
  const { faults, world } = watched;
  let reads = 0;
  faults.figures = (found) => {
    reads += 1;
    return found;
  };
  await Promise.all([1, 2, 3, 4].map(() => watched.scrape()));
  await watched.scrape();
  expect(reads).toBe(1);
  faults.store = new Error("no disk");
  expect(valueIn(await watched.scrape(), "settld_ready", { part: "store" })).toBe(0);
  expect(valueIn(await watched.scrape(), "settld_figures_timestamp_seconds")).toBe(world.server.time.now() / 1e3);
});

describe("the page for operators", () => {
  test("lists every metric with its kind, its labels and what it says, and no other", async () => {
    watched = await makeWatched();
    const metrics = new Metrics();
    const rows = (await metrics.registry.getMetricsAsJSON()).map(({ name, type, help }) => {
      const { labelNames } = metrics.registry.getSingleMetric(name) as unknown as { readonly labelNames: string[] };
      const labels = labelNames.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${labels === "" ? "–" : labels} | ${help} |`;
    });
    metrics.close();
    const table = readFileSync(docs, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `settld_"));
    expect(table).toEqual(rows);
  });
});
