import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type * as protocol from "@settld/protocol";
import { base64urlEncode } from "@settld/protocol";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import { Settld as Core, readAmount } from "./core.ts";
import { SettldApiError } from "./errors.ts";
import { CALL_OPTIONS } from "./http/transport.ts";
import type { AgreementOptions, CreateAgreement, LogEvent, PartyEvent, Payout, Requirement } from "./index.ts";
import { generateKey, localSigner, remoteSigner, Settld, SettldError } from "./index.ts";
import { OFFER_MEMBERS } from "./resources/offer.ts";
import { AMOUNT, APPROVED, CHECKED, startWorld, type World } from "./testing/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.server.deposit(world.buyer.id, { value: "1000000", assetCode: "USD", assetScale: 2 });
});
afterAll(() => world.close());

const HOUR = 3_600_000;
const baseUrl = "https://a.example";
const offer = (): CreateAgreement => ({ seller: world.seller.id, amount: AMOUNT, policy: APPROVED });
const checkers = (): Record<string, string> => ({ quality: world.checker.id });

/** An agreement that is funded. */
const funded = async (terms: Partial<CreateAgreement> = {}): Promise<string> => {
  const { id } = await world.as(world.buyer).agreements.create({ ...offer(), ...terms } as CreateAgreement);
  await world.as(world.seller).agreements.accept(id);
  await world.as(world.buyer).agreements.fund(id);
  return id;
};

