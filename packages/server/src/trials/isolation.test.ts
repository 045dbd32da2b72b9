import { digestOf, thumbprint, utf8 } from "@settld/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPENAPI } from "../gen/openapi.ts";
import { ROUTES, type Route } from "../gen/routes.ts";
import { SCOPES, type Scope } from "../http/api-keys.ts";
import { runRetention, tombstoneSigner } from "../retention/run.ts";
import { accountId } from "../store/account-id.ts";
import { testSigner } from "../testing/index.ts";
import { freshKey, provenKey, type Reply, type Send } from "./client.ts";
import { eventOf, type Job, offerOf, sealed, workOf } from "./job.ts";
import { NOWHERE } from "./receiver.ts";
import { makeWorld, TENANT_SCOPES, type Tenant, type World } from "./world.ts";

// Tenant alpha has something of everything; tenant beta has nothing of it and asks for all of it.

let world: World;
let alpha: Tenant;
let beta: Tenant;
let closed: Job;
let review: Job;
let offered: Job;
let accepted: Job;
let owner: Send;
let stranger: Send;
let spareEndpoint: string;
let purged: string;
let parameters: Readonly<Record<string, string>>;
let bodies: Readonly<Record<string, unknown>>;
let secrets: readonly string[];

const [spare, added, newcomer, spareApi] = ["spare", "added", "newcomer", "spare api"];

beforeAll(async () => {
  world = await makeWorld({ server: { webhooks: { poster: NOWHERE } } });
  alpha = await world.tenant("alpha");
  beta = await world.tenant("beta");
  owner = world.send((await world.key("alpha", TENANT_SCOPES)).key);
  stranger = world.send((await world.key("beta", TENANT_SCOPES)).key);
  const { buyer, checker } = alpha;
  const deposit = await world.deposit(buyer.id, "500000", "alpha's payment");
  closed = await (await (await (await (await world.job(alpha, "closed").offer()).accept()).fund()).submit()).attest();
  await (await closed.dispute()).rule();
  review = await (await (await (await world.job(alpha, "review").offer()).accept()).fund()).submit();
  offered = await world.job(alpha, "offered").offer();
  accepted = await (await world.job(alpha, "accepted").offer()).accept();
  const money = { value: "1000", assetCode: "USD", assetScale: 2 };
  const withdrawal = await owner("POST", "/v1/withdrawals", {
    body: { party: buyer.id, amount: money, destination: "alpha's bank" },
  });
  await owner("POST", `/v1/parties/${encodeURIComponent(checker.id)}/keys`, {
    body: await provenKey(checker.id, spare),
  });
  const revocable = await world.key("alpha", ["money:read"]);
  const url = "https://alpha-hooks.example/";
  const endpoint = (await owner("POST", "/v1/webhook_endpoints", { body: { url } })).body;
  spareEndpoint = (await owner("POST", "/v1/webhook_endpoints", { body: { url, types: ["deposit.booked"] } })).body.id;
  const tried = await owner("POST", `/v1/webhook_endpoints/${endpoint.id}/test`, { body: {} });
  await world.server.advance(0);
  purged = await purgeUpload();
  // From here on nothing is written in the background.
  for (const id of [endpoint.id, spareEndpoint]) {
    await owner("POST", `/v1/webhook_endpoints/${id}`, { body: { status: "disabled" } });
  }
  parameters = {
    agreement: closed.agreement.id,
    digest: closed.work.digest,
    account: accountId({ kind: "available", owner: buyer.id, assetCode: "USD", assetScale: 2 }),
    deposit,
    withdrawal: withdrawal.body.id,
    party: checker.id,
    thumbprint: thumbprint((await testSigner(spare)).publicKey),
    key: revocable.id,
    endpoint: endpoint.id,
    delivery: tried.body.id,
  };
  const fresh = offerOf({ ...alpha, settler: world.server.settler }, "isolation", world.server.time.now());
  bodies = {
    "agreements.create": await sealed(buyer, fresh),
    "agreements.append": await offered.next("seller", "agreement.accepted", {}),
    "agreements.fund": {},
    "evidence.upload": closed.work.data,
    "deposits.create": { party: buyer.id, amount: money, reference: "another payment" },
    "withdrawals.create": { party: buyer.id, amount: money, destination: "alpha's second bank" },
    "parties.create": {
      id: "https://alpha-new.example",
      roles: ["buyer"],
      keys: [await provenKey("https://alpha-new.example", newcomer)],
    },
    "parties.addKey": await provenKey(checker.id, added),
    "parties.revokeKey": { reason: "superseded" },
    "webhookEndpoints.create": { url: "https://alpha-more.example/" },
    "webhookEndpoints.update": { description: "alpha's other words", status: "enabled" },
    "webhookEndpoints.rotate": {},
    "webhookEndpoints.test": {},
    "webhookEndpoints.replayDelivery": {},
    "webhookEndpoints.replay": { since: "2026-01-01T00:00:00.000Z" },
    "keys.create": { tenant: "alpha", scopes: ["money:read"], name: spareApi },
  };
  // Whatever names something of alpha: ids, digests, references, bytes. None of it may reach beta.
  const jobs = [closed, review, offered, accepted];
  const logs = await Promise.all(
    jobs.map(async (job) => (await owner("GET", `${job.path}/events?limit=100`)).body.data),
  );
  secrets = [
    ...Object.values(alpha).flatMap(({ id, apiKey, signer }) => [id, apiKey, signer.keyid]),
    ...jobs.flatMap(({ agreement, work }) => [agreement.id, agreement.head, work.digest]),
    ...logs.flat().flatMap(({ digest, envelope }) => [digest, envelope.payload.slice(40, 120)]),
    ...Object.values(parameters),
    purged,
    "alpha's payment",
    "alpha's bank",
    "alpha key",
    url,
    endpoint.secret,
    tried.body.message,
    "a,b\n1,closed",
    accountId({ kind: "escrow", owner: review.agreement.id, assetCode: "USD", assetScale: 2 }),
  ];
});

