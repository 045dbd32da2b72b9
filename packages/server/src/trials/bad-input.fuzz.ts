import {
  base64Decode,
  CODES,
  type Code,
  canonicalBytes,
  type Envelope,
  type JsonValue,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  parseJson,
  signEnvelope,
  thumbprint,
} from "@settld/protocol";
import { copyOf, HOSTILE, mutationsOf, PATIENCE, randomOf, runs } from "@settld/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as answers from "../gen/answers.js";
import { ROUTES, type Route } from "../gen/routes.ts";
import { runRetention, tombstoneSigner } from "../retention/run.ts";
import { accountId } from "../store/account-id.ts";
import { testSigner } from "../testing/index.ts";
import { freshKey, provenKey, type Reply, readReply } from "./client.ts";
import { type Job, offerOf, sealed, workOf } from "./job.ts";
import { NOWHERE } from "./receiver.ts";
import { type Draw, operationOf, parametersOf, type Schema, sampleOf } from "./sample.ts";
import { trialStoreName } from "./trial-store.ts";
import { makeWorld, type Tenant, type World } from "./world.ts";

// Requests made from the schemas of the document and then bent. A case is named by its seed:
// SETTLD_FUZZ_SEED=<seed> runs this one alone.
// What refuses is the same over every store.
const USUAL = trialStoreName() === "SQLite" ? 80 : 25;
const ONLY = process.env["SETTLD_FUZZ_SEED"];
const CASES = ONLY === undefined ? Number(process.env["SETTLD_FUZZ_RUNS"] ?? runs(USUAL)) : 1;
const FIRST = 20_261_121;

type Finding = { readonly what: string; readonly message: string };

const ANSWERS = new Map<string, (value: unknown) => boolean>(Object.entries(answers));

const seen = new Set<string>();
const succeeded = new Set<string>();
let world: World;
let alpha: Tenant;
let review: Job;
let offered: Job;
let accepted: Job;
let known: Readonly<Record<string, readonly unknown[]>>;
// Which name a known key has, to prove that it is held.
const keyNames = new Map<string, string>();
let cursors: readonly string[];
let spareEndpoints: readonly string[];
let apiKeys: readonly string[];
let purged: string;

