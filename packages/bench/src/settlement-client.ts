import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import {
  base64Decode,
  base64Encode,
  canonicalBytes,
  digestOf,
  type Envelope,
  formatInstant,
  type JsonValue,
  jwkFromPublicKey,
  keyProofMessage,
  openPublicKey,
  PAYLOAD_TYPES,
  pae,
  REVISION,
  type Signer,
  signEnvelope,
  utf8,
  type VerifyingKey,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { testSigner } from "@settld/testkit";

type Party = { readonly id: string; readonly signer: Signer; readonly apiKey: string };

/** What a client knows of its server. */
export type Known = { readonly url: string; readonly operatorKey: string; readonly settlerKey: Uint8Array };

type Place = { readonly id: string; readonly events: number; readonly head: string; readonly status: string };

// Id of the registry of servers that are measured.
const REGISTRY = "https://registry.example";
const HOUR = 3_600_000;
const ASSET = { assetCode: "USD", assetScale: 2 };
// As large as a small report; every job hands in another.
const EVIDENCE_BYTES = 2_000;

/** A client that settles whole jobs over HTTP, with a buyer, a seller and a checker of its own. */
export class SettlementClient {
  readonly #known: Known;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #name: string;
  #parties: Readonly<Record<"buyer" | "seller" | "checker", Party>> | undefined;
  #settler: VerifyingKey | undefined;

  constructor(known: Known, name: string) {
    this.#known = known;
    this.#name = name;
  }

  /** Registers the parties and gives the buyer money. */
  async prepare(): Promise<void> {
    const settler = await openPublicKey(defaultCrypto, this.#known.settlerKey);
    if (typeof settler === "string") throw new Error(settler);
    this.#settler = settler;
    const party = async (role: string): Promise<Party> => {
      const scopes = ["agreements:write", "agreements:read", "evidence:write", "money:write", "parties:write"];
      const tenant = `${role}-${this.#name}`;
      const made = await this.#json(this.#known.operatorKey, "POST", "/v1/keys", { tenant, scopes, name: "bench" });
      const signer = await testSigner(`bench ${tenant}`);
      const id = `https://${tenant}.example`;
      const message = keyProofMessage({ registry: REGISTRY, party: id, thumbprint: signer.keyid });
      const proof = base64Encode(await signer.sign(message));
      const keys = [{ jwk: jwkFromPublicKey(signer.publicKey), proof }];
      const { secret } = made as { readonly secret: string };
      await this.#json(secret, "POST", "/v1/parties", { id, roles: [role], keys });
      return { id, signer, apiKey: secret };
    };
    this.#parties = { buyer: await party("buyer"), seller: await party("seller"), checker: await party("checker") };
    await this.#json(this.#known.operatorKey, "POST", "/v1/deposits", {
      party: this.#parties.buyer.id,
      amount: { value: `${10n ** 15n}`, ...ASSET },
      reference: this.#name,
    });
  }

  /** Settles one job, from the offer to the receipt, and checks the receipt's signature. */
  async settle(): Promise<void> {
    if (this.#parties === undefined || this.#settler === undefined) throw new Error("a client that is not prepared");
    const { buyer, seller, checker } = this.#parties;
    const now = Date.now();
    const made = await this.#event(buyer, "/v1/agreements", {
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
          settler: { id: "https://settler.example" },
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
    });
    const path = `/v1/agreements/${made.place.id}`;
    const add = (by: Party, type: string, place: Place, body: JsonValue): Promise<ReturnType<typeof admissionOf>> =>
      this.#event(by, `${path}/events`, {
        v: REVISION,
        agreement: place.id,
        seq: place.events,
        prev: place.head,
        at: formatInstant(Date.now()),
        type,
        by: by.id,
        body,
      });
    await add(seller, "agreement.accepted", made.place, {});
    const funded = admissionOf(await this.#json(buyer.apiKey, "POST", `${path}/fund`, {}));
    const data = new Uint8Array(randomBytes(EVIDENCE_BYTES));
    const digest = digestOf(data, defaultCrypto);
    await this.#send(seller.apiKey, "PUT", `/v1/evidence/${digest}`, data, "application/octet-stream");
    const item = { name: "a.csv", mediaType: "text/csv", digest, size: data.length };
    const submitted = await add(seller, "work.submitted", funded.place, { attempt: 1, items: [item] });
    const attested = await add(checker, "evidence.attested", submitted.place, {
      submission: submitted.digest,
      subject: digest,
      requirement: "ok",
      result: { ok: true },
    });
    if (attested.place.status !== "closed") throw new Error(`expected a closed agreement: ${attested.place.status}`);
    await this.#checkReceipt((await this.#json(buyer.apiKey, "GET", `${path}/receipt`)) as Envelope);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #checkReceipt({ payload, payloadType, signatures }: Envelope): Promise<void> {
    const [signature] = signatures;
    if (this.#settler === undefined || signature === undefined) throw new Error("a receipt without a signature");
    const message = pae(payloadType, base64Decode(payload));
    const code = await verifyEd25519(defaultCrypto, this.#settler, message, base64Decode(signature.sig));
    if (code !== undefined) throw new Error(`receipt: ${code}`);
  }

  async #event(by: Party, path: string, payload: JsonValue): Promise<ReturnType<typeof admissionOf>> {
    const envelope = await signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload), [by.signer]);
    return admissionOf(await this.#json(by.apiKey, "POST", path, envelope));
  }

  async #json(apiKey: string, method: string, path: string, body?: object): Promise<unknown> {
    const bytes = body === undefined ? undefined : utf8(JSON.stringify(body));
    return JSON.parse(await this.#send(apiKey, method, path, bytes, "application/json"));
  }

  // Without `fetch`, whose own cost a client of a bench would share with the server's core.
  #send(apiKey: string, method: string, path: string, body: Uint8Array | undefined, type: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${apiKey}`,
        ...(method === "POST" ? { "idempotency-key": randomBytes(12).toString("base64url") } : {}),
        ...(body === undefined ? {} : { "content-type": type, "content-length": body.length }),
      };
      const sent = request(`${this.#known.url}${path}`, { method, agent: this.#agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          if ((response.statusCode ?? 0) < 300) resolve(text);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

function admissionOf(answer: unknown): { readonly place: Place; readonly digest: string } {
  const { agreement, event } = answer as { readonly agreement: Place; readonly event: { readonly digest: string } };
  return { place: agreement, digest: event.digest };
}