afterAll(() => world.close());

const jobOf = ({ operationId }: Route): Job =>
  operationId === "agreements.append" ? offered : operationId === "agreements.fund" ? accepted : closed;

/** Evidence of alpha of which only the tombstone is left. */
async function purgeUpload(): Promise<string> {
  const data = utf8("alpha's upload that nobody names");
  const digest = digestOf(data);
  await owner("PUT", `/v1/evidence/${digest}`, { body: data });
  const { now } = world.server.time;
  const { settler: id } = world.server;
  const signer = tombstoneSigner(world.store, { id, signer: await testSigner("settler"), clock: now });
  const rule = { unreferencedDays: 0 };
  expect((await runRetention({ store: world.store, signer, clock: now, rule })).purged).toBe(1);
  return digest;
}

/** The path with alpha's things in it, or with things of the same form that nobody has. */
function pathOf(route: Route, what: "alpha's" | "nobody's" = "alpha's"): string {
  const query = route.operationId === "messages.stream" ? "?cursor=cur_0" : "";
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const special: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      "webhookEndpoints.delete": { endpoint: spareEndpoint },
      "evidence.tombstone": { digest: purged },
    };
    const known: Readonly<Record<string, string>> = { ...parameters, ...special[route.operationId] };
    const value = name === "agreement" ? jobOf(route).agreement.id : known[name];
    if (value === undefined) throw new Error(`${route.operationId}: say here what alpha has as {${name}}`);
    return encodeURIComponent(what === "alpha's" ? value : nobody(value));
  });
  return `${path}${query}`;
}

// Another name of the same form.
function nobody(value: string): string {
  if (value.startsWith("acct_")) {
    return accountId({ kind: "available", owner: "https://nobody.example", assetCode: "USD", assetScale: 2 });
  }
  return value.startsWith("https:")
    ? "https://nobody.example"
    : value
        .replace(/[0-9a-f]{8}(?=[^0-9a-f]*$|[0-9a-f]*$)/, "01234567")
        .replace(/^[A-Za-z0-9_-]{8}/, (head) => (/^(?:sha256|dep_|wd_|key_|we_|dlv_)/.test(head) ? head : "AAAAAAAA"));
}