beforeAll(async () => {
  world = await makeWorld({
    limits: { evidenceBytes: 100_000, bodyMs: 5_000 },
    server: { webhooks: { poster: NOWHERE, endpointsMax: 1_000 } },
  });
  alpha = await world.tenant("alpha");
  const { buyer, seller, checker } = alpha;
  apiKeys = [world.server.operatorKey, buyer.apiKey];
  const deposit = await world.deposit(buyer.id, "500000");
  const closed = await (await (await (await world.job(alpha, "closed").offer()).accept()).fund()).submit();
  await (await closed.attest()).dispute();
  await closed.rule();
  review = await (await (await (await world.job(alpha, "review").offer()).accept()).fund()).submit();
  offered = await world.job(alpha, "offered").offer();
  accepted = await (await world.job(alpha, "accepted").offer()).accept();
  const amount = { value: "1", assetCode: "USD", assetScale: 2 };
  const withdrawn = await world.send(buyer.apiKey)("POST", "/v1/withdrawals", {
    body: { party: buyer.id, amount, destination: "refuse" },
  });
  const hooks = [
    "https://hooks.example/x",
    "https://8.8.8.8/",
    "http://hooks.example/",
    "https://10.0.0.1/",
    "https://[::1]/",
  ];
  const [endpoint, ...endpoints] = [await makeEndpoint(), await makeEndpoint(), await makeEndpoint()];
  spareEndpoints = [await makeEndpoint(), await makeEndpoint(), "we_none"];
  const tried = await tryEndpoint(endpoint);
  const jobs = [closed, review, offered, accepted];
  const stranger = await testSigner("fuzz stranger");
  const newcomers = await Promise.all(Array.from({ length: 30 }, (_, n) => testSigner(`fuzz newcomer ${n}`)));
  for (const name of ["fuzz stranger", ...newcomers.map((_, n) => `fuzz newcomer ${n}`)]) {
    keyNames.set(jwkFromPublicKey((await testSigner(name)).publicKey).x, name);
  }
  known = {
    KeyProof: [(await provenKey(buyer.id, "fuzz stranger")).proof],
    Digest: [...jobs.map(({ agreement }) => agreement.id), closed.work.digest, `sha256:${"0".repeat(64)}`],
    AccountId: (["available", "escrow", "rail", "fee"] as const).map((kind) =>
      accountId({ kind, owner: kind === "escrow" ? review.agreement.id : buyer.id, assetCode: "USD", assetScale: 2 }),
    ),
    DepositId: [deposit, "dep_none"],
    WithdrawalId: [withdrawn.body.id, "wd_none"],
    ApiKeyId: ["key_none", (await world.key("alpha", ["money:read"])).id],
    PartyId: [
      buyer.id,
      buyer.id,
      seller.id,
      checker.id,
      "https://new.example",
      "did:example:1",
      `https://a.example/${"x".repeat(238)}`,
    ],
    Thumbprint: [checker.signer.keyid, thumbprint(stranger.publicKey)],
    Jwk: [checker.signer, stranger, ...newcomers].map(({ publicKey }) => jwkFromPublicKey(publicKey)),
    Amount: [
      { value: "1", assetCode: "USD", assetScale: 2 },
      { value: "1000", assetCode: "USD", assetScale: 2 },
      { value: `${10n ** 30n}`, assetCode: "USD", assetScale: 2 },
      { value: "1", assetCode: "EUR", assetScale: 30 },
    ],
    Name: ["alpha", "a", "a".repeat(64)],
    PositiveValue: ["1", "1000", `${10n ** 30n}`],
    Value: ["1", `${10n ** 30n}`],
    AssetCode: ["USD", "EUR", "eip155:1/erc20:0x0"],
    Instant: ["2026-11-02T09:00:00.000Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
    Cursor: ["x"],
    WebhookEndpointId: ["we_none", endpoint, endpoint, ...endpoints],
    DeliveryId: ["dlv_none", tried, tried],
    FeedCursor: ["cur_0", "cur_1", "cur_999999", "cur_999999999999999"],
    MessageTypes: ["escrow.funded", "deposit.booked,receipt.issued", "a.b"],
    WebhookUrl: hooks,
    WebhookSecret: [
      `whsec_${"A".repeat(32)}`,
      `whsec_${"A".repeat(86)}==`,
      `whsk_${"B".repeat(42)}A=`,
      `whsk_${Buffer.from("another seed of thirty-two bytes").toString("base64")}`,
      `whsec_${"A".repeat(22)}`,
    ],
  };
  purged = await purgeUpload();
  const lists = await Promise.all(
    ROUTES.filter(({ query }) => query.some(({ name }) => name === "cursor")).map(async ({ path }) => {
      const full = path
        .replace("{agreement}", review.agreement.id)
        .replace("{account}", String(known["AccountId"]?.[0]))
        .replace("{endpoint}", endpoint);
      return (await world.operator("GET", `${full}?limit=1`)).body?.nextCursor as string | null;
    }),
  );
  cursors = lists.filter((cursor) => typeof cursor === "string");
}, PATIENCE);

afterAll(() => world.close());

async function makeEndpoint(): Promise<string> {
  const body = { url: "https://hooks.example/x" };
  return (await world.send(alpha.buyer.apiKey)("POST", "/v1/webhook_endpoints", { body })).body.id;
}

/** Lets a message go to an endpoint, and says which delivery that is, when the first try is over. */
async function tryEndpoint(id: string): Promise<string> {
  const send = world.send(alpha.buyer.apiKey);
  const { body } = await send("POST", `/v1/webhook_endpoints/${id}/test`, { body: {} });
  const attempts = async (): Promise<number> => {
    await world.server.advance(0);
    return (await send("GET", `/v1/webhook_endpoints/${id}/deliveries`)).body.data[0].attempts;
  };
  await vi.waitUntil(async () => (await attempts()) > 0, { timeout: 20_000, interval: 20 });
  return body.id;
}

// What the cases of one route switch off or delete is what those of the next one need.
async function renewEndpoint(): Promise<void> {
  const id = await makeEndpoint();
  const tried = await tryEndpoint(id);
  const [, , , ...others] = known["WebhookEndpointId"] ?? [];
  known = { ...known, WebhookEndpointId: ["we_none", id, id, ...others], DeliveryId: ["dlv_none", tried, tried] };
}

// Evidence of which only the tombstone is left.
async function purgeUpload(): Promise<string> {
  const { data, digest } = workOf("purged");
  await world.send(alpha.buyer.apiKey)("PUT", `/v1/evidence/${digest}`, { body: data });
  const { now: clock } = world.server.time;
  const settler = { id: world.server.settler, signer: await testSigner("settler"), clock };
  const signer = tombstoneSigner(world.store, settler);
  await runRetention({ store: world.store, signer, clock, rule: { unreferencedDays: 0 } });
  return digest;
}

type Case = {
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | undefined;
};

// What an upload with the right digest sends.
const uploaded = workOf("uploaded");

const oneOf = <T>(draw: Draw, values: readonly T[]): T => values[draw(values.length)] as T;
const textBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));