test("a signer that cannot be made is an error of the call that needs it, and of nothing else", async () => {
  const stray: unknown[] = [];
  const note = (reason: unknown): void => void stray.push(reason);
  process.on("unhandledRejection", note);
  try {
    const { publicKey } = await generateKey();
    const { apiKey, id: party } = world.buyer;
    const client = new Core({ baseUrl: world.server.url, apiKey, party, signer: localSigner(publicKey) });
    await client.account.retrieve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(stray).toEqual([]);
    await expect(client.agreements.create(offer())).rejects.toMatchObject({ code: "KEY_JWK" });
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("a signer of the wrong kind says which option it is and what makes one", async () => {
  const { privateKey } = await generateKey();
  const client = world.as(world.buyer, { signer: privateKey as never });
  await expect(client.agreements.create(offer())).rejects.toThrow(
    "expected `signer` in the options, from localSigner(key) or remoteSigner, found another",
  );
});

test("a misspelt term is refused with the one that was meant, and nothing is sent", async () => {
  let sent = 0;
  const buyer = world.as(world.buyer, {
    settler: (await world.as(world.buyer).account.retrieve()).settler,
    fetch: async (input, init) => {
      sent += 1;
      return fetch(input, init);
    },
  });
  for (const [wrong, meant] of [
    ["holdbackBp", "holdbackBps"],
    ["seler", "seller"],
    ["feebps", "feeBps"],
    ["maxAttempts", "attemptsMax"],
    ["acceptedBy", "acceptBy"],
    ["disputeMS", "disputeMs"],
  ]) {
    const misspelt = { ...offer(), [wrong!]: 1 };
    await expect(buyer.agreements.create(misspelt)).rejects.toThrow(
      new TypeError(`unknown member \`${wrong}\` (did you mean \`${meant}\`?)`),
    );
  }
  const policy = { ...APPROVED, payuot: { kind: "all-or-nothing" } };
  await expect(buyer.agreements.create({ ...offer(), policy } as CreateAgreement)).rejects.toThrow(/`payout`/);
  expect(sent).toBe(0);
});

test("a misspelt option of a call is refused with the one that was meant", async () => {
  const buyer = world.as(world.buyer);
  for (const [wrong, meant] of [
    ["timout", "timeout"],
    ["totaltimeout", "totalTimeout"],
    ["retries", "maxRetries"],
    ["idempotency", "idempotencyKey"],
    ["ifEvent", "ifEvents"],
    ["sginal", "signal"],
  ]) {
    const unknown = `unknown member \`${wrong}\` (did you mean \`${meant}\`?)`;
    await expect(buyer.agreements.create(offer(), { [wrong!]: 5 })).rejects.toThrow(unknown);
    await expect(buyer.accounts.list({}, { [wrong!]: 5 })).rejects.toThrow(unknown);
  }
  const judgement = { submission: `sha256:${"0".repeat(64)}`, aproved: false } as const;
  await expect(buyer.agreements.approve("sha256:0", judgement)).rejects.toThrow(/`approved`/);
});

test("every term and every option is known", () => {
  const options: { readonly [name in keyof Required<AgreementOptions>]: 1 } = {
    signal: 1,
    timeout: 1,
    totalTimeout: 1,
    maxRetries: 1,
    idempotencyKey: 1,
    ifEvents: 1,
  };
  const terms: { readonly [name in keyof Required<CreateAgreement>]: 1 } = {
    seller: 1,
    buyer: 1,
    settler: 1,
    arbiter: 1,
    checkers: 1,
    amount: 1,
    policy: 1,
    feeBps: 1,
    acceptBy: 1,
    fundBy: 1,
    submitBy: 1,
    reviewMs: 1,
    attemptsMax: 1,
    holdbackBps: 1,
    disputeMs: 1,
    rulingMs: 1,
    references: 1,
  };
  expect([...CALL_OPTIONS]).toEqual(Object.keys(options));
  expect([...OFFER_MEMBERS]).toEqual(Object.keys(terms));
});

test("work without a file that the policy asks for is not handed in", async () => {
  const item = { id: "there", kind: "item", item: "visits.csv", mediaType: "text/csv" } as const;
  const seller = world.as(world.seller).agreements;
  const id = await funded({ policy: { requirements: [item] } });
  await expect(seller.submit(id, { files: { "visit.csv": "a" } })).rejects.toThrow(
    new TypeError("expected the file visits.csv text/csv that the policy asks for, found visit.csv text/csv"),
  );
  const text = [{ name: "visits.csv", data: "a", mediaType: "text/plain" }];
  await expect(seller.submit(id, { files: text })).rejects.toThrow(/found visits\.csv text\/plain/);
  expect(await seller.retrieve(id)).toMatchObject({ status: "funded", attempt: 0 });
  const done = await seller.submit(id, { files: { "visits.csv": "a", "notes.txt": "b" } });
  expect(done).toMatchObject({ status: "closed", decision: { outcome: "full" } });
  const checked = await funded({ checkers: checkers(), policy: CHECKED });
  await expect(seller.submit(checked, { files: { "b.csv": "a" } })).rejects.toThrow(/file a\.csv of any type that/);
});

test("where each requirement is paid for itself, a part of the work is handed in, but no misspelt one", async () => {
  const item = (id: string): Requirement => ({ id, kind: "item", item: `${id}.csv`, mediaType: "text/csv" });
  const weights = ["one", "two"].map((requirement) => ({ requirement, bps: 5_000 }));
  const policy = { requirements: [item("one"), item("two")], payout: { kind: "weighted", weights } } as const;
  const seller = world.as(world.seller).agreements;
  const id = await funded({ policy });
  await expect(seller.submit(id, { files: { "one.csv": "a", "tow.csv": "b" } })).rejects.toThrow(/file two\.csv/);
  expect((await seller.submit(id, { files: { "one.csv": "a" } })).decision?.outcome).toBe("partial");
});

test("a result in which the policy would find nothing is not attested", async () => {
  const checker = world.as(world.checker).agreements;
  const payout: Payout = { kind: "per-unit", check: "ok", pointer: "/a~1b/0/rows", unitValue: "1", cap: "48000" };
  const id = await funded({ checkers: checkers(), policy: { ...CHECKED, payout } });
  const { submission } = await world.as(world.seller).agreements.submit(id, { files: { "a.csv": "a" } });
  const attest = (result: { readonly [name: string]: unknown }) =>
    checker.attest(id, { submission: submission!.digest, requirement: "ok", result });
  await expect(attest({ okk: true })).rejects.toThrow(new TypeError("expected a value at /ok of `result`, found none"));
  await expect(attest({ ok: true, "a/b": [{ row: 7 }] })).rejects.toThrow(/at \/a~1b\/0\/rows/);
  await expect(attest({ ok: true, constructor: 1 })).rejects.toThrow(/rows/);
  await expect(attest({ ok: true, "a/b": [{ rows: 99.5 }] })).rejects.toThrow(
    "expected `rows` to be an integer within +-(2^53-1), found 99.5",
  );
  expect((await checker.retrieve(id)).status).toBe("review");
  expect(await attest({ ok: true, "a/b": [{ rows: 7 }] })).toMatchObject({ decision: { gross: "7" } });
});

test("numbers in an offer that are no integers are named", async () => {
  await expect(world.as(world.buyer).agreements.create({ ...offer(), holdbackBps: 0.2 })).rejects.toThrow(
    "expected `holdbackBps` to be an integer within +-(2^53-1), found 0.2",
  );
});

test.each([
  ["50.00 USD", "5000"],
  ["5000", "5000"],
  ["0.00 USD", "0"],
  [{ value: "5000", assetCode: "USD", assetScale: 2 }, "5000"],
])("a ruling of %j gives the seller %s minor units", async (toSeller, value) => {
  const terms = { arbiter: world.arbiter.id, holdbackBps: 2_000, disputeMs: HOUR };
  const id = await funded(terms);
  const { submission } = await world.as(world.seller).agreements.submit(id, { files: { "a.csv": "a" } });
  const buyer = world.as(world.buyer).agreements;
  await buyer.approve(id, { submission: submission!.digest });
  await buyer.dispute(id, { reasonCode: "late" });
  const arbiter = world.as(world.arbiter).agreements;
  await expect(arbiter.resolve(id, { toSeller: "50.00 EUR" })).rejects.toMatchObject({
    code: "MONEY_ASSET_MISMATCH",
    pointer: "/toSeller/assetCode",
  });
  for (const wrong of ["50.00", "-50.00 USD", 50.5 as never, 50 as never]) {
    await expect(arbiter.resolve(id, { toSeller: wrong })).rejects.toThrow(/such as "480\.00 USD"/);
  }
  const closed = await arbiter.resolve(id, { toSeller });
  expect(BigInt(closed.balances.seller) - 38_400n).toBe(BigInt(value));
});

test("amounts that are none say what one looks like, and what was found", () => {
  const example = 'expected an amount such as "480.00 USD", or { value, assetCode, assetScale }, found ';
  for (const [wrong, found] of [
    ["480.00 usd", '"480.00 usd"'],
    ["0.5 BTC", '"0.5 BTC"'],
    ["480.00 XXX", '"480.00 XXX"'],
    [480, "480"],
    [480n, "480"],
    [undefined, "undefined"],
    [null, "null"],
  ]) {
    expect(() => readAmount(wrong as string)).toThrow(new TypeError(example + found));
  }
  expect(() => readAmount("0.00 USD")).toThrow(new TypeError('expected an amount of more than 0, found "0.00 USD"'));
  expect(() => readAmount("480.0 USD")).toThrow(new TypeError('expected USD with 2 decimals, found "480.0 USD"'));
});

test("the registry's key is read as `serve` prints it, and a private key is refused by name", async () => {
  const { privateKey, publicKey } = await generateKey();
  const key = base64urlEncode(world.server.registryKey as Uint8Array);
  expect(key).toHaveLength(43);
  for (const registryKey of [key, `${key}\n`]) {
    const { parties } = await world.as(world.buyer, { registryKey }).account.retrieve();
    expect(parties).toContain(world.buyer.id);
  }
  expect(() => new Settld({ baseUrl, apiKey: "k", registryKey: privateKey })).toThrow(
    new SettldError("KEY_JWK", "expected a public key, found a private one: leave `d` out", { pointer: "/d" }),
  );
  expect(() => remoteSigner(privateKey, (bytes) => bytes)).toThrow(/private/);
  for (const wrong of ["hello", key.slice(1), `${publicKey.x}==`]) {
    expect(() => new Settld({ baseUrl, apiKey: "k", registryKey: wrong })).toThrow(SettldError);
  }
});

test("too early and too late have the codes that the server has for them", async () => {
  const [buyer, seller, checker, arbiter] = [world.buyer, world.seller, world.checker, world.arbiter].map(
    (party) => world.as(party).agreements,
  );
  const { settler } = await world.as(world.buyer).account.retrieve();
  const digest = `sha256:${"0".repeat(64)}` as const;
  let id = "";
  const compare = async (expected: { readonly [name: string]: string }): Promise<void> => {
    const ours = {
      attest: () => checker!.attest(id, { submission: digest, requirement: "ok", result: { ok: true } }),
      approve: () => buyer!.approve(id, { submission: digest }),
      dispute: () => buyer!.dispute(id, { reasonCode: "late" }),
      resolve: () => arbiter!.resolve(id, { toSeller: "1" }),
    };
    const attested = { submission: digest, subject: digest, requirement: "ok", result: { ok: true } };
    const theirs: { readonly [name in keyof typeof ours]: PartyEvent } = {
      attest: { type: "evidence.attested", body: attested },
      approve: { type: "approval.given", body: { submission: digest, requirement: "fine", approved: true } },
      dispute: { type: "dispute.opened", body: { decision: digest, reasonCode: "late" } },
      resolve: { type: "dispute.resolved", body: { dispute: digest, toSeller: "1" } },
    };
    const found: Record<string, string> = {};
    for (const [name, call] of Object.entries(ours)) {
      if (expected[name] === undefined) continue;
      const error = await call().then(
        () => undefined,
        (caught: unknown) => caught as SettldError,
      );
      expect(error, name).toBeInstanceOf(SettldError);
      expect(error, name).not.toBeInstanceOf(SettldApiError);
      expect(error?.message, name).toMatch(/^expected state \w+, found \w+$/);
      found[name] = String(error?.code);
      const client = name === "attest" ? checker : name === "resolve" ? arbiter : buyer;
      const event = theirs[name as keyof typeof ours];
      await expect(client!.append(id, event), name).rejects.toMatchObject({ code: error?.code });
    }
    expect(found).toEqual(expected);
  };
  const requirements = [...CHECKED.requirements, ...APPROVED.requirements];
  const terms = { settler, arbiter: world.arbiter.id, checkers: checkers(), holdbackBps: 2_000, disputeMs: HOUR };
  ({ id } = await buyer!.create({ ...offer(), ...terms, policy: { requirements } }));
  const attest = "STATE_NOT_FUNDED";
  const approve = attest;
  const dispute = "STATE_NOT_SETTLED";
  const resolve = dispute;
  await compare({ attest, approve, dispute, resolve });
  await seller!.accept(id);
  await compare({ attest, approve, dispute, resolve });
  await buyer!.fund(id);
  await compare({ attest: "STATE_NO_SUBMISSION", approve: "STATE_NO_SUBMISSION", dispute, resolve });
  const { submission } = await seller!.submit(id, { files: { "a.csv": "a" } });
  await compare({ dispute, resolve });
  await buyer!.approve(id, { submission: submission!.digest });
  const result = { ok: true };
  await checker!.attest(id, { submission: submission!.digest, requirement: "ok", result });
  expect((await arbiter!.retrieve(id)).status).toBe("window");
  await compare({ resolve: "STATE_NOT_DISPUTED" });
  ({ id } = await buyer!.create({ ...offer(), ...terms, policy: { requirements } }));
  await buyer!.cancel(id);
  const closed = "STATE_CLOSED";
  await compare({ attest: closed, approve: closed, dispute: closed, resolve: closed });
});

test("a base URL that is none is shown with one that is", () => {
  for (const wrong of ["127.0.0.1:8402", "localhost:8402", undefined, "ftp://a.example", "https://", "https://a?x=1"]) {
    expect(() => new Core({ baseUrl: wrong as string, apiKey: "k" }), wrong).toThrow(
      new TypeError(`expected \`baseUrl\` such as "https://settle.example", found "${wrong}"`),
    );
  }
  for (const fine of ["http://localhost:8402", "https://a.example/under/", "HTTPS://A.example", "http://[::1]:80"]) {
    expect(() => new Core({ baseUrl: fine, apiKey: "k" }), fine).not.toThrow();
  }
});

test("when no server answers, the error says what the socket said", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (url: string) =>
    new Core({ baseUrl: url, apiKey: "k", maxRetries: 0 }).account.retrieve().catch((error: unknown) => error);
  expect(await ask(`https://127.0.0.1:${port}`)).toMatchObject({
    code: "HTTP_UNAVAILABLE",
    message: expect.stringMatching(/expected an answer, found none: .*(SSL|TLS|EPROTO)/),
  });
  await new Promise((resolve) => server.close(resolve));
  expect(await ask(`http://127.0.0.1:${port}`)).toMatchObject({
    code: "HTTP_UNAVAILABLE",
    message: expect.stringMatching(/expected an answer, found none: ECONNREFUSED$/),
  });
});

test("the type of an event tells which body it has, and the documented policy is the protocol's", () => {
  const amountOf = (event: LogEvent): string | undefined =>
    event.type === "agreement.offered" ? event.payload.body.amount.value : undefined;
  expectTypeOf(amountOf).returns.toEqualTypeOf<string | undefined>();
  expectTypeOf<Requirement>().branded.toEqualTypeOf<protocol.Requirement>();
  expectTypeOf<Payout>().branded.toEqualTypeOf<protocol.Payout>();
  type Terms = Pick<CreateAgreement, "amount" | "policy">;
  expectTypeOf<Terms>().not.toExtend<CreateAgreement>();
  expectTypeOf<Terms & { readonly seller: string }>().toExtend<CreateAgreement>();
  expectTypeOf<Terms & { readonly buyer: string }>().toExtend<CreateAgreement>();
});
