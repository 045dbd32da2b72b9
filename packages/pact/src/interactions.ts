import type { OperationId, Settld } from "@settld/sdk";
import { AGREEMENT, AT, acceptance, idOf, offer, signerOf, WORK, WORK_DIGEST } from "./fixtures.ts";
import type { Stage } from "./provider-world.ts";
import * as shapes from "./shapes.ts";

/** Whose client sends it. */
export type Who = "buyer" | "seller" | "operator";

/** One request that the client sends, the answer that it reads, and the call that does both. */
export type Interaction = {
  readonly operation: OperationId;
  /** How far the agreement has come on the server. */
  readonly stage: Stage;
  readonly as: Who;
  /** The path; `${name}` stands for an id that the server gave, and is `name_1` on the client's side. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
  /** What the client reads of the answer: members by type. */
  readonly answer?: unknown;
  /** Bytes that it reads instead. */
  readonly bytes?: { readonly mediaType: string; readonly example: Uint8Array; readonly exact: boolean };
  readonly call: (client: Settld) => unknown;
};

const IDEMPOTENCY = { idempotencyKey: "pact" };
const seller = encodeURIComponent(idOf("seller"));
const agreementPath = `/v1/agreements/${encodeURIComponent(AGREEMENT)}`;
const evidencePath = `/v1/evidence/${encodeURIComponent(WORK_DIGEST)}`;
// The places are for Pact to fill, not for us.
const placed = (name: string): string => `\${${name}}`;
const ENDPOINT = `/v1/webhook_endpoints/${placed("endpoint")}`;
const JSON_BODY = { value: "100", assetCode: "USD", assetScale: 2 };

