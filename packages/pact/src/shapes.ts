import { AGREEMENT, AT, idOf, WORK_DIGEST } from "./fixtures.ts";

/** A value of an answer, as a sample of its members. */
export type Shape = Readonly<Record<string, unknown>>;

const DIGEST = `sha256:${"0".repeat(64)}`;
const ACCOUNT = "acct_WyJhdmFpbGFibGUiXQ";
const money = { value: "100000", assetCode: "USD", assetScale: 2 };

/** A text in base64. */
export const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

const envelope = (payloadType: string, payload: unknown): Shape => ({
  payload: base64(payload),
  payloadType,
  signatures: [{ keyid: "xypG_wFG_iEmKYQHP1HGeuBxb-JIx5UQeY20tnjoKW4", sig: "AAAA" }],
});

/** What the client reads of an agreement that is offered. */
export const agreement: Shape = {
  object: "agreement",
  id: AGREEMENT,
  status: "offered",
  events: 1,
  head: AGREEMENT,
  at: AT,
  due: AT,
  amount: { value: "48000", assetCode: "USD", assetScale: 2 },
  parties: {
    buyer: idOf("buyer"),
    seller: idOf("seller"),
    settler: "https://settler.example",
    arbiter: null,
    checkers: { quality: idOf("checker") },
  },
  balances: { buyer: "0", seller: "0", escrow: "0", holdback: "0", fee: "0" },
  attempt: 0,
  submission: null,
  decision: null,
  dispute: null,
  reason: null,
  createdAt: AT,
  updatedAt: AT,
};

/** What it reads of an event. */
export const logEvent: Shape = {
  object: "event",
  seq: 0,
  type: "agreement.offered",
  digest: AGREEMENT,
  envelope: envelope("application/vnd.settld.event+json", { type: "agreement.offered" }),
};

/** What it reads of an admission. */
export const admission: Shape = {
  object: "admission",
  event: { seq: 0, type: "agreement.offered", digest: AGREEMENT },
  appended: [logEvent],
  agreement,
};

/** What it reads of evidence. */
export const evidence: Shape = { object: "evidence", digest: WORK_DIGEST, size: 8 };

/** What it reads of an account. */
export const account: Shape = {
  object: "account",
  id: ACCOUNT,
  kind: "available",
  owner: idOf("buyer"),
  balance: money,
};

/** What it reads of a transaction. */
export const transaction: Shape = {
  object: "transaction",
  id: DIGEST,
  type: "deposit.credited",
  at: AT,
  amount: money,
  postings: [{ account: ACCOUNT, kind: "available", owner: idOf("buyer"), amount: money }],
};

/** What it reads of an entry of an account log. */
export const entry: Shape = {
  object: "account_entry",
  seq: 0,
  type: "deposit.credited",
  digest: DIGEST,
  envelope: envelope("application/vnd.settld.account+json", { seq: 0 }),
};

const transfer = {
  party: idOf("buyer"),
  amount: money,
  rail: "test",
  status: "done",
  account: ACCOUNT,
  entry: DIGEST,
  createdAt: AT,
};

/** What it reads of a deposit. */
export const deposit: Shape = { object: "deposit", id: "dep_1", reference: "wire 1", ...transfer };

/** What it reads of a withdrawal. */
export const withdrawal: Shape = { object: "withdrawal", id: "wd_1", destination: "account 17", ...transfer };

/** What it reads of a key of a party. */
export const partyKey: Shape = {
  thumbprint: "xe13-j715ROu-CgWkQ9bpMI8b8RcQNZPWP5ByOHLWK4",
  jwk: { kty: "OKP", crv: "Ed25519", x: "fLxb-ArXnKmTlcz5VkxG1tAxE6v-PVcc4hi0TQfLCDI" },
  notBefore: AT,
  notAfter: AT,
  revoked: null,
};

/** What it reads of a party. */
export const party: Shape = {
  object: "party",
  id: idOf("seller"),
  tenant: "seller",
  roles: ["seller"],
  keys: [partyKey],
};

/** What it reads of an API key. */
export const apiKey: Shape = {
  object: "api_key",
  id: "key_1",
  tenant: "buyer",
  scopes: ["money:read"],
  name: "spare",
  createdAt: AT,
  revokedAt: null,
};

/** What it reads of a trust document. */
export const trust: Shape = envelope("application/vnd.settld.trust+json", {
  registry: { id: "https://registry.example" },
});

/** What it reads of a receipt. */
export const receipt: Shape = envelope("application/vnd.in-toto+json", { _type: "https://in-toto.io/Statement/v1" });

/** What it reads of a webhook endpoint. */
export const endpoint: Shape = {
  object: "webhook_endpoint",
  id: "we_1",
  tenant: "buyer",
  audience: "tenant",
  url: "http://127.0.0.1:9/hook",
  types: ["webhook_endpoint.test"],
  description: "production",
  scheme: "v1",
  publicKey: null,
  status: "enabled",
  disabledReason: null,
  createdAt: AT,
};

/** What it reads of a delivery. */
export const delivery: Shape = {
  object: "delivery",
  id: "dlv_1",
  endpoint: "we_1",
  message: "msg_1",
  type: "webhook_endpoint.test",
  state: "pending",
  attempts: 0,
  createdAt: AT,
};

/** What it reads about its own key. */
export const caller: Shape = {
  object: "caller",
  tenant: "buyer",
  key: { id: "key_1", name: "test", scopes: ["agreements:read"] },
  parties: [idOf("buyer")],
  settler: "https://settler.example",
  limits: { bodyBytes: 1, evidenceBytes: 1, requestsPerSecond: 1, requestsBurst: 1 },
};

/** What it reads of an audit. */
export const audit: Shape = {
  object: "audit",
  ok: true,
  at: AT,
  agreements: 1,
  events: 1,
  entries: 1,
  transactions: 1,
  accounts: 1,
  findings: [],
};

/** A page with one item. */
export const listOf = (item: object): Shape => ({ object: "list", data: [item], hasMore: false, nextCursor: null });
