import { isSettldError } from "@settld/protocol";
import type { Message, MessageType } from "../gen/api.ts";
import { verifyWebhook, type WebhookInput } from "./verify.ts";

/** The message of a type. */
export type MessageOf<T extends MessageType> = Message extends infer M
  ? M extends { readonly type: infer U }
    ? T extends U
      ? M & { readonly type: T }
      : never
    : never
  : never;

/** What goes with a message. */
export type WebhookInfo = {
  /** The message's id, the same at every try. */
  readonly id: string;
  /** When this try was signed, in seconds since 1970. */
  readonly timestamp: number;
};

/** What is done with messages, by their type. Types without an entry are taken and left alone. */
export type WebhookHandlers = {
  readonly [T in MessageType]?: (message: MessageOf<T>, info: WebhookInfo) => void | Promise<void>;
};

/** What {@link webhookHandler} is made of. */
export type WebhookHandlerOptions = Pick<WebhookInput, "secrets" | "toleranceSeconds"> & {
  readonly on: WebhookHandlers;
  /**
   * Runs `work` unless the message of this id was handled before. A message may arrive twice: remember ids where your
   * work has its effect, best in the same transaction. Without it, every arrival is handled.
   */
  readonly once?: (id: string, work: () => Promise<void>) => Promise<void>;
  /** Longest body, in bytes. Default 262144. */
  readonly maxBytes?: number;
  /** Told of what a handler threw; the answer is 500 then, and the server tries again. */
  readonly onError?: (error: unknown) => void;
  /** The clock in milliseconds since 1970; for tests. */
  readonly now?: () => number;
};

const MAX_BYTES = 262_144;

/**
 * Makes a handler of Fetch requests, as Bun, Deno, Workers and most frameworks take it: 204 when the message was handled,
 * 400 or 401 when it does not verify, 405, 413, and 500 when your code throws.
 *
 * @example
 * export default { fetch: webhookHandler({ secrets, on: { "escrow.funded": ({ data }) => start(data.agreement) } }) };
 */
export function webhookHandler(options: WebhookHandlerOptions): (request: Request) => Promise<Response> {
  const { secrets, on, once = (_, work) => work(), maxBytes = MAX_BYTES, toleranceSeconds, onError, now } = options;
  return async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405, headers: { allow: "POST" } });
    const body = await readBody(request, maxBytes);
    if (body === undefined) return new Response(null, { status: 413 });
    try {
      const { id, timestamp, message } = await verifyWebhook({
        headers: request.headers,
        body,
        secrets,
        ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }),
        ...(now === undefined ? {} : { now: now() }),
      });
      // A type of a newer server has no entry, whatever it is called.
      const handle = Object.hasOwn(on, message.type) ? on[message.type] : undefined;
      if (handle === undefined) return new Response(null, { status: 204 });
      try {
        await once(id, async () => handle(message as never, { id, timestamp }));
      } catch (error) {
        onError?.(error);
        return new Response(null, { status: 500 });
      }
      return new Response(null, { status: 204 });
    } catch (error) {
      if (!isSettldError(error) || error.code === "HOOK_SECRET") throw error;
      // Only the code: whoever sent it knows the rest.
      return new Response(error.code, { status: error.code === "HOOK_SIGNATURE" ? 401 : 400 });
    }
  };
}

async function readBody({ body }: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (done || value === undefined) break;
    size += value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
