import { inspect } from "node:util";
import { canonicalBytes, digestOf, jwkFromPublicKey, signEnvelope } from "@settld/protocol";
import { randomOf, runs, testSigner } from "@settld/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Settld as Core } from "./core.ts";
import { SettldVerificationError } from "./errors.ts";
import { generateKey, Settld } from "./index.ts";
import { AMOUNT, APPROVED, CHECKED, startWorld, type World } from "./testing/world.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Place = readonly (string | number)[];

let world: World;
let id: string;
let account: string;
let deposit: string;
let withdrawal: string;
let digest: string;

beforeAll(async () => {
  world = await startWorld();
  const [buyer, seller, checker] = [world.buyer, world.seller, world.checker].map((party) => world.as(party));
  const offer = { seller: world.seller.id, checkers: { quality: world.checker.id }, amount: AMOUNT, policy: CHECKED };
  ({ id } = await buyer!.agreements.create(offer));
  await seller!.agreements.accept(id);
  await buyer!.agreements.fund(id);
  const submitted = await seller!.agreements.submit(id, { files: { "a.csv": "a,b\n1,2\n", "more.txt": "more" } });
  const submission = submitted.submission!.digest;
  await checker!.agreements.attest(id, { submission, requirement: "ok", result: { ok: true } });
  // Later than the settler's key is valid from, so that an earlier time is wrong for its own reason.
  await world.server.advance(1_000);
  await world.operator.deposits.create({ party: world.seller.id, amount: "5.00 USD", reference: "two" });
  const one = { party: world.seller.id, amount: "7.00 USD", reference: "one" };
  ({ id: deposit, account } = await world.operator.deposits.create(one));
  ({ id: withdrawal } = await seller!.withdrawals.create({ amount: "1.00 USD", destination: "iban" }));
  digest = (await buyer!.agreements.retrieve(id)).submission!.items[0]!.digest;
});

afterAll(() => world.close());

/** A fetch whose answers to one route are bent. */
const bent =
  (route: RegExp, bend: (answer: Json) => Json): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    if (!route.test(`${init?.method} ${new URL(String(input)).pathname}`) || !response.ok) return response;
    return new Response(JSON.stringify(bend((await response.json()) as Json)), response);
  };

/** Every place in a value: members, items, and what is inside of them. */
const placesOf = (value: Json, at: Place = []): Place[] => {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    placesOf(one as Json, [...at, Array.isArray(value) ? Number(name) : name]),
  );
  return at.length === 0 ? inner : [at, ...inner];
};

/** The value with another one at a place: a lie that still looks like the truth. */
const lieAt = (value: Json, [name, ...rest]: Place): Json => {
  if (name === undefined) return value === undefined ? value : lie(value);
  // Another page may not have the place.
  if (typeof value !== "object" || value === null) return value;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as { [name: string | number]: Json };
  copy[name] = lieAt(copy[name] as Json, rest);
  return copy as Json;
};

/** The value with a given one at a place. */
const lieWith = (value: Json, [name, ...rest]: Place, given: Json): Json => {
  if (name === undefined) return given;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as { [name: string | number]: Json };
  copy[name] = lieWith(copy[name] as Json, rest, given);
  return copy as Json;
};

const lie = (value: Json): Json => {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (value === null) return `sha256:${"0".repeat(64)}`;
  if (Array.isArray(value)) return value.length === 0 ? [null] : value.slice(0, -1);
  if (typeof value === "object")
    return Object.keys(value).length === 0 ? { a: null } : Object.fromEntries(Object.entries(value).slice(1));
  const day = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.)(\d{3})Z$/.exec(value);
  if (day !== null) return `${day[1]}${String((Number(day[2]) + 1) % 1000).padStart(3, "0")}Z`;
  if (/^-?\d+$/.test(value)) return String(BigInt(value) + 1n);
  // Another character in the middle: in base64 it changes a byte, in a digest another digest comes of it.
  const middle = Math.floor(value.length / 2);
  const other = value[middle] === "a" ? "b" : "a";
  return value.slice(0, middle) + other + value.slice(middle + 1);
};

const WINDOW = { notBefore: "2020-01-01T00:00:00.000Z", notAfter: "2100-01-01T00:00:00.000Z" };

let parties = 0;
const OFFER = () => ({ seller: world.seller.id, amount: "0.01 USD", policy: APPROVED });