/** An event that somebody may hand in just now, signed by its author, or nearly so. */
async function someEvent(
  route: Route,
  draw: Draw,
): Promise<{ readonly job: Job | undefined; readonly envelope: Envelope }> {
  const now = world.server.time.now();
  const events: (() => Promise<[Job | undefined, keyof Tenant, Envelope]>)[] =
    route.operationId === "agreements.create"
      ? [
          async () => {
            const payload = offerOf({ ...alpha, settler: world.server.settler }, `fuzz ${draw(1e9)}`, now);
            return [undefined, "buyer", await sealed(alpha.buyer, payload)];
          },
        ]
      : [
          async () => [offered, "seller", await offered.next("seller", "agreement.accepted", {})],
          async () => [offered, "buyer", await offered.next("buyer", "agreement.cancelled", { reason: "fuzz" })],
          async () => [review, "checker", await review.next("checker", "evidence.attested", review.attestation(false))],
          async () => [accepted, "seller", await accepted.next("seller", "work.submitted", accepted.submission())],
        ];
  const [job, author, envelope] = await oneOf(draw, events)();
  if (draw(4) === 0) return { job, envelope };
  const signer = alpha[draw(8) === 0 ? "arbiter" : author].signer;
  const payload = parseJson(base64Decode(envelope.payload)) as JsonValue;
  const bytes =
    draw(4) === 0
      ? bentText(JSON.stringify(payload), draw)
      : canonicalOf(oneOf(draw, mutationsOf(payload)).apply(payload), draw);
  return { job, envelope: await signEnvelope(PAYLOAD_TYPES.event, bytes, [signer]) };
}

// Not everything that a mutation makes has a canonical form.
function canonicalOf(value: JsonValue, draw: Draw): Uint8Array {
  try {
    return canonicalBytes(value);
  } catch {
    return bentText(JSON.stringify(value) ?? "null", draw);
  }
}

