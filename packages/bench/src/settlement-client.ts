import { Agent, request } from "node:http";
import { base64Decode, type Envelope, openPublicKey, pae, type VerifyingKey, verifyEd25519 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { type Ask, type Known, makeParties, type Parties, settlement } from "./settlement.ts";

/** A client that settles whole jobs over HTTP, with a buyer, a seller and a checker of its own. */
export class SettlementClient {
  readonly #known: Known;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #name: string;
  #parties: Parties | undefined;
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
    this.#parties = await makeParties(this.#known, this.#name, (ask) => this.send(ask));
  }

  /** Settles one job, from the offer to the receipt, and checks the receipt's signature. */
  async settle(): Promise<void> {
    if (this.#parties === undefined) throw new Error("a client that is not prepared");
    const steps = settlement(this.#parties, this.#known.settler);
    let step = steps.next();
    while (step.done !== true) step = steps.next(await this.send(step.value));
    await this.#checkReceipt(JSON.parse(step.value.receipt));
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

  /** Without `fetch`, whose own cost a client of a bench would share with the server's core. */
  send({ method, path, headers: asked, body }: Ask): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? asked : { ...asked, "content-length": body.length };
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
