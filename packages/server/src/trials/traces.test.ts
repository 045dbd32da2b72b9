import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RequestRecord } from "../http/app.ts";
import { makeWatched, type Watched, withdraw } from "./watched.ts";

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
beforeAll(() => provider.register());
afterAll(() => provider.shutdown());

const records: RequestRecord[] = [];
let watched: Watched;
beforeEach(async () => {
  records.length = 0;
  watched = await makeWatched({ onRequest: (record) => void records.push(record) });
  exporter.reset();
});
afterEach(() => watched.close());

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
const named = (name: string): ReadableSpan[] => spans().filter((span) => span.name === name);
const served = (route: string): ReadableSpan => {
  const found = spans().filter(
    ({ attributes, kind }) => kind === SpanKind.SERVER && attributes["http.route"] === route,
  );
  const [span] = found;
  if (span === undefined || found.length > 1) throw new Error(`expected one span of ${route}, found ${found.length}`);
  return span;
};

test("a request is a span below the caller's, with what it did to store and signer below it", async () => {
  const { world } = watched;
  const alpha = await world.tenant("alpha");
  await world.job(alpha, "one").offer();
  exporter.reset();
  records.length = 0;
  const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };
  const amount = { value: "5", assetCode: "USD", assetScale: 2 };
  const body = { party: alpha.buyer.id, amount, reference: "transfer 1" };
  expect((await world.operator("POST", "/v1/deposits", { headers, body })).status).toBe(201);
  const span = served("/v1/deposits");
  expect(span.name).toBe("POST /v1/deposits");
  expect(span.spanContext().traceId).toBe(TRACE);
  expect(span.parentSpanContext?.spanId).toBe(PARENT);
  expect(span.attributes).toEqual({
    "http.request.method": "POST",
    "url.scheme": "http",
    "http.route": "/v1/deposits",
    "http.response.status_code": 201,
  });
  const below = spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === span.spanContext().spanId);
  expect(below.map(({ name }) => name)).toEqual(expect.arrayContaining(["store apiKey", "store write", "signer sign"]));
  for (const { kind } of below) expect(kind).toBe(SpanKind.CLIENT);
  // The log leads to the trace.
  expect(records).toMatchObject([{ operation: "deposits.create", trace: TRACE }]);
});

test("refusals and faults are told by their codes", async () => {
  const { world, faults } = watched;
  await world.operator("GET", "/v1/agreements/nothing");
  await world.operator("BREW" as "GET", "/v1/agreements");
  faults.store = new Error("connect ECONNREFUSED 10.0.0.7:5432");
  await world.operator("GET", "/v1/deposits");
  const [unknown, method, fault] = spans().filter(({ kind }) => kind === SpanKind.SERVER);
  expect(unknown).toMatchObject({
    name: "GET /v1/agreements/{agreement}",
    attributes: { "http.response.status_code": 400, "error.type": "HTTP_PARAMETER" },
    status: { code: SpanStatusCode.UNSET },
  });
  expect(method).toMatchObject({
    name: "_OTHER",
    attributes: { "http.request.method": "_OTHER", "error.type": "HTTP_METHOD" },
  });
  expect(fault).toMatchObject({
    attributes: { "http.response.status_code": 500, "error.type": "HTTP_INTERNAL" },
    status: { code: SpanStatusCode.ERROR },
  });
  expect(named("store apiKey").at(-1)).toMatchObject({ status: { code: SpanStatusCode.ERROR } });
});

test("what is done later has a trace of its own, linked to the request that caused it", async () => {
  const { world } = watched;
  const alpha = await world.tenant("alpha");
  await world.deposit(alpha.seller.id, "1000000");
  await world.job(alpha, "late").offer();
  const acme = world.send(alpha.seller.apiKey);
  await acme("POST", "/v1/webhook_endpoints", { body: { url: "http://127.0.0.1:9/hook" } });
  exporter.reset();
  await withdraw(world, alpha);
  await world.server.server.services.payouts.run();
  await world.server.server.services.deliveries.run();
  const request = served("/v1/withdrawals");
  const [payout] = named("payout");
  expect(payout?.parentSpanContext).toBeUndefined();
  expect(payout?.spanContext().traceId).not.toBe(request.spanContext().traceId);
  expect(payout?.links).toMatchObject([{ context: { spanId: request.spanContext().spanId } }]);
  const [rail] = named("rail pay");
  expect(rail?.spanContext().traceId).toBe(payout?.spanContext().traceId);
  const [delivery] = named("webhook delivery");
  expect(delivery?.parentSpanContext).toBeUndefined();
  expect(delivery?.links.length).toBe(1);
  expect(named("webhook POST")[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR } });

  exporter.reset();
  await world.server.advance(2 * 3_600_000);
  const [timer] = named("timer");
  expect(timer?.parentSpanContext).toBeUndefined();
  expect(timer?.links.length).toBe(1);
  expect(spans().some(({ name, parentSpanContext }) => name === "store write" && parentSpanContext !== undefined)).toBe(
    true,
  );
});

test("no attribute, name or event has a secret, an id of a party or a tenant, or what somebody wrote", async () => {
  const { world, faults } = watched;
  const alpha = await world.tenant("alpha");
  await world.deposit(alpha.buyer.id, "1000000");
  const job = world.job(alpha, "all");
  await job.offer();
  await job.accept();
  await job.fund();
  await job.submit();
  await job.attest();
  faults.signer = new Error(`no key for ${alpha.buyer.apiKey}`);
  await job.dispute().catch(() => {});
  delete faults.signer;
  faults.rail = new Error("https://user:password@bank.example");
  await withdraw(world, alpha).catch(() => {});
  await world.server.server.services.payouts.run();
  await world.operator("GET", `/v1/agreements?cursor=${alpha.buyer.apiKey}`);
  const told = spans().map(({ name, attributes, events, status, links }) =>
    JSON.stringify([name, attributes, events, status, links.map((link): Attributes => link.attributes ?? {})]),
  );
  expect(told.length).toBeGreaterThan(100);
  const all = told.join("\n");
  for (const party of Object.values(alpha)) {
    expect(all).not.toContain(party.apiKey);
    expect(all).not.toContain(party.id);
    expect(all).not.toContain(party.tenant);
  }
  expect(all).not.toMatch(/settld_|sha256:|password|no key|Bearer|48000/);
});

test("without an SDK nothing is recorded, and the log has the trace of the caller", async () => {
  trace.disable();
  try {
    await watched.world.operator("GET", "/healthz", { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } });
    await watched.world.operator("GET", "/healthz", { headers: { traceparent: "00-zz-1" } });
    await watched.world.operator("GET", "/healthz");
    expect(spans()).toEqual([]);
    expect(records.map((record) => record.trace)).toEqual([TRACE, undefined, undefined]);
    expect(trace.getSpan(ROOT_CONTEXT)).toBeUndefined();
  } finally {
    provider.register();
  }
});
