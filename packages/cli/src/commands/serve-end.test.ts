import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { runChild } from "../testing/run-main.ts";
import { type ServeProcess, startServe } from "../testing/serve-process.ts";

const scratch = mkdtempSync(join(tmpdir(), "settld-end-"));
let folders = 0;
const newFolder = (): string => {
  const folder = join(scratch, `${folders++}`);
  mkdirSync(folder);
  return folder;
};
afterAll(() => rmSync(scratch, { recursive: true }));

async function apiKey(cwd: string): Promise<string> {
  const made = await runChild([
    ...["admin", "keys", "create", "--dir", join(cwd, ".settld")],
    ...["--tenant", "operator", "--scope", "operator"],
  ]);
  return made.stdout.trim();
}

/** Registers a party and asks for deposits to it, one after another, until nobody answers. */
type Answer = { readonly reference: string; readonly status: number; readonly body: { readonly id?: string } };

async function deposit(url: string, key: string, reference: string): Promise<Answer> {
  const response = await fetch(`${url}/v1/deposits`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "idempotency-key": reference, "content-type": "application/json" },
    body: JSON.stringify({
      party: "https://acme.example",
      amount: { value: "1", assetCode: "USD", assetScale: 2 },
      reference,
    }),
  });
  // An answer that was cut off is no JSON.
  return { reference, status: response.status, body: (await response.json()) as Answer["body"] };
}

const ACME_KEY = "ZUQ79ThfsCKe8l1pObrfOFhkD81SPG-46hEim-rTRVE";

async function registerParty(url: string, key: string): Promise<void> {
  const response = await fetch(`${url}/v1/parties`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "idempotency-key": "party", "content-type": "application/json" },
    body: JSON.stringify({
      id: "https://acme.example",
      roles: ["buyer"],
      keys: [{ jwk: { kty: "OKP", crv: "Ed25519", x: ACME_KEY } }],
    }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

const codeOf = (error: unknown): string | undefined =>
  (error as { readonly cause?: { readonly code?: string } }).cause?.code;

/** Lines of a JSON log about one operation. */
const linesOf = (serve: ServeProcess, operation: string): { readonly status: number }[] =>
  serve
    .printed()
    .stderr.split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly operation?: string; readonly status: number })
    .filter((line) => line.operation === operation);

describe("an end under load", () => {
  test("says so first, answers everything that it took, and loses nothing", async () => {
    const cwd = newFolder();
    const args = ["--log", "json", "--drain", "1", "--grace", "10"];
    const serve = await startServe(cwd, args);
    const key = await apiKey(cwd);
    await registerParty(serve.url, key);
    const stream = await fetch(`${serve.url}/v1/messages/stream`, { headers: { authorization: `Bearer ${key}` } });
    const streamed = stream.text().then(
      () => "ended",
      (error: unknown) => `broke: ${error}`,
    );

    const answered: Answer[] = [];
    const refused: { readonly reference: string; readonly code: string | undefined }[] = [];
    let isOver = false;
    const worker = async (name: number): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        const reference = `transfer ${name} ${n}`;
        try {
          answered.push(await deposit(serve.url, key, reference));
          // Below the rate that a tenant has.
          await wait(50);
        } catch (error) {
          refused.push({ reference, code: codeOf(error) });
          return;
        }
      }
    };
    const working = Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)));
    await wait(500);
    const ended = serve.end("SIGTERM");
    const asked = Date.now();
    // Ready no more, and still there for everybody.
    await expect.poll(async () => (await fetch(`${serve.url}/readyz`)).status, { timeout: 900 }).toBe(503);
    expect((await fetch(`${serve.url}/healthz`)).status).toBe(200);
    const before = answered.length;
    await wait(300);
    expect(answered.length).toBeGreaterThan(before);
    expect(await ended).toBe(0);
    isOver = true;
    expect(Date.now() - asked).toBeLessThan(8_000);
    await working;
    expect(await streamed).toBe("ended");

    // Everybody who got no answer was not taken in; whoever was has a whole answer.
    for (const { code } of refused) expect(["ECONNREFUSED", "ECONNRESET", "UND_ERR_SOCKET"]).toContain(code);
    expect(answered.length).toBeGreaterThan(50);
    expect(answered.filter(({ status }) => status !== 201)).toEqual([]);
    expect(linesOf(serve, "deposits.create")).toHaveLength(answered.length);

    // What was answered is there after the next start, once, and what was not is made once.
    const again = await startServe(cwd, ["--log", "json"]);
    for (const { reference, body } of answered.slice(-20)) {
      expect(await deposit(again.url, key, reference)).toEqual({ reference, status: 201, body });
    }
    for (const { reference } of refused) expect((await deposit(again.url, key, reference)).status).toBe(201);
    expect(await again.end("SIGTERM")).toBe(0);
    const book = await runChild(["reconcile", "--dir", join(cwd, ".settld"), "--format", "json"]);
    expect(JSON.parse(book.stdout)).toMatchObject({ ok: true, entries: answered.length + refused.length });
  });
});