type Kind = {
  readonly name: string;
  readonly route: RegExp;
  readonly ask: (client: Settld) => Promise<unknown>;
  readonly as: () => World["buyer"];
  /** Places that nothing signs or that only this answer knows; each with the reason. */
  readonly open?: readonly [RegExp, string][];
};

const UNSIGNED_PAGE: [RegExp, string] = [
  /^(data|hasMore|nextCursor|object)$/,
  "whether there is more, only the server knows",
];

const ADMISSION: [RegExp, string][] = [
  [/^agreement\/updatedAt$/, "the server's note of when it wrote"],
  [/^appended$/, "empty when the log had the event before; then the log is read"],
];

const kinds: readonly Kind[] = [
  {
    name: "agreement",
    route: /^GET \/v1\/agreements\/[^/]+$/,
    ask: (client) => client.agreements.retrieve(id),
    as: () => world.buyer,
    open: [[/^updatedAt$/, "the server's note of when it wrote"]],
  },
  {
    name: "admission of an offer",
    route: /^POST \/v1\/agreements$/,
    ask: (client) => client.agreements.create(OFFER()),
    as: () => world.buyer,
    open: ADMISSION,
  },
  {
    name: "admission of an event",
    route: /^POST \/v1\/agreements\/[^/]+\/events$/,
    ask: async (client) => client.agreements.accept((await world.as(world.buyer).agreements.create(OFFER())).id),
    as: () => world.seller,
    open: ADMISSION,
  },
  {
    name: "admission of a funding",
    route: /^POST \/v1\/agreements\/[^/]+\/fund$/,
    ask: async (client) => {
      const made = await client.agreements.create(OFFER());
      await world.as(world.seller).agreements.accept(made.id);
      return client.agreements.fund(made.id);
    },
    as: () => world.buyer,
    open: ADMISSION,
  },
  {
    name: "new withdrawal",
    route: /^POST \/v1\/withdrawals$/,
    ask: (client) => client.withdrawals.create({ amount: "0.01 USD", destination: "iban" }),
    as: () => world.seller,
    open: [[/^(status|id)$/, "names of the server's own"]],
  },
  {
    name: "new party",
    route: /^POST \/v1\/parties$/,
    ask: async (client) => {
      const { privateKey } = await generateKey();
      parties += 1;
      return client.parties.create({ id: `https://party${parties}.example`, roles: ["seller"], keys: [privateKey] });
    },
    as: () => world.seller,
    open: [[/^(tenant|object)$/, "the server's own bookkeeping"]],
  },
  {
    name: "stored evidence",
    route: /^PUT \/v1\/evidence\/[^/]+$/,
    ask: (client) => client.evidence.upload("bytes"),
    as: () => world.seller,
    open: [[/^object$/, "says nothing"]],
  },
  {
    name: "list of agreements",
    route: /^GET \/v1\/agreements$/,
    ask: async (client) => client.agreements.list({ limit: 2 }),
    as: () => world.buyer,
    open: [UNSIGNED_PAGE, [/^data\/\d\/updatedAt$/, "the server's note of when it wrote"]],
  },
  {
    name: "events",
    route: /^GET \/v1\/agreements\/[^/]+\/events$/,
    ask: async (client) => client.agreements.events(id, { limit: 100 }),
    as: () => world.seller,
    open: [UNSIGNED_PAGE],
  },
  {
    name: "receipt",
    route: /^GET \/v1\/agreements\/[^/]+\/receipt$/,
    ask: (client) => client.agreements.receipt(id),
    as: () => world.seller,
  },
  {
    name: "trust document",
    route: /^GET \/v1\/trust$/,
    ask: (client) => client.trust.retrieve(),
    as: () => world.seller,
  },
  {
    name: "trust document behind another answer",
    route: /^GET \/v1\/trust$/,
    ask: (client) => client.agreements.retrieve(id),
    as: () => world.seller,
  },
  {
    name: "account entries",
    route: /^GET \/v1\/accounts\/[^/]+\/entries$/,
    ask: async (client) => client.accounts.entries(account),
    as: () => world.seller,
    open: [UNSIGNED_PAGE],
  },
  {
    name: "deposit",
    route: /^GET \/v1\/deposits\/[^/]+$/,
    ask: (client) => client.deposits.retrieve(deposit),
    as: () => world.seller,
    open: [[/^status$/, "a word of the rail"]],
  },
  {
    name: "withdrawal",
    route: /^GET \/v1\/withdrawals\/[^/]+$/,
    ask: (client) => client.withdrawals.retrieve(withdrawal),
    as: () => world.seller,
    open: [[/^status$/, "a word of the rail"]],
  },
  {
    name: "list of deposits",
    route: /^GET \/v1\/deposits$/,
    ask: async (client) => client.deposits.list(),
    as: () => world.seller,
    open: [UNSIGNED_PAGE, [/\/(status|id)$/, "names of the server's own"]],
  },
  {
    name: "account",
    route: /^GET \/v1\/accounts\/[^/]+$/,
    ask: (client) => client.accounts.retrieve(account),
    as: () => world.seller,
    open: [[/^balance\/value$/, "a statement; what proves it are entries and logs"]],
  },
  {
    name: "transactions",
    route: /^GET \/v1\/accounts\/[^/]+\/transactions$/,
    ask: async (client) => client.accounts.transactions(account),
    as: () => world.seller,
    open: [UNSIGNED_PAGE, [/^data\/0\/(id|type|at)$/, "of an agreement, whose log proves it"]],
  },
  {
    name: "party",
    route: /^GET \/v1\/parties\/[^/]+$/,
    ask: (client) => client.parties.retrieve(world.seller.id),
    as: () => world.seller,
    open: [[/^(tenant|object)$/, "the server's own bookkeeping"]],
  },
  {
    name: "caller",
    route: /^GET \/v1\/account$/,
    ask: (client) => client.account.retrieve(),
    as: () => world.seller,
    open: [[/^(tenant|key|limits|parties$)/, "the server's own bookkeeping"]],
  },
];