function bodyOf(route: Route): unknown {
  if (route.body === undefined) return undefined;
  const known = bodies[route.operationId];
  if (known !== undefined) return known;
  const paths = OPENAPI["paths"] as Record<string, Record<string, Record<string, never>>>;
  const content = paths[route.path]?.[route.method.toLowerCase()]?.["requestBody"]?.["content"]?.[route.body.mediaType];
  const [example] = Object.keys(content?.["examples"] ?? {});
  const examples = (OPENAPI["components"] as Record<string, Record<string, { readonly value: unknown }>>)["examples"];
  return examples?.[example ?? ""]?.value ?? {};
}

const ask = (send: Send, route: Route, headers: Record<string, string> = {}, path = pathOf(route)): Promise<Reply> =>
  send(route.method, path, { body: bodyOf(route), headers });

const refusal = ({ status, body }: Reply): string => `${status} ${body?.code}`;

/** A text with everything in it that is base64, as payloads, cursors and ids are, also decoded. */
function opened(text: string): string {
  const parts = (text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? []).map((part) =>
    Buffer.from(part, "base64").toString("latin1"),
  );
  return [text, ...parts].join("\n");
}

/** Fails when an answer holds something of alpha that the question did not. */
function expectNoSecret(route: Route, { text, headers }: Reply, asked: string): void {
  const answer = opened(`${text}\n${[...headers].map((header) => header.join(": ")).join("\n")}`);
  const known = opened(asked);
  const found = secrets.filter((secret) => answer.includes(secret) && !known.includes(secret));
  expect([route.operationId, found]).toEqual([route.operationId, []]);
}

const closedRoutes = ROUTES.filter(({ isPublic }) => !isPublic);
const named = (routes: readonly Route[]): [string, Route][] => routes.map((route) => [route.operationId, route]);
const hasBody = ({ method }: Route): boolean => method !== "HEAD";

test("there is nothing public but what HTTP-4 names", () => {
  const open = ROUTES.filter(({ isPublic }) => isPublic).map(({ path }) => path);
  expect(open).toEqual(["/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json"]);
});

describe.each(named(ROUTES.filter(({ isPublic }) => isPublic)))("%s is open", (_, route) => {
  test("and says nothing of a tenant", async () => {
    const reply = await ask(world.send(), route);
    expect(reply.status).toBe(200);
    expectNoSecret(route, reply, "");
  });
});

test.each(named(closedRoutes))("%s refuses whoever has no key that counts, and does nothing", async (_, route) => {
  const revoked = await world.key("alpha", SCOPES);
  await owner("GET", "/v1/account");
  await world.store.revokeApiKey(revoked.id, world.server.time.now());
  const before = await world.version();
  const real = alpha.buyer.apiKey;
  const wrong = [
    "",
    "Bearer",
    "Bearer ",
    `Bearer  ${real}`,
    `Bearer ${real} `.trimEnd().slice(0, -1),
    `Bearer ${real}x`,
    `Bearer ${real.toUpperCase()}`,
    `Basic ${real}`,
    real,
    `Bearer settld_${"A".repeat(43)}`,
    `Bearer ${revoked.key}`,
    `Bearer ${revoked.id}`,
  ];
  for (const authorization of wrong) {
    const reply = await ask(world.send(), route, authorization === "" ? {} : { authorization });
    expect([authorization, reply.status]).toEqual([authorization, 401]);
    if (hasBody(route)) expect(reply.body.code).toBe("HTTP_UNAUTHENTICATED");
    expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expectNoSecret(route, reply, pathOf(route));
  }
  expect(await world.version()).toBe(before);
});

const scoped = closedRoutes.filter(({ scope }) => scope !== undefined);