/** A request that is taken in and whose body never comes to an end. */
function hang(url: string, key: string): { readonly ended: Promise<string> } {
  const { hostname, port } = new URL(url);
  const asking = httpRequest({
    hostname,
    port,
    method: "POST",
    path: "/v1/deposits",
    headers: { authorization: `Bearer ${key}`, "idempotency-key": "hangs", "content-type": "application/json" },
  });
  asking.write("{");
  return {
    ended: new Promise((resolve) => {
      asking.on("response", ({ statusCode }) => resolve(`answered ${statusCode}`));
      asking.on("error", ({ message }) => resolve(message));
    }),
  };
}

describe("an end that something stands in the way of", () => {
  test("comes when the time for it is over, with 0", async () => {
    const cwd = newFolder();
    const serve = await startServe(cwd, ["--log", "json", "--grace", "0.5"]);
    const hanging = hang(serve.url, await apiKey(cwd));
    await wait(200);
    const asked = Date.now();
    expect(await serve.end("SIGTERM")).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(await hanging.ended).toMatch(/socket hang up|ECONNRESET|answered 503/);
  });

  test("comes at once with a second signal", async () => {
    const cwd = newFolder();
    const serve = await startServe(cwd, ["--log", "json", "--drain", "60"]);
    const ended = serve.end("SIGTERM");
    await expect.poll(async () => (await fetch(`${serve.url}/readyz`)).status).toBe(503);
    expect(serve.printed().stderr).toContain('"notice":"draining for 60 s"');
    const asked = Date.now();
    expect(await serve.end("SIGTERM")).toBe(143);
    expect(await ended).toBe(143);
    expect(Date.now() - asked).toBeLessThan(2_000);
    // The lock went with the process.
    const next = await startServe(cwd);
    expect(await next.end("SIGINT")).toBe(0);
  });
});

test.each([
  ["--drain", "-1"],
  ["--drain", "soon"],
  ["--grace", "3601"],
  ["--metrics-port", "70000"],
])("%s %s is refused before anything is made", async (option, value) => {
  const cwd = newFolder();
  const run = await runChild(["serve", "--dir", join(cwd, ".settld"), "--port", "0", option, value]);
  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toMatch(new RegExp(`^settld: CLI_USAGE: ${option}: .*\\n$`));
});

test("/metrics are at an address of their own, when one is named", async () => {
  const cwd = newFolder();
  const serve = await startServe(cwd, ["--metrics-port", "0", "--log", "json"]);
  const { metrics } = JSON.parse(serve.printed().stdout) as { readonly metrics: string };
  expect(new URL(metrics).hostname).toBe("127.0.0.1");
  expect(new URL(metrics).host).not.toBe(new URL(serve.url).host);
  expect(await (await fetch(metrics)).text()).toContain("settld_ledger_imbalance 0\n");
  expect((await fetch(`${serve.url}/metrics`)).status).toBe(404);
  expect(await serve.end("SIGTERM")).toBe(0);
  expect(readFileSync(join(cwd, ".settld", "settler.jwk"), "utf8")).toContain('"d"');
});

test("spans are made when an SDK of OpenTelemetry is registered before the start, and none without one", async () => {
  const cwd = newFolder();
  const tracing = join(cwd, "tracing.mjs");
  const server = fileURLToPath(new URL("../../../server/package.json", import.meta.url));
  writeFileSync(
    tracing,
    `import { createRequire } from "node:module";
const require = createRequire(${JSON.stringify(server)});
const { NodeTracerProvider, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-node");
const exporter = {
  export(spans, done) {
    for (const { name, parentSpanContext } of spans) {
      process.stderr.write(JSON.stringify({ span: name, parent: parentSpanContext?.traceId }) + "\\n");
    }
    done({ code: 0 });
  },
  shutdown: async () => {},
};
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
`,
  );
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  for (const env of [{}, { NODE_OPTIONS: `--import=${tracing}` }]) {
    const serve = await startServe(cwd, ["--log", "json"], env);
    await fetch(`${serve.url}/readyz`, { headers });
    expect(await serve.end("SIGTERM")).toBe(0);
    const { stderr } = serve.printed();
    expect(stderr.includes(`{"span":"GET /readyz","parent":"${traceId}"}`)).toBe("NODE_OPTIONS" in env);
    expect(stderr).toContain(`"trace":"${traceId}"`);
  }
});