/** Text that is JSON and then bent as text: what no value can express. */
function bentText(text: string, draw: Draw): Uint8Array {
  const bytes = textBytes(text);
  const at = draw(bytes.length + 1);
  const insert = (...found: readonly number[]): Uint8Array =>
    new Uint8Array([...bytes.subarray(0, at), ...found, ...bytes.subarray(at)]);
  const ways: (() => Uint8Array)[] = [
    () => bytes.subarray(0, at),
    () => insert(0xff),
    () => insert(0xed, 0xa0, 0x80),
    () => insert(0),
    () => insert(0x5b),
    () => textBytes(`\ufeff${text}`),
    () => textBytes(`${text} x`),
    () => textBytes(text.replace(/^\{/, '{"party":1,"party":1,')),
    () => textBytes(text.replace(/^\{/, '{"\\u0070arty":1,"party":1,')),
    () => textBytes("[".repeat(5_000)),
    () => textBytes(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`),
    () => textBytes(text.replace(/"value":"[0-9]+"/, '"value":1e400')),
    () => textBytes(text.replace(/:/, ": -0, :")),
    () => textBytes(text.replace(/:"[^"]*"/, ':"\\ud800"')),
    () => textBytes(text.replace(/:"[^"]*"/, ":1.5")),
    () => new Uint8Array(0),
    () => textBytes(`"${"a".repeat(2_200_000)}"`),
    () => Uint8Array.from({ length: 200 }, () => draw(256)),
  ];
  return oneOf(draw, ways)();
}

const HOSTILE_TEXTS = [
  "",
  "%00",
  "%ff",
  "%c0%ae",
  "..%2f..%2fetc",
  "%2e%2e",
  "a".repeat(4_000),
  "__proto__",
  "constructor",
  "%F0%9F%98%80",
  "sha256%3A",
  "sha256:../../x",
  "%25",
  "%",
  "null",
  "-1",
  "1e3",
  "0x10",
  "9007199254740993",
  "%E2%80%AE",
  "'%20OR%201=1--",
];

function hostileCursor(route: Route, draw: Draw): string {
  const list = JSON.stringify([route.operationId]);
  const afters = [
    "",
    "-1",
    "1e999",
    "NaN",
    "9007199254740991",
    "1.5",
    " 1",
    "[]",
    "\u0000",
    "a".repeat(900),
    "sha256:x",
  ];
  const texts: (() => string)[] = [
    () => JSON.stringify([list, oneOf(draw, afters)]),
    () => JSON.stringify([list, oneOf(draw, [1, null, {}, []])]),
    () => JSON.stringify({ length: 2, 0: list, 1: "x" }),
    () => "null",
    () => "{",
    () => "\u{1f600}",
  ];
  if (draw(4) === 0) return oneOf(draw, cursors);
  return draw(6) === 0 ? oneOf(draw, HOSTILE_TEXTS) : Buffer.from(oneOf(draw, texts)()).toString("base64url");
}

// Cursors name their list with all of its parameters, so a forged one has to, or it would only be refused for that.
const cursorFor = (route: Route, path: Readonly<Record<string, string>>, draw: Draw): string => {
  const defaults = route.query.flatMap(({ name, default: value }) =>
    value === undefined || name === "limit" ? [] : [[name, value] as const],
  );
  const named = [...Object.entries(path), ...defaults].sort(([a], [b]) => (a < b ? -1 : 1));
  const list = JSON.stringify([route.operationId, ...named]);
  const afters = ["-1", "1e999", "NaN", "9007199254740991", "1.5", " 1", "sha256:x", "available USD/2 x", "fee  /1 x"];
  return Buffer.from(JSON.stringify([list, oneOf(draw, afters)])).toString("base64url");
};

/** A request for a route: valid as far as its schema says, and then bent in one way or two. */
async function makeCase(route: Route, draw: Draw): Promise<Case> {
  const operation = operationOf(route.path, route.method);
  const event =
    route.body?.kind === "envelope" && route.operationId !== "trust.import" ? await someEvent(route, draw) : undefined;
  const inPath: Record<string, string> = {};
  const query: [string, string][] = [];
  for (const { name, in: where, schema, required } of parametersOf(operation)) {
    if (where === "path") {
      const id =
        name === "agreement" && event?.job !== undefined ? event.job.agreement.id : sampleOf(schema, draw, known);
      inPath[name] = String(id);
      // What is deleted is needed by no other route.
      if (route.operationId === "webhookEndpoints.delete") inPath[name] = oneOf(draw, spareEndpoints);
      if (route.operationId === "evidence.tombstone" && draw(4) > 0) inPath[name] = purged;
    }
    if (where === "query" && (required === true || draw(3) === 0)) {
      query.push([name, name === "cursor" ? hostileCursor(route, draw) : String(sampleOf(schema, draw, known))]);
    }
  }
  if (route.query.some(({ name }) => name === "cursor") && draw(3) === 0) {
    query.splice(0, query.length, ["cursor", cursorFor(route, inPath, draw)]);
  }
  const headers: Record<string, string> = { authorization: `Bearer ${oneOf(draw, apiKeys)}` };
  if (route.idempotencyKey) headers["idempotency-key"] = freshKey();
  let body: Uint8Array | undefined;
  if (route.body !== undefined) {
    headers["content-type"] = route.body.mediaType;
    body = await bodyFor(
      route,
      operationOf(route.path, route.method).requestBody?.content[route.body.mediaType]?.schema,
      event?.envelope,
      draw,
      inPath["party"],
    );
  }
  if (route.body?.kind === "bytes" && draw(2) === 0) {
    inPath["digest"] = uploaded.digest;
    body = uploaded.data;
  }
  let path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name] ?? ""));
  let { method } = route as { readonly method: string };
  for (let times = draw(3); times > 0; times--) {
    const ways: (() => void)[] = [
      () => {
        path = path.replace(/[^/]+$/, oneOf(draw, HOSTILE_TEXTS));
      },
      () => {
        query.push([
          oneOf(draw, ["limit", "cursor", "x", "__proto__", "a~b/c", "constructor", "", "from"]),
          oneOf(draw, HOSTILE_TEXTS),
        ]);
      },
      () => {
        const [first] = query;
        if (first !== undefined) query.push(first);
      },
      () => {
        headers["content-type"] = oneOf(draw, [
          "text/plain",
          "",
          "application/json;charset=utf-16",
          "application/jsonx",
          "*/*",
          "a".repeat(900),
        ]);
      },
      () => {
        headers["idempotency-key"] = oneOf(draw, [
          "",
          "a".repeat(255),
          "a".repeat(256),
          "\u00e9",
          "a b",
          "a\tb",
          "__proto__",
          "{}",
        ]);
      },
      () => {
        headers["if-match"] = oneOf(draw, ["*", '"1"', 'W/"1"', "1", '"', '"1", "2"', ",,,", '"a"'.repeat(900)]);
      },
      () => {
        headers["if-none-match"] = oneOf(draw, ["*", '"1"', 'W/"3"', "1", '"', "\u00e9"]);
      },
      () => {
        headers["authorization"] = oneOf(draw, [
          "Bearer",
          "Bearer \u00e9",
          "Bearer settld_",
          "Basic YTpi",
          " ",
          "a".repeat(900),
        ]);
      },
      () => {
        method = oneOf(draw, ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FUZZ"]);
      },
      () => {
        path = oneOf(draw, [
          `${path}/`,
          `/${path}`,
          path.toUpperCase(),
          `${path}/x`,
          path.replace("/v1", "/v2"),
          `${path};x=1`,
        ]);
      },
      () => {
        headers["content-length"] = oneOf(draw, ["99999999999", "-1", "0", "x"]);
      },
    ];
    oneOf(draw, ways)();
  }
  const search = query.map(([name, value]) => `${name}=${draw(2) === 0 ? value : encodeURIComponent(value)}`).join("&");
  return { method, path: search === "" ? path : `${path}?${search}`, headers, body };
}

async function bodyFor(
  route: Route,
  schema: Schema | undefined,
  event: Envelope | undefined,
  draw: Draw,
  party: string | undefined,
): Promise<Uint8Array> {
  if (route.body?.kind === "bytes") {
    const { data } = oneOf(draw, [review.work, workOf("other")]);
    return oneOf(draw, [data, new Uint8Array(0), new Uint8Array(100_000), new Uint8Array(100_001), data.subarray(1)]);
  }
  const value = (event ?? sampleOf(schema ?? {}, draw, { ...known, ...pools() })) as JsonValue;
  if (route.scope === "parties:write" && draw(4) > 0) await prove(value as Registered, party);
  switch (draw(4)) {
    case 0:
      return textBytes(JSON.stringify(value));
    case 1:
      return bentText(JSON.stringify(value), draw);
    case 2:
      return textBytes(JSON.stringify(oneOf(draw, mutationsOf(copyOf(value))).apply(value)));
    default:
      return textBytes(JSON.stringify(draw(5) === 0 ? oneOf(draw, HOSTILE) : value));
  }
}

type Registered = {
  readonly id?: string;
  readonly keys?: Registered[];
  readonly jwk?: { readonly x: string };
  proof?: string;
};

/** Gives the keys that a body registers their proofs (HTTP-15). */
async function prove(value: Registered, party: string | undefined): Promise<void> {
  for (const key of value.keys ?? []) await prove(key, value.id);
  const name = value.jwk === undefined ? undefined : keyNames.get(value.jwk.x);
  if (name !== undefined && party !== undefined) value.proof = (await provenKey(party, name)).proof;
}

// What only bodies name.
const pools = (): Record<string, readonly unknown[]> => ({
  Envelope: [
    { payload: "e30=", payloadType: PAYLOAD_TYPES.trust, signatures: [{ keyid: alpha.buyer.signer.keyid, sig: "" }] },
  ],
  TrustEnvelope: [
    {
      payload: "e30=",
      payloadType: PAYLOAD_TYPES.trust,
      signatures: [{ keyid: alpha.buyer.signer.keyid, sig: "A".repeat(86) }],
    },
  ],
});

/** The route that a method and path mean, by the document. */
function routeOf(method: string, path: string): Route | undefined {
  const { pathname } = new URL(path, world.base);
  return ROUTES.find(
    (route) =>
      route.method === method &&
      new RegExp(`^${route.path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname),
  );
}

function checkRefusal(reply: Reply, route: Route | undefined, method: string): void {
  const { status, headers, body } = reply;
  expect(status).toBeLessThan(500);
  expect(headers.get("content-type")).toBe("application/problem+json");
  if (method === "HEAD") {
    expect(reply.text).toBe("");
    return;
  }
  const isProblem = ANSWERS.get("problem")?.(body);
  expect([isProblem, body]).toEqual([true, body]);
  const entry = CODES[body.code as Code];
  expect(entry).toMatchObject({
    httpStatus: status,
    clause: body.clause,
    retryable: body.retryable,
    summary: body.title,
  });
  expect(body).toMatchObject({
    status,
    type: `https://settld.dev/codes/${body.code}`,
    request: headers.get("settld-request"),
  });
  expect(route === undefined ? ["HTTP_NOT_FOUND", "HTTP_METHOD"] : [...route.codes, "HTTP_NOT_FOUND"]).toContain(
    body.code,
  );
}

async function runCase(route: Route, seed: number): Promise<void> {
  const draw = randomOf(seed);
  const made = await makeCase(route, draw);
  const before = await world.version();
  let request: Request;
  try {
    request = new Request(`${world.base}${made.path}`, {
      method: made.method,
      headers: made.headers,
      ...(made.body === undefined || made.method === "GET" || made.method === "HEAD"
        ? {}
        : { body: made.body.slice() }),
    });
  } catch {
    // Not even a request, as far as this client is concerned.
    return;
  }
  const { method, url } = request;
  const reply = await readReply(await world.answering(request));
  const shown = Buffer.from(made.body ?? [])
    .toString("latin1")
    .slice(0, 600);
  const name = `SETTLD_FUZZ_SEED=${seed} ${method} ${url.slice(0, 300)} ${JSON.stringify(made.headers).slice(0, 400)} ${shown} -> ${reply.status} ${reply.text.slice(0, 500)}`;
  try {
    const asked = routeOf(method, url);
    expect(reply.headers.get("settld-request")).toMatch(/^req_/);
    if (reply.status >= 400) {
      seen.add(reply.body?.code);
      checkRefusal(reply, asked, method);
      expect(await world.version(), "a refusal wrote something").toBe(before);
      return;
    }
    expect([...(asked?.success ?? []), 304]).toContain(reply.status);
    succeeded.add(asked?.operationId ?? "");
    const validator = ANSWERS.get(asked?.answers[reply.status] ?? "");
    if (reply.body !== undefined && validator !== undefined) {
      expect([validator(reply.body), (validator as { errors?: unknown }).errors]).toEqual([true, null]);
    }
    // That the book was reconciled is written down, and nothing else that is read.
    const isRead = (method === "GET" || method === "HEAD") && asked?.operationId !== "audit.retrieve";
    if (isRead) expect(await world.version(), "a read wrote something").toBe(before);
    // A payout that follows in the background is written before the next case, which may be one that writes nothing.
    await world.server.advance(0);
    // What the fuzz changed by being right is what later cases are made from.
    if (method === "POST") await Promise.all([offered, accepted, review].map((job) => job.refresh()));
  } catch (error) {
    throw new Error(name, { cause: error });
  }
}

describe("whatever is sent to a route is answered by the contract, and a refusal leaves nothing", () => {
  test.each(ROUTES.map((route, index) => [route.operationId, route, index] as const))(
    "%s",
    async (_, route, index) => {
      const first = ONLY === undefined ? FIRST + index * 100_000 : Number(ONLY);
      if (ONLY !== undefined && Math.floor((first - FIRST) / 100_000) !== index) return;
      if (route.path.includes("{endpoint}")) await renewEndpoint();
      for (let seed = first; seed < first + CASES; seed++) await runCase(route, seed);
    },
    PATIENCE,
  );

  test("the cases were neither all refused nor all for one reason", () => {
    if (ONLY !== undefined) return;
    expect(seen.size).toBeGreaterThan(CASES < 80 ? 20 : 28);
    const never = ROUTES.filter(({ operationId }) => !succeeded.has(operationId)).map(({ operationId }) => operationId);
    // A server that signs trust documents itself imports none. Few cases do not come to each of the others.
    expect(never).toContain("trust.import");
    expect(never.length, never.join(" ")).toBeLessThan(CASES < 80 ? 10 : 2);
  });

  test("afterwards the book reconciles", async () => {
    const { findings } = (await world.operator("GET", "/v1/audit")).body as { readonly findings: readonly Finding[] };
    // An operator may revoke a key for a time that has passed; what it had signed by then is what the audit shows.
    const isBackdated = ({ what, message }: Finding): boolean =>
      what === "signature" && message.endsWith("found TRUST_KEY_REVOKED");
    expect(findings.filter((finding) => !isBackdated(finding))).toEqual([]);
  });
});