test.each(named(scoped))("%s refuses a key that has every other scope, and does nothing", async (_, route) => {
  const scopes = SCOPES.filter((scope): scope is Scope => scope !== route.scope && scope !== "operator");
  const { key } = await world.key("alpha", scopes);
  const before = await world.version();
  const reply = await ask(world.send(key), route);
  expect(reply.status).toBe(403);
  if (hasBody(route)) expect(reply.body.code).toBe("HTTP_FORBIDDEN");
  expectNoSecret(route, reply, pathOf(route));
  expect(await world.version()).toBe(before);
});

const forTenants = closedRoutes.filter(({ scope }) => scope !== "operator");
// Whoever has the bytes may upload them, under whatever digest they have.
const ofThings = forTenants.filter(
  ({ pathParameters, operationId }) => pathParameters.length > 0 && operationId !== "evidence.upload",
);

test.each(named(ofThings))("%s tells another tenant the same of alpha's things as of nothing", async (_, route) => {
  const before = await world.version();
  const conditions: Record<string, string>[] = [
    {},
    { "if-none-match": '"1"' },
    { "if-none-match": "*" },
    { "if-match": "*" },
    { "if-none-match": `"${jobOf(route).agreement.events}"` },
  ];
  for (const headers of conditions) {
    const [mine, none] = [pathOf(route), pathOf(route, "nobody's")];
    expect(none).not.toBe(mine);
    const found = await ask(stranger, route, headers);
    const missing = await ask(stranger, route, headers, none);
    expect([headers, found.status]).toEqual([headers, 404]);
    if (!hasBody(route)) continue;
    expect(found.body.code).toBe("HTTP_NOT_FOUND");
    const same = ({ body: { request: _r, ...rest } }: Reply, path: string): string =>
      path
        .split("/")
        .map(decodeURIComponent)
        .filter((part) => part.length > 12)
        .reduce((text, part) => text.replaceAll(part, "<id>"), JSON.stringify(rest));
    expect(same(found, mine)).toBe(same(missing, none));
    expectNoSecret(route, found, decodeURIComponent(mine));
  }
  expect(await world.version()).toBe(before);
});

const forOperators = closedRoutes.filter(({ scope }) => scope === "operator");

test.each(named(forOperators))("%s is not for tenants", async (_, route) => {
  const before = await world.version();
  const reply = await ask(stranger, route);
  expect(refusal(reply)).toBe("403 HTTP_FORBIDDEN");
  expectNoSecret(route, reply, pathOf(route));
  expect(await world.version()).toBe(before);
});

const ofCallers = forTenants.filter(({ method, pathParameters }) => method === "GET" && pathParameters.length === 0);

test.each(named(ofCallers))("%s shows another tenant nothing of alpha, whatever it asks for", async (_, route) => {
  const isStream = route.operationId === "messages.stream";
  const isList = route.query.some(({ name }) => name === "limit");
  const mine = await owner("GET", `${route.path}${isList ? "?limit=1" : isStream ? "?cursor=cur_0" : ""}`);
  expect(mine.status).toBe(200);
  // What is looked for must be there for its owner.
  expect(secrets.some((secret) => opened(mine.text).includes(secret))).toBe(true);
  const asked: Record<string, readonly string[]> = {
    party: Object.values(alpha).map(({ id }) => id),
    owner: [...Object.values(alpha).map(({ id }) => id), review.agreement.id, "test", world.server.settler],
    agreement: [closed.agreement.id, review.agreement.id],
    tenant: ["alpha", "operator"],
    cursor: isStream ? ["cur_0"] : typeof mine.body?.nextCursor === "string" ? [mine.body.nextCursor] : [],
    since: ["1970-01-01T00:00:00.000Z"],
    types: ["escrow.funded,receipt.issued,deposit.booked"],
    role: ["buyer", "settler"],
    status: ["closed", "review"],
  };
  const questions = [
    "",
    ...route.query.flatMap(({ name }) => (asked[name] ?? []).map((value) => `?${name}=${encodeURIComponent(value)}`)),
  ];
  for (const question of questions) {
    const reply = await stranger("GET", `${route.path}${question}`);
    expect([question, [200, 400, 403, 404].includes(reply.status)]).toEqual([question, true]);
    if (reply.status !== 200) expect(["HTTP_PARAMETER", "HTTP_FORBIDDEN", "HTTP_NOT_FOUND"]).toContain(reply.body.code);
    expectNoSecret(route, reply, decodeURIComponent(question));
  }
});