/** Every interaction. What the client signs is made anew, with keys that every test knows. */
export const interactions = async (): Promise<readonly Interaction[]> => {
  const [offered, accepted] = [await offer(), await acceptance()];
  const { publicKey, keyid } = await signerOf("seller");
  const jwk = { kty: "OKP" as const, crv: "Ed25519" as const, x: Buffer.from(publicKey).toString("base64url") };
  const other = { ...jwk, x: Buffer.from((await signerOf("other")).publicKey).toString("base64url") };
  return [
    {
      operation: "agreements.create",
      stage: "not offered",
      as: "buyer",
      path: "/v1/agreements",
      body: offered,
      status: 201,
      answer: shapes.admission,
      call: (client) => client.agreements.create(offered, IDEMPOTENCY),
    },
    {
      operation: "agreements.list",
      stage: "offered",
      as: "buyer",
      path: "/v1/agreements",
      query: { status: "offered", limit: "7" },
      status: 200,
      answer: shapes.listOf(shapes.agreement),
      call: (client) => client.agreements.list({ status: "offered", limit: 7 }),
    },
    {
      operation: "agreements.retrieve",
      stage: "offered",
      as: "buyer",
      path: agreementPath,
      status: 200,
      answer: shapes.agreement,
      call: (client) => client.agreements.retrieve(AGREEMENT),
    },
    {
      operation: "agreements.listEvents",
      stage: "offered",
      as: "buyer",
      path: `${agreementPath}/events`,
      query: { from: "0", limit: "5" },
      status: 200,
      answer: shapes.listOf(shapes.logEvent),
      call: (client) => client.agreements.events(AGREEMENT, { from: 0, limit: 5 }),
    },
    {
      operation: "agreements.append",
      stage: "offered",
      as: "seller",
      path: `${agreementPath}/events`,
      body: accepted,
      status: 201,
      answer: shapes.admission,
      call: (client) => client.agreements.append(AGREEMENT, accepted, IDEMPOTENCY),
    },
    {
      operation: "agreements.fund",
      stage: "accepted",
      as: "buyer",
      path: `${agreementPath}/fund`,
      body: { funding: { rail: "test", reference: "wire 1" } },
      status: 201,
      answer: shapes.admission,
      call: (client) =>
        client.agreements.fund(AGREEMENT, { funding: { rail: "test", reference: "wire 1" } }, IDEMPOTENCY),
    },
    {
      operation: "agreements.bundle",
      stage: "closed",
      as: "buyer",
      path: `${agreementPath}/bundle`,
      query: { evidence: "withheld" },
      status: 200,
      bytes: { mediaType: "application/vnd.settld.bundle+jsonl", example: Buffer.from("{}\n"), exact: false },
      call: (client) => client.agreements.bundle(AGREEMENT, { evidence: "withheld" }),
    },
    {
      operation: "agreements.receipt",
      stage: "closed",
      as: "buyer",
      path: `${agreementPath}/receipt`,
      status: 200,
      answer: shapes.receipt,
      call: (client) => client.agreements.receipt(AGREEMENT),
    },
    {
      operation: "evidence.upload",
      stage: "not offered",
      as: "seller",
      path: evidencePath,
      body: WORK,
      status: 200,
      answer: shapes.evidence,
      call: (client) => client.evidence.upload(WORK),
    },
    {
      operation: "evidence.download",
      stage: "not offered",
      as: "seller",
      path: evidencePath,
      status: 200,
      bytes: { mediaType: "application/octet-stream", example: WORK, exact: true },
      call: (client) => client.evidence.download(WORK_DIGEST),
    },
    {
      operation: "evidence.check",
      stage: "not offered",
      as: "seller",
      path: evidencePath,
      status: 200,
      call: (client) => client.evidence.check(WORK_DIGEST),
    },
    {
      operation: "accounts.list",
      stage: "not offered",
      as: "buyer",
      path: "/v1/accounts",
      query: { owner: idOf("buyer") },
      status: 200,
      answer: shapes.listOf(shapes.account),
      call: (client) => client.accounts.list({ owner: idOf("buyer") }),
    },
    {
      operation: "accounts.retrieve",
      stage: "not offered",
      as: "buyer",
      path: `/v1/accounts/${placed("account")}`,
      status: 200,
      answer: shapes.account,
      call: (client) => client.accounts.retrieve("account_1"),
    },
    {
      operation: "accounts.listTransactions",
      stage: "not offered",
      as: "buyer",
      path: `/v1/accounts/${placed("account")}/transactions`,
      status: 200,
      answer: shapes.listOf(shapes.transaction),
      call: (client) => client.accounts.transactions("account_1"),
    },
    {
      operation: "accounts.listEntries",
      stage: "not offered",
      as: "buyer",
      path: `/v1/accounts/${placed("account")}/entries`,
      status: 200,
      answer: shapes.listOf(shapes.entry),
      call: (client) => client.accounts.entries("account_1"),
    },
    {
      operation: "deposits.create",
      stage: "not offered",
      as: "operator",
      path: "/v1/deposits",
      body: { party: idOf("buyer"), reference: "wire 2", amount: JSON_BODY },
      status: 201,
      answer: { ...shapes.deposit, reference: "wire 2", amount: JSON_BODY },
      call: (client) =>
        client.deposits.create({ party: idOf("buyer"), amount: "1.00 USD", reference: "wire 2" }, IDEMPOTENCY),
    },
    {
      operation: "deposits.list",
      stage: "not offered",
      as: "buyer",
      path: "/v1/deposits",
      status: 200,
      answer: shapes.listOf(shapes.deposit),
      call: (client) => client.deposits.list(),
    },
    {
      operation: "deposits.retrieve",
      stage: "not offered",
      as: "buyer",
      path: `/v1/deposits/${placed("deposit")}`,
      status: 200,
      answer: { ...shapes.deposit, id: "deposit_1" },
      call: (client) => client.deposits.retrieve("deposit_1"),
    },
    {
      operation: "withdrawals.create",
      stage: "not offered",
      as: "buyer",
      path: "/v1/withdrawals",
      body: { party: idOf("buyer"), amount: JSON_BODY, destination: "account 18" },
      status: 201,
      answer: { ...shapes.withdrawal, amount: JSON_BODY, destination: "account 18" },
      call: (client) =>
        client.withdrawals.create({ party: idOf("buyer"), amount: "1.00 USD", destination: "account 18" }, IDEMPOTENCY),
    },
    {
      operation: "withdrawals.list",
      stage: "not offered",
      as: "buyer",
      path: "/v1/withdrawals",
      status: 200,
      answer: shapes.listOf(shapes.withdrawal),
      call: (client) => client.withdrawals.list(),
    },
    {
      operation: "withdrawals.retrieve",
      stage: "not offered",
      as: "buyer",
      path: `/v1/withdrawals/${placed("withdrawal")}`,
      status: 200,
      answer: { ...shapes.withdrawal, id: "withdrawal_1" },
      call: (client) => client.withdrawals.retrieve("withdrawal_1"),
    },
    {
      operation: "parties.list",
      stage: "not offered",
      as: "seller",
      path: "/v1/parties",
      status: 200,
      answer: shapes.listOf(shapes.party),
      call: (client) => client.parties.list(),
    },
    {
      operation: "parties.create",
      stage: "not offered",
      as: "operator",
      path: "/v1/parties",
      body: { id: idOf("new"), roles: ["seller"], keys: [{ jwk: other }] },
      status: 201,
      answer: { ...shapes.party, id: idOf("new"), keys: [{ ...shapes.partyKey, jwk: other }] },
      call: (client) => client.parties.create({ id: idOf("new"), roles: ["seller"], keys: [other] }, IDEMPOTENCY),
    },
    {
      operation: "parties.retrieve",
      stage: "not offered",
      as: "seller",
      path: `/v1/parties/${seller}`,
      status: 200,
      answer: shapes.party,
      call: (client) => client.parties.retrieve(idOf("seller")),
    },
    {
      operation: "parties.addKey",
      stage: "not offered",
      as: "operator",
      path: `/v1/parties/${seller}/keys`,
      body: { jwk: other },
      status: 201,
      answer: { ...shapes.party, keys: [shapes.partyKey, { ...shapes.partyKey, jwk: other }] },
      call: (client) => client.parties.addKey(idOf("seller"), { key: other }, IDEMPOTENCY),
    },
    {
      operation: "parties.revokeKey",
      stage: "not offered",
      as: "seller",
      path: `/v1/parties/${seller}/keys/${keyid}/revoke`,
      body: { reason: "superseded" },
      status: 200,
      answer: {
        ...shapes.party,
        keys: [{ ...shapes.partyKey, thumbprint: keyid, jwk, revoked: { at: AT, reason: "superseded" } }],
      },
      call: (client) => client.parties.revokeKey(idOf("seller"), keyid, { reason: "superseded" }, IDEMPOTENCY),
    },
    {
      operation: "trust.retrieve",
      stage: "offered",
      as: "buyer",
      path: "/v1/trust",
      query: { agreement: AGREEMENT },
      status: 200,
      answer: shapes.trust,
      call: (client) => client.trust.retrieve({ agreement: AGREEMENT }),
    },
    {
      operation: "keys.create",
      stage: "not offered",
      as: "operator",
      path: "/v1/keys",
      body: { tenant: "buyer", scopes: ["money:read"], name: "spare" },
      status: 201,
      answer: { ...shapes.apiKey, secret: "settld_0123" },
      call: (client) => client.keys.create({ tenant: "buyer", scopes: ["money:read"], name: "spare" }, IDEMPOTENCY),
    },
    {
      operation: "keys.list",
      stage: "not offered",
      as: "operator",
      path: "/v1/keys",
      query: { tenant: "buyer" },
      status: 200,
      answer: shapes.listOf(shapes.apiKey),
      call: (client) => client.keys.list({ tenant: "buyer" }),
    },
    {
      operation: "keys.revoke",
      stage: "not offered",
      as: "operator",
      path: `/v1/keys/${placed("key")}`,
      status: 200,
      answer: { ...shapes.apiKey, id: "key_1", revokedAt: AT },
      call: (client) => client.keys.revoke("key_1"),
    },
    {
      operation: "account.retrieve",
      stage: "not offered",
      as: "buyer",
      path: "/v1/account",
      status: 200,
      answer: shapes.caller,
      call: (client) => client.account.retrieve(),
    },
    {
      operation: "audit.retrieve",
      stage: "offered",
      as: "operator",
      path: "/v1/audit",
      status: 200,
      answer: shapes.audit,
      call: (client) => client.audit.retrieve(),
    },
    {
      operation: "webhookEndpoints.create",
      stage: "not offered",
      as: "buyer",
      path: "/v1/webhook_endpoints",
      body: { url: "http://127.0.0.1:9/other", types: ["escrow.funded"], description: "second" },
      status: 201,
      answer: { ...shapes.endpoint, secret: "whsec_0123" },
      call: (client) =>
        client.webhookEndpoints.create(
          { url: "http://127.0.0.1:9/other", types: ["escrow.funded"], description: "second" },
          IDEMPOTENCY,
        ),
    },
    {
      operation: "webhookEndpoints.list",
      stage: "not offered",
      as: "buyer",
      path: "/v1/webhook_endpoints",
      status: 200,
      answer: shapes.listOf(shapes.endpoint),
      call: (client) => client.webhookEndpoints.list(),
    },
    {
      operation: "webhookEndpoints.retrieve",
      stage: "not offered",
      as: "buyer",
      path: ENDPOINT,
      status: 200,
      answer: shapes.endpoint,
      call: (client) => client.webhookEndpoints.retrieve("endpoint_1"),
    },
    {
      operation: "webhookEndpoints.update",
      stage: "not offered",
      as: "buyer",
      path: ENDPOINT,
      body: { description: "other" },
      status: 200,
      answer: shapes.endpoint,
      call: (client) => client.webhookEndpoints.update("endpoint_1", { description: "other" }, IDEMPOTENCY),
    },
    {
      operation: "webhookEndpoints.delete",
      stage: "not offered",
      as: "buyer",
      path: ENDPOINT,
      status: 200,
      answer: shapes.endpoint,
      call: (client) => client.webhookEndpoints.delete("endpoint_1"),
    },
    {
      operation: "webhookEndpoints.rotate",
      stage: "not offered",
      as: "buyer",
      path: `${ENDPOINT}/rotate`,
      body: { overlapSeconds: 60 },
      status: 200,
      answer: { ...shapes.endpoint, secret: "whsec_0123", oldSecretUntil: AT },
      call: (client) => client.webhookEndpoints.rotate("endpoint_1", { overlapSeconds: 60 }, IDEMPOTENCY),
    },
    {
      operation: "webhookEndpoints.test",
      stage: "not offered",
      as: "buyer",
      path: `${ENDPOINT}/test`,
      body: {},
      status: 201,
      answer: shapes.delivery,
      call: (client) => client.webhookEndpoints.test("endpoint_1", IDEMPOTENCY),
    },
    {
      operation: "webhookEndpoints.listDeliveries",
      stage: "not offered",
      as: "buyer",
      path: `${ENDPOINT}/deliveries`,
      status: 200,
      answer: shapes.listOf(shapes.delivery),
      call: (client) => client.webhookEndpoints.deliveries("endpoint_1"),
    },
    {
      operation: "webhookEndpoints.replayDelivery",
      stage: "not offered",
      as: "buyer",
      path: `${ENDPOINT}/deliveries/${placed("delivery")}/replay`,
      body: {},
      status: 200,
      answer: shapes.delivery,
      call: (client) => client.webhookEndpoints.replayDelivery("endpoint_1", "delivery_1", IDEMPOTENCY),
    },
    {
      operation: "webhookEndpoints.replay",
      stage: "not offered",
      as: "buyer",
      path: `${ENDPOINT}/replay`,
      body: { since: AT },
      status: 200,
      answer: { object: "replay", deliveries: 0, hasMore: false, nextCursor: null },
      call: (client) => client.webhookEndpoints.replay("endpoint_1", { since: AT }, IDEMPOTENCY),
    },
  ];
};

/** Operations that are not in the pact, each with the reason. */
export const NOT_IN_PACT: Readonly<Partial<Record<string, string>>> = {
  "messages.stream": "Pact has no streams; packages/server and packages/sdk test it with each other.",
  "trust.import": "A server either signs trust documents or imports them; the states of the pact have one that signs.",
};

/** Operations of the document that the client has no call for, each with the reason. */
export const NOT_FOR_THE_CLIENT: Readonly<Partial<Record<string, string>>> = {
  "evidence.tombstone": "For auditors, who verify its signature themselves; a deal never needs it.",
  "server.health": "For probes, without a key.",
  "server.ready": "For probes, without a key.",
  "server.openapi": "For people and generators.",
  "server.jwks": "For whoever has no client; the trust document has these keys.",
};
