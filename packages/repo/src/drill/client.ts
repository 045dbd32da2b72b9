import { randomUUID } from "node:crypto";
import {
  base64urlEncode,
  canonicalBytes,
  digestOf,
  formatInstant,
  type JsonValue,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  REVISION,
  type Signer,
  sha256,
  signEnvelope,
  signerFromSeed,
  utf8,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** Asks a server with an API key; throws for what is no success. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

type Answer = Readonly<Record<string, unknown>> & { readonly id?: string };
type Agreement = {
  readonly id: string;
  readonly events: number;
  readonly head: string;
  readonly attempt: number;
  readonly status: string;
  readonly submission?: { readonly digest: string };
};

/** Who deals in a drill. Each has a key of its own, made from a name. */
export type Parties = Readonly<
  Record<"buyer" | "seller" | "checker", { readonly id: string; readonly signer: Signer }>
>;

const HOUR_MS = 3_600_000;
const ASSET = { assetCode: "USD", assetScale: 2 } as const;

/** Makes what asks a server. */
export function asking(url: string, apiKey: string): Ask {
  return async (method, path, body) => {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        "idempotency-key": randomUUID(),
        "content-type": isBytes ? "application/octet-stream" : "application/json",
      },
      ...(body === undefined ? {} : { body: isBytes ? body.slice() : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Answer);
  };
}

/** A signer whose seed is the hash of a text. */
export const drillSigner = (name: string): Promise<Signer> =>
  signerFromSeed(sha256(utf8(`settld drill, never use it: ${name}`)), defaultCrypto);

/** The text of a key file of {@link drillSigner}. */
export async function drillKey(name: string): Promise<string> {
  const { publicKey } = await drillSigner(name);
  const seed = sha256(utf8(`settld drill, never use it: ${name}`));
  return JSON.stringify({ ...jwkFromPublicKey(publicKey), d: base64urlEncode(seed) });
}

/** Registers three parties and gives the buyer money. */
export async function enroll(ask: Ask): Promise<Parties> {
  const found: [string, { readonly id: string; readonly signer: Signer }][] = [];
  for (const role of ["buyer", "seller", "checker"] as const) {
    const signer = await drillSigner(role);
    const id = `https://${role}.example`;
    await ask("POST", "/v1/parties", { id, roles: [role], keys: [{ jwk: jwkFromPublicKey(signer.publicKey) }] });
    found.push([role, { id, signer }]);
  }
  await ask("POST", "/v1/deposits", {
    party: "https://buyer.example",
    amount: { value: "1000000", ...ASSET },
    reference: "first",
  });
  return Object.fromEntries(found) as Parties;
}

/** Offers, accepts, funds, submits and attests: a whole settlement. Returns the agreement's id. */
export async function settle(ask: Ask, { buyer, seller, checker }: Parties, settler: string): Promise<string> {
  const now = Date.now();
  const at = (ms: number): string => formatInstant(Math.floor((now + ms) / 1000) * 1000);
  let agreement: Agreement | undefined;
  const send = async (by: Parties["buyer"], payload: object): Promise<void> => {
    const body = await signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as JsonValue), [by.signer]);
    const path = agreement === undefined ? "/v1/agreements" : `/v1/agreements/${agreement.id}/events`;
    agreement = (await ask("POST", path, body))["agreement"] as Agreement;
  };
  const open = (): Agreement => {
    if (agreement === undefined) throw new Error("expected an agreement");
    return agreement;
  };
  const add = (by: Parties["buyer"], type: string, body: object): Promise<void> => {
    const { id, events, head } = open();
    const place = { v: REVISION, agreement: id, seq: events, prev: head, at: formatInstant(Date.now()) };
    return send(by, { ...place, type, by: by.id, body });
  };
  await send(buyer, {
    v: REVISION,
    type: "agreement.offered",
    seq: 0,
    at: formatInstant(now),
    by: buyer.id,
    body: {
      nonce: randomUUID().replaceAll("-", ""),
      parties: {
        buyer: { id: buyer.id },
        seller: { id: seller.id },
        settler: { id: settler },
        checkers: { quality: { id: checker.id } },
      },
      amount: { value: "100", ...ASSET },
      policy: {
        requirements: [
          { id: "ok", kind: "check", checker: "quality", item: "a.txt", pointer: "/ok", op: "eq", value: true },
        ],
        payout: { kind: "all-or-nothing" },
      },
      feeBps: 250,
      acceptBy: at(HOUR_MS),
      fundBy: at(2 * HOUR_MS),
      submitBy: at(3 * HOUR_MS),
      reviewMs: HOUR_MS,
      attemptsMax: 1,
      holdbackBps: 0,
      disputeMs: 0,
      rulingMs: 0,
      references: [],
    },
  });
  await add(seller, "agreement.accepted", {});
  agreement = (await ask("POST", `/v1/agreements/${open().id}/fund`, {}))["agreement"] as Agreement;
  const data = utf8(`work ${open().id}`);
  const digest = digestOf(data);
  await ask("PUT", `/v1/evidence/${digest}`, data);
  const items = [{ name: "a.txt", mediaType: "text/plain", digest, size: data.length }];
  await add(seller, "work.submitted", { attempt: open().attempt + 1, items });
  const attestation = {
    submission: open().submission?.digest,
    subject: digest,
    requirement: "ok",
    result: { ok: true },
  };
  await add(checker, "evidence.attested", attestation);
  if (open().status !== "closed") throw new Error(`expected a closed agreement, found ${open().status}`);
  return open().id;
}

/** Asks for the seller's money. */
export async function withdraw(ask: Ask): Promise<string> {
  const body = { party: "https://seller.example", amount: { value: "10", ...ASSET }, destination: "bank" };
  return String((await ask("POST", "/v1/withdrawals", body)).id);
}