// An endpoint is the caller's own, and names nobody.
const writes = closedRoutes.filter(
  ({ body, pathParameters, scope, operationId }) =>
    body !== undefined &&
    pathParameters.length === 0 &&
    scope !== "operator" &&
    operationId !== "webhookEndpoints.create",
);

// What another tenant hears when it sends what only alpha may send.
const FORBIDDEN: Readonly<Record<string, string>> = {
  "agreements.create": "403 HTTP_FORBIDDEN",
  "withdrawals.create": "403 HTTP_FORBIDDEN",
  "parties.create": "400 TRUST_PARTY_DUPLICATE",
};

test.each(named(writes))("%s: another tenant cannot do it for alpha", async (_, route) => {
  expect(FORBIDDEN, "say here what another tenant hears").toHaveProperty([route.operationId]);
  const before = await world.version();
  const body =
    route.operationId === "parties.create" ? { ...(bodyOf(route) as object), id: alpha.seller.id } : bodyOf(route);
  const reply = await stranger(route.method, pathOf(route), { body });
  expect(refusal(reply)).toBe(FORBIDDEN[route.operationId]);
  expectNoSecret(route, reply, JSON.stringify(body));
  expect(await world.version()).toBe(before);
});

describe("between tenants", () => {
  test("an idempotency key of one says nothing to the other", async () => {
    const key = freshKey();
    const headers = { "idempotency-key": key };
    const body = (party: string) => ({
      party,
      amount: { value: "1", assetCode: "USD", assetScale: 2 },
      destination: "somewhere",
    });
    const path = "/v1/withdrawals";
    const first = await owner("POST", path, { body: body(alpha.buyer.id), headers });
    expect(first.status).toBe(201);
    const again = await owner("POST", path, { body: body(alpha.buyer.id), headers });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.text).toBe(first.text);
    const same = await stranger("POST", path, { body: body(alpha.buyer.id), headers });
    expect([refusal(same), same.headers.get("idempotency-replayed")]).toEqual(["403 HTTP_FORBIDDEN", null]);
    const other = await stranger("POST", path, { body: body(beta.buyer.id), headers });
    expect([refusal(other), other.headers.get("idempotency-replayed")]).toEqual(["409 LEDGER_INSUFFICIENT", null]);
    expect(other.text).not.toContain(first.body.id);
  });

  test("a replay is refused to a key of the same tenant that has not the scope", async () => {
    const headers = { "idempotency-key": freshKey() };
    const body = { party: alpha.buyer.id, amount: { value: "1", assetCode: "USD", assetScale: 2 }, destination: "x" };
    expect((await owner("POST", "/v1/withdrawals", { body, headers })).status).toBe(201);
    const { key } = await world.key("alpha", ["money:read"]);
    expect(refusal(await world.send(key)("POST", "/v1/withdrawals", { body, headers }))).toBe("403 HTTP_FORBIDDEN");
  });

  test("uploading the same bytes tells nobody that they were there, and shows nothing to whoever has them not", async () => {
    const { data, digest } = workOf("uploaded by both");
    const upload = (send: Send): Promise<Reply> => send("PUT", `/v1/evidence/${digest}`, { body: data });
    expect((await upload(owner)).status).toBe(201);
    expect(refusal(await stranger("GET", `/v1/evidence/${digest}`))).toBe("404 HTTP_NOT_FOUND");
    expect((await stranger("HEAD", `/v1/evidence/${digest}`)).status).toBe(404);
    const first = await upload(stranger);
    expect(first.status).toBe(201);
    expect((await upload(stranger)).status).toBe(200);
    expect((await stranger("GET", `/v1/evidence/${digest}`)).text).toBe(Buffer.from(data).toString());
  });

  test("naming the digest of somebody else's evidence in a submission is as good as naming nothing", async () => {
    await world.deposit(beta.buyer.id, "48000", "beta's payment");
    const job = await (await (await world.job(beta, "theft").offer()).accept()).fund();
    const stolen = workOf("closed");
    const missing = workOf("never uploaded");
    const answers: string[] = [];
    for (const { item, digest } of [stolen, missing]) {
      const envelope = await job.next("seller", "work.submitted", { attempt: 1, items: [item] });
      const reply = await job.senders.seller("POST", `${job.path}/events`, { body: envelope });
      answers.push(`${refusal(reply)} ${reply.body.detail.replaceAll(digest, "<digest>")}`);
    }
    expect(answers[0]).toMatch(/^409 STORE_EVIDENCE_MISSING/);
    expect(answers[0]).toBe(answers[1]);
    expect(refusal(await stranger("GET", `/v1/evidence/${stolen.digest}`))).toBe("404 HTTP_NOT_FOUND");
  });

  test("an event that is known already is not shown to whoever may not hand it in", async () => {
    const { senders, path } = closed;
    const [, second] = (await owner("GET", `${path}/events`)).body.data;
    const { payload, payloadType, signatures } = second.envelope;
    const envelope = { payload, payloadType, signatures: [signatures[0]] };
    expect((await senders.seller("POST", `${path}/events`, { body: envelope })).status).toBe(200);
    const reply = await stranger("POST", `${path}/events`, { body: envelope });
    expect(refusal(reply)).toBe("404 HTTP_NOT_FOUND");
    const elsewhere = await stranger("POST", "/v1/agreements", { body: envelope });
    expect(refusal(elsewhere)).toBe("403 HTTP_FORBIDDEN");
  });

  test("an event for alpha's agreement is judged at the agreement, which beta does not see, and nowhere else", async () => {
    const answers: string[] = [];
    for (const id of [offered.agreement.id, nobody(offered.agreement.id)]) {
      const place = { ...offered.agreement, id: id as typeof offered.agreement.id };
      const event = eventOf(place, "agreement.accepted", beta.seller, world.server.time.now(), {});
      const body = await sealed(beta.seller, event);
      const reply = await stranger("POST", "/v1/agreements", { body });
      answers.push(`${reply.status} ${reply.body.code} ${reply.body.detail}`.replaceAll(id, "<id>"));
    }
    expect(answers[0]).toMatch(/^4/);
    expect(answers[0]).toBe(answers[1]);
  });

  test("a cursor that names alpha's things tells beta the same as one that names nothing", async () => {
    const forge = (route: string, after: string): string =>
      Buffer.from(JSON.stringify([JSON.stringify([route]), after])).toString("base64url");
    const lists: [string, string, string][] = [
      ["agreements.list", "/v1/agreements", closed.agreement.id],
      ["deposits.list", "/v1/deposits", parameters["deposit"] ?? ""],
      ["withdrawals.list", "/v1/withdrawals", parameters["withdrawal"] ?? ""],
    ];
    for (const [operation, path, id] of lists) {
      const real = await stranger("GET", `${path}?cursor=${forge(operation, id)}`);
      const none = await stranger("GET", `${path}?cursor=${forge(operation, nobody(id))}`);
      expect([operation, refusal(real)]).toEqual([operation, refusal(none)]);
    }
  });
});

// Last, because these change what the others look at: what was refused to others is not refused to its owner.
test.each(named(closedRoutes))("%s: whoever may do it can", async (_, route) => {
  if (route.operationId === "trust.import") return;
  const reply = await ask(route.scope === "operator" ? world.operator : owner, route);
  expect([reply.status, route.success.includes(reply.status), reply.text.slice(0, 300)]).toEqual([
    reply.status,
    true,
    reply.text.slice(0, 300),
  ]);
  if (route.method !== "GET") return;
  // What must not reach others must be there for the owner, or the test would look for nothing.
  const text = opened(reply.text);
  expect(route.scope === "operator" || secrets.some((secret) => text.includes(secret))).toBe(true);
});