describe.each(kinds)("$name", ({ route, ask, as, open = [] }) => {
  test("an honest answer holds, and a lie at any place does not", async () => {
    let honest: Json = null;
    const listen = bent(route, (answer) => {
      honest = answer;
      return answer;
    });
    await ask(world.as(as(), { fetch: listen }));
    expect(honest).not.toBeNull();
    const believed: string[] = [];
    for (const place of placesOf(honest)) {
      const name = place.join("/");
      if (open.some(([pattern]) => pattern.test(name))) continue;
      const error = await ask(world.as(as(), { fetch: bent(route, (answer) => lieAt(answer, place)) })).then(
        () => undefined,
        (caught: unknown) => caught,
      );
      if (!(error instanceof SettldVerificationError)) believed.push(`${name}: ${String(error)}`);
    }
    expect(believed).toEqual([]);
  });
});

const bytesBent =
  (route: RegExp, bend: (bytes: Uint8Array) => Uint8Array): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    if (!route.test(`${init?.method} ${new URL(String(input)).pathname}`)) return response;
    return new Response(bend(new Uint8Array(await response.arrayBuffer())).slice(), { status: response.status });
  };

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "believed",
    (error: unknown) => (error instanceof SettldVerificationError ? error.code : `unexpected ${String(error)}`),
  );

test("no byte of a bundle can be another one, and none can be missing", async () => {
  const route = /^GET \/v1\/agreements\/[^/]+\/bundle$/;
  const { bytes, report } = await world.as(world.buyer).agreements.bundle(id);
  expect(report?.verdict).toBe("accept");
  const random = randomOf(1);
  for (let round = 0; round < runs(60); round += 1) {
    const at = random(bytes.length);
    const flip = bytesBent(route, (found) =>
      found.map((byte, index) => (index === at ? byte ^ (1 << random(8)) : byte)),
    );
    expect(await codeOf(world.as(world.buyer, { fetch: flip }).agreements.bundle(id)), `byte ${at}`).not.toBe(
      "believed",
    );
    const cut = bytesBent(route, (found) => found.slice(0, at));
    expect(await codeOf(world.as(world.buyer, { fetch: cut }).agreements.bundle(id)), `cut ${at}`).not.toBe("believed");
  }
});

test("a bundle of another agreement is not the one that was asked for", async () => {
  const other = await world.as(world.buyer).agreements.create(OFFER());
  const { bytes } = await world.as(world.buyer).agreements.bundle(id);
  const client = world.as(world.buyer, { fetch: bytesBent(/\/bundle$/, () => bytes) });
  expect(await codeOf(client.agreements.bundle(other.id))).toBe("LOG_AGREEMENT_MISMATCH");
});

