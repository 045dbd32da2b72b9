import { type CryptoPort, concatBytes, type Digest, digestOf, SettldError, utf8 } from "@settld/protocol";
import type { KeptAnswer, Store } from "../store/store.ts";

const KEY = /^[ -~]{1,255}$/;

/** A request under its idempotency key. */
export type IdempotentRequest = { readonly tenant: string; readonly key: string; readonly request: Digest };

/**
 * Reads the key of a request (HTTP-7).
 *
 * @throws SettldError `HTTP_IDEMPOTENCY_KEY_MISSING`, also for a key of another form.
 */
export function idempotentRequest(
  tenant: string,
  header: string | undefined,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: Uint8Array },
  crypto: CryptoPort,
): IdempotentRequest {
  if (header === undefined || !KEY.test(header)) {
    throw new SettldError(
      "HTTP_IDEMPOTENCY_KEY_MISSING",
      "expected an Idempotency-Key of 1 to 255 printable ASCII characters, found none or another",
    );
  }
  return { tenant, key: header, request: digestOf(concatBytes(utf8(`${method} ${path}\n`), body), crypto) };
}

/** Answers requests once: what had an effect is answered again, what is still running is refused (HTTP-7). */
export class Idempotency {
  readonly #store: Pick<Store, "keptAnswer">;
  readonly #running = new Set<string>();

  constructor(store: Pick<Store, "keptAnswer">) {
    this.#store = store;
  }

  /**
   * Runs `work`, unless the key has an answer already.
   *
   * @throws SettldError `HTTP_IDEMPOTENCY_KEY_REUSED` or `HTTP_IDEMPOTENCY_IN_FLIGHT`, and what `work` throws.
   */
  async once(asked: IdempotentRequest, work: () => Promise<Response>): Promise<Response> {
    const name = `${asked.tenant} ${asked.key}`;
    if (this.#running.has(name)) {
      throw new SettldError("HTTP_IDEMPOTENCY_IN_FLIGHT", "a request with this Idempotency-Key is still running");
    }
    this.#running.add(name);
    try {
      const kept = await this.#store.keptAnswer(asked.tenant, asked.key);
      return kept === undefined ? await work() : replay(asked, kept);
    } finally {
      this.#running.delete(name);
    }
  }
}

function replay({ request }: IdempotentRequest, { request: first, status, body }: KeptAnswer): Response {
  if (request !== first) {
    throw new SettldError(
      "HTTP_IDEMPOTENCY_KEY_REUSED",
      "expected the request that this Idempotency-Key stood for, found another",
    );
  }
  return new Response(body.slice(), {
    status,
    headers: { "content-type": "application/json", "idempotency-replayed": "true" },
  });
}
