import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  base64Encode,
  base64urlDecode,
  canonicalBytes,
  digestOf,
  formatInstant,
  type JsonValue,
  jwkFromPublicKey,
  keyProofMessage,
  PAYLOAD_TYPES,
  pae,
  REVISION,
  thumbprint,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";

/** Somebody with a key of its own and one for the API. */
export type Party = {
  readonly id: string;
  readonly keyid: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
  readonly apiKey: string;
};

/** Those who settle with each other. */
export type Parties = Readonly<Record<"buyer" | "seller" | "checker", Party>>;

/** What is to be known of a server. */
export type Known = {
  readonly url: string;
  readonly operatorKey: string;
  readonly settler: string;
  readonly settlerKey: Uint8Array;
  readonly registry: string;
};

/** One request, complete but for where it goes. */
export type Ask = {
  /** Name of the operation, for tables. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
};

/** Sends a request and fulfils with the text of an answer below 300. */
export type Send = (ask: Ask) => Promise<string>;

/** Steps of a settlement: each needs the answer to the one before. */
export type Steps = Generator<Ask, { readonly agreement: string; readonly receipt: string }, string>;

type Place = { readonly id: string; readonly events: number; readonly head: string; readonly status: string };
type Admitted = { readonly agreement: Place; readonly event: { readonly digest: string } };

const HOUR = 3_600_000;
const ASSET = { assetCode: "USD", assetScale: 2 };
const SCOPES = ["agreements:write", "agreements:read", "evidence:write", "money:write", "money:read", "parties:write"];
/** As large as a small report; every job hands in another. */
export const EVIDENCE_BYTES = 2_000;

/** A request of an API key. */
export function ask(name: string, apiKey: string, method: Ask["method"], path: string, body?: object): Ask {
  const headers: Record<string, string> = { authorization: `Bearer ${apiKey}` };
  if (method === "POST") headers["idempotency-key"] = randomBytes(12).toString("base64url");
  if (body === undefined) return { name, method, path, headers, body };
  const isBytes = body instanceof Uint8Array;
  headers["content-type"] = isBytes ? "application/octet-stream" : "application/json";
  return { name, method, path, headers, body: Buffer.from(isBytes ? body : JSON.stringify(body)) };
}

/** Registers a buyer with money, a seller and a checker, each with a tenant and keys of its own. */
export async function makeParties(known: Known, name: string, send: Send): Promise<Parties> {
  const party = async (role: string): Promise<Party> => {
    const tenant = `${role}-${name}`;
    const keys = { tenant, scopes: SCOPES, name: "bench" };
    const made = JSON.parse(await send(ask("keys.create", known.operatorKey, "POST", "/v1/keys", keys)));
    const { secret: apiKey } = made as { readonly secret: string };
    const { privateKey } = generateKeyPairSync("ed25519");
    const publicKey = base64urlDecode(String(privateKey.export({ format: "jwk" })["x"]));
    const id = `https://${tenant}.example`;
    const keyid = thumbprint(publicKey);
    const message = keyProofMessage({ registry: known.registry, party: id, thumbprint: keyid });
    const proof = base64Encode(sign(null, message, privateKey));
    const body = { id, roles: [role], keys: [{ jwk: jwkFromPublicKey(publicKey), proof }] };
    await send(ask("parties.create", apiKey, "POST", "/v1/parties", body));
    return { id, keyid, publicKey, privateKey, apiKey };
  };
  const parties = { buyer: await party("buyer"), seller: await party("seller"), checker: await party("checker") };
  const deposit = {
    party: parties.buyer.id,
    amount: { value: `${10n ** 15n}`, ...ASSET },
    reference: `bench ${name}`,
  };
  await send(ask("deposits.create", known.operatorKey, "POST", "/v1/deposits", deposit));
  return parties;
}

/** Parties as they go to another process. */
export type PartiesJson = Readonly<
  Record<keyof Parties, Omit<Party, "privateKey" | "publicKey"> & { jwk: JsonWebKey }>
>;

/** Writes parties for another process of the same bench. */
export function partiesToJson(parties: Parties): PartiesJson {
  const one = ({ id, keyid, apiKey, privateKey }: Party) => ({
    id,
    keyid,
    apiKey,
    jwk: privateKey.export({ format: "jwk" }),
  });
  return { buyer: one(parties.buyer), seller: one(parties.seller), checker: one(parties.checker) };
}

/** Reads what {@link partiesToJson} wrote. */
export function partiesFromJson(parties: PartiesJson): Parties {
  const one = ({ id, keyid, apiKey, jwk }: PartiesJson["buyer"]): Party => {
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" } as never);
    return { id, keyid, apiKey, privateKey, publicKey: base64urlDecode(String(jwk.x)) };
  };
  return { buyer: one(parties.buyer), seller: one(parties.seller), checker: one(parties.checker) };
}

/** Settles one job, from the offer to the receipt. Signatures are made when their step comes, which costs 50 us each. */
export function* settlement(
  { buyer, seller, checker }: Parties,
  settler: string,
  evidenceBytes: number = EVIDENCE_BYTES,
): Steps {
  const now = Date.now();
  const made: Admitted = JSON.parse(
    yield event("offer", buyer, "/v1/agreements", {
      v: REVISION,
      type: "agreement.offered",
      seq: 0,
      at: formatInstant(now),
      by: buyer.id,
      body: {
        nonce: randomBytes(16).toString("hex"),
        parties: {
          buyer: { id: buyer.id },
          seller: { id: seller.id },
          settler: { id: settler },
          checkers: { quality: { id: checker.id } },
        },
        amount: { value: "48000", ...ASSET },
        policy: {
          requirements: [
            { id: "ok", kind: "check", checker: "quality", item: "a.csv", pointer: "/ok", op: "eq", value: true },
          ],
          payout: { kind: "all-or-nothing" },
        },
        feeBps: 250,
        acceptBy: formatInstant(now + HOUR),
        fundBy: formatInstant(now + 2 * HOUR),
        submitBy: formatInstant(now + 3 * HOUR),
        reviewMs: HOUR,
        attemptsMax: 1,
        holdbackBps: 0,
        disputeMs: 0,
        rulingMs: 0,
        references: [],
      },
    }),
  );
  const path = `/v1/agreements/${made.agreement.id}`;
  const add = (name: string, by: Party, { id, events, head }: Place, type: string, body: JsonValue): Ask =>
    event(name, by, `${path}/events`, {
      v: REVISION,
      agreement: id,
      seq: events,
      prev: head,
      at: formatInstant(Date.now()),
      type,
      by: by.id,
      body,
    });
  yield add("accept", seller, made.agreement, "agreement.accepted", {});
  const funded: Admitted = JSON.parse(yield ask("fund", buyer.apiKey, "POST", `${path}/fund`, {}));
  const data = randomBytes(evidenceBytes);
  const digest = digestOf(data, defaultCrypto);
  yield ask("upload", seller.apiKey, "PUT", `/v1/evidence/${digest}`, data);
  const item = { name: "a.csv", mediaType: "text/csv", digest, size: data.length };
  const work = { attempt: 1, items: [item] };
  const submitted: Admitted = JSON.parse(yield add("submit", seller, funded.agreement, "work.submitted", work));
  const result = { submission: submitted.event.digest, subject: digest, requirement: "ok", result: { ok: true } };
  const attest = add("attest and close", checker, submitted.agreement, "evidence.attested", result);
  const { agreement }: Admitted = JSON.parse(yield attest);
  if (agreement.status !== "closed") throw new Error(`expected a closed agreement, found ${agreement.status}`);
  const receipt = yield ask("receipt", buyer.apiKey, "GET", `${path}/receipt`);
  return { agreement: agreement.id, receipt };
}

function event(name: string, by: Party, path: string, payload: JsonValue): Ask {
  const bytes = canonicalBytes(payload);
  const sig = base64Encode(sign(null, pae(PAYLOAD_TYPES.event, bytes), by.privateKey));
  const envelope = {
    payload: base64Encode(bytes),
    payloadType: PAYLOAD_TYPES.event,
    signatures: [{ keyid: by.keyid, sig }],
  };
  return ask(name, by.apiKey, "POST", path, envelope);
}