test("evidence of other bytes is refused by its digest", async () => {
  const client = world.as(world.buyer, {
    fetch: bytesBent(/^GET \/v1\/evidence/, (bytes) => bytes.map((byte) => byte ^ 1)),
  });
  expect(await codeOf(client.evidence.download(digest))).toBe("BUNDLE_EVIDENCE_DIGEST");
  expect(new TextDecoder().decode(await world.as(world.buyer).evidence.download(digest))).toBe("a,b\n1,2\n");
});

test("a server that takes back what it showed is caught", async () => {
  const [buyer, seller] = [world.as(world.buyer), world.as(world.seller)];
  const { id: mine } = await buyer.agreements.create(OFFER());
  let old: Json = null;
  const route = /^GET \/v1\/agreements\/[^/]+$/;
  let isLying = false;
  const client = world.as(world.buyer, {
    fetch: bent(route, (answer) => {
      old ??= answer;
      return isLying ? old : answer;
    }),
  });
  expect((await client.agreements.retrieve(mine)).events).toBe(1);
  await seller.agreements.accept(mine);
  expect((await client.agreements.retrieve(mine)).events).toBe(2);
  isLying = true;
  expect(await codeOf(client.agreements.retrieve(mine))).toBe("LOG_SEQ_MISMATCH");
  const shorter = (await world.as(world.buyer).agreements.bundle(id)).bytes;
  const lines = new TextDecoder().decode(shorter).split("\n");
  const cut = lines.filter((_, index) => index < 3 || index === 9).join("\n");
  const watching = world.as(world.buyer, { fetch: bytesBent(/\/bundle$/, () => new TextEncoder().encode(`${cut}\n`)) });
  await watching.agreements.retrieve(id);
  expect(await codeOf(watching.agreements.bundle(id))).toBe("LOG_SEQ_MISMATCH");
  const hiding = world.as(world.buyer, {
    fetch: bent(/^GET \/v1\/agreements(\/[^/]+\/events)?$/, (answer) => {
      const { data, ...rest } = answer as { data: Json[] };
      const isEvents = (data[0] as { readonly object: string }).object === "event";
      return isLying ? { ...rest, data: isEvents ? data.slice(0, -1) : [old] } : answer;
    }),
  });
  isLying = false;
  await hiding.agreements.retrieve(mine);
  isLying = true;
  expect(await codeOf(hiding.agreements.events(mine).page())).toBe("LOG_SEQ_MISMATCH");
  expect(await codeOf(hiding.agreements.list({ limit: 1 }).page())).toBe("LOG_SEQ_MISMATCH");
});

test("two histories of one agreement, both signed by the settler, are an equivocation", async () => {
  // The same keys, another server: what a settler could do who keeps two books.
  const other = await startWorld();
  try {
    const offer = await world.as(world.buyer).agreements.prepare(OFFER());
    const [here, there] = [world.as(world.buyer), other.as(other.buyer)];
    const { id: mine } = await here.agreements.create(offer);
    await there.agreements.create(offer);
    await here.agreements.cancel(mine, { reason: "one story" });
    await there.agreements.cancel(mine, { reason: "another story" });
    let base = world.server.url;
    const client = world.as(world.buyer, {
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        if (base === other.server.url) headers.set("authorization", `Bearer ${other.buyer.apiKey}`);
        return fetch(String(input).replace(world.server.url, base), { ...init, headers });
      },
    });
    expect((await client.agreements.retrieve(mine)).status).toBe("closed");
    base = other.server.url;
    expect(await codeOf(client.agreements.retrieve(mine))).toBe("STORE_RECONCILIATION");
    expect(await codeOf(client.agreements.events(mine).page())).toBe("LOG_EQUIVOCATION");
    expect(await codeOf(client.agreements.bundle(mine))).toBe("LOG_EQUIVOCATION");
  } finally {
    await other.close();
  }
});

test("an older trust document than was seen, another registry and an expired document are refused", async () => {
  const route = /^GET \/v1\/trust$/;
  let old: Json = null;
  let isLying = false;
  const client = world.as(world.seller, {
    fetch: bent(route, (answer) => {
      old ??= answer;
      return isLying ? old : answer;
    }),
  });
  await client.trust.retrieve();
  const { privateKey } = await generateKey();
  await client.parties.addKey(world.seller.id, { key: privateKey });
  await client.trust.retrieve();
  isLying = true;
  expect(await codeOf(client.trust.retrieve())).toBe("TRUST_ORDER");
  const { publicKey: stranger } = await generateKey();
  expect(await codeOf(world.as(world.seller, { registryKey: stranger }).agreements.retrieve(id))).toBe(
    "TRUST_ROOT_MISSING",
  );
  const late = world.as(world.seller, { platform: { now: () => world.server.time.now() + 365 * 86_400_000 } });
  expect(await codeOf(late.agreements.retrieve(id))).toBe("TRUST_EXPIRED");
});

/** An envelope's payload changed, and signed again by whoever lies. */
const resealed = async (
  envelope: Json,
  change: (payload: never) => Json,
  ...names: readonly string[]
): Promise<Json> => {
  const { payload, payloadType } = envelope as { readonly payload: string; readonly payloadType: string };
  const value = change(JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as never);
  const signers = await Promise.all(names.map((name) => testSigner(name)));
  return (await signEnvelope(payloadType, canonicalBytes(value), signers)) as unknown as Json;
};

type Entry = { readonly [name: string]: Json };

test("a settler that signs its lies is caught as well: by the chain, the rules and the trust document", async () => {
  const seller = world.as(world.seller);
  const { envelope } = await seller.agreements.receipt(id);
  const richer = await resealed(
    envelope as unknown as Json,
    (receipt: Entry) => ({ ...receipt, predicate: { ...(receipt["predicate"] as Entry), outcome: "partial" } }),
    "settler",
  );
  const receipt = world.as(world.seller, { fetch: bent(/\/receipt$/, () => richer) });
  expect(await codeOf(receipt.agreements.receipt(id))).toBe("RECEIPT_MISMATCH");

  const { data } = await seller.accounts.entries(account);
  const before = new Date(Date.parse(data[0]!.payload.at) - 1).toISOString();
  for (const change of [{ prev: data[1]!.digest }, { seq: 9 }, { at: before }]) {
    const forged = await resealed(
      data[1]!.envelope as unknown as Json,
      (entry: Entry) => ({ ...entry, ...change }),
      "settler",
    );
    const digest = digestOf(Buffer.from((forged as unknown as { payload: string }).payload, "base64"));
    const fetch = bent(/\/entries$/, (answer) => {
      const entries = (answer as { data: Entry[] }).data;
      const lie = { ...(entries[1] as Entry), ...("seq" in change ? change : {}), digest, envelope: forged };
      return { ...(answer as object), data: [entries[0] as Entry, lie, ...entries.slice(2)] };
    });
    expect(await codeOf(world.as(world.seller, { fetch }).accounts.entries(account).page())).toBe("LEDGER_ENTRY");
  }

  // The settler lets somebody else accept in the seller's name, or admits with a key that is no settler's.
  for (const [names, code] of [
    [["server checker", "settler"], "TRUST_KEY_PARTY"],
    [["server seller", "server checker"], "TRUST_KEY_PARTY"],
    [["server seller", "nobody"], "TRUST_KEY_UNKNOWN"],
    [["settler"], "DSSE_SIGNATURE_COUNT"],
  ] as const) {
    const { data: events } = await seller.agreements.events(id);
    const forged = await resealed(events[1]!.envelope as unknown as Json, (payload: Json) => payload, ...names);
    const fetch = bent(/\/events$/, (answer) => lieWith(answer, ["data", 1, "envelope"], forged));
    expect(await codeOf(world.as(world.seller, { fetch }).agreements.retrieve(id)), names.join()).toBe(code);
  }
});

test("what a settler signs with a compromised key counts no more", async () => {
  const trust = await world.operator.trust.retrieve();
  const { settler } = world.server;
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const response = await globalThis.fetch(input, init);
    if (!/\/v1\/trust$/.test(new URL(String(input)).pathname)) return response;
    const revoked = { at: "2099-01-01T00:00:00.000Z", reason: "compromised" };
    const answer = await resealed(
      (await response.json()) as Json,
      (document: { parties: { id: string; keys: Entry[] }[] }) =>
        ({
          ...document,
          parties: document.parties.map((party) =>
            party.id === settler ? { ...party, keys: party.keys.map((key) => ({ ...key, revoked })) } : party,
          ),
        }) as unknown as Json,
      "registry",
    );
    return new Response(JSON.stringify(answer), { status: 200 });
  };
  expect(trust.document.parties.some((party) => party.id === settler)).toBe(true);
  expect(await codeOf(world.as(world.seller, { fetch }).agreements.retrieve(id))).toBe("TRUST_SETTLER_COMPROMISED");
});

/** Another settler of the same trust document, such as an operator may register, and a server that prefers it. */
const secondSettler = async () => {
  const signer = await testSigner("second settler");
  const key = { jwk: jwkFromPublicKey(signer.publicKey), ...WINDOW };
  const party = { id: "https://second-settler.example", tenant: "buyer", roles: ["settler"], keys: [key] } as const;
  await world.server.server.services.trust.register([party]);
  return { id: party.id, signer };
};

test("a settler that the trust document lists is not the one that was pinned, or seen first", async () => {
  const second = await secondSettler();
  const named = bent(/^GET \/v1\/account$/, (answer) => ({ ...(answer as object), settler: second.id }));
  const offers: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (init?.method === "POST") offers.push(String(init.body));
    return named(input, init);
  };
  const { settler } = world.server;
  expect(await codeOf(world.as(world.buyer, { fetch, settler }).account.retrieve())).toBe("TRUST_ROLE");
  // What was pinned is what an offer names, whatever the server says.
  await world.as(world.buyer, { fetch, settler }).agreements.create(OFFER());
  const body = JSON.parse(Buffer.from(JSON.parse(offers[0] ?? "").payload, "base64").toString("utf8")).body;
  expect(body.parties.settler).toEqual({ id: settler });

  const seller = world.as(world.seller);
  const { data } = await seller.accounts.entries(account);
  const payload = canonicalBytes({ ...data[0]!.payload, by: second.id } as unknown as Json);
  const envelope = await signEnvelope("application/vnd.settld.account+json", payload, [second.signer]);
  const first = { ...data[0], envelope, digest: digestOf(payload) };
  // A party of the seller's own agreement, so that the signed document for it lists both settlers.
  const shared = await world.as(world.buyer).agreements.create({ ...OFFER(), checkers: { x: second.id } });
  const trust = await world.as(world.seller).trust.retrieve({ agreement: shared.id as `sha256:${string}` });
  let isLying = true;
  const lying = bent(/^GET \/v1\/(trust|accounts\/[^/]+\/entries)$/, (answer) => {
    if (!isLying) return answer;
    const lie = "payload" in (answer as object) ? trust.envelope : { ...(answer as object), data: [first] };
    return lie as unknown as Json;
  });
  const pinned = world.as(world.seller, { fetch: lying, settler });
  expect(await codeOf(pinned.accounts.entries(account).page())).toBe("TRUST_ROLE");
  const unpinned = world.as(world.seller, { fetch: lying });
  expect((await unpinned.accounts.entries(account)).data.length).toBe(1);
  isLying = false;
  const seenFirst = world.as(world.seller, { fetch: lying });
  await seenFirst.account.retrieve();
  isLying = true;
  expect(await codeOf(seenFirst.accounts.entries(account).page())).toBe("TRUST_ROLE");
});

test("an answer that does not hold is told without the secret in it", async () => {
  const fetch = bent(/^POST \/v1\/keys$/, (answer) => ({ ...(answer as object), tenant: "another" }));
  const operator = world.as({ ...world.buyer, apiKey: world.server.operatorKey }, { fetch });
  const error = await operator.keys
    .create({ tenant: "t", scopes: ["money:read"], name: "n" })
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: "SettldVerificationError", answer: { object: "api_key", secret: null } });
  expect(`${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toMatch(/settld_/);
});

test("a withdrawal is not said to be returned without an entry that returns it", async () => {
  const fetch = bent(/^GET \/v1\/withdrawals\/[^/]+$/, (answer) => ({ ...(answer as object), status: "returned" }));
  expect(await codeOf(world.as(world.seller, { fetch }).withdrawals.retrieve(withdrawal))).toBe("LEDGER_ENTRY");
});

test("with verification off a lie is believed, and without a registry key it must be said so", async () => {
  const fetch = bent(/^GET \/v1\/agreements\/[^/]+$/, (answer) => ({ ...(answer as object), status: "offered" }));
  const options = { baseUrl: world.server.url, apiKey: world.buyer.apiKey, fetch };
  expect((await new Settld({ ...options, verification: "off" }).agreements.retrieve(id)).status).toBe("offered");
  expect((await new Core(options).agreements.retrieve(id)).status).toBe("offered");
  expect(() => new Settld(options as never)).toThrow(TypeError);
});
