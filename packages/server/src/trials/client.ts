import { base64Encode, jwkFromPublicKey, keyProofMessage } from "@settld/protocol";
import { type TestParty, testSigner } from "../testing/index.ts";

/** An answer with its body read. */
export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as they come; their shape is what is tested.
  readonly body: any;
};

/** What goes with a request besides method and path. */
export type Extra = {
  /** Bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends a request and reads the answer. */
export type Send = (method: string, path: string, extra?: Extra) => Promise<Reply>;

/** Something that answers requests: `fetch` itself, or a server without a socket. */
export type Answering = (request: Request) => Promise<Response>;

let keys = 0;

/** An idempotency key that no other request of this process has. */
export function freshKey(): string {
  keys += 1;
  return `trial-${process.pid}-${keys}`;
}

/** Makes a {@link Send} for an API key. A POST gets a fresh idempotency key unless it brings its own. */
export function sendTo(answering: Answering, base: string, apiKey?: string): Send {
  return async (method, path, { body, headers = {} } = {}) => {
    const request = new Request(`${base}${path}`, {
      method,
      headers: {
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(method === "POST" ? { "idempotency-key": freshKey() } : {}),
        ...(body === undefined
          ? {}
          : { "content-type": body instanceof Uint8Array ? "application/octet-stream" : "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body.slice() : JSON.stringify(body) }),
    });
    return readReply(await answering(request));
  };
}

/** Reads an answer whole; a stream until nothing more comes. */
export async function readReply(response: Response): Promise<Reply> {
  const isStream = response.headers.get("content-type") === "text/event-stream";
  const text = isStream ? await readStream(response) : await response.text();
  const isJson = /^application\/(?:problem\+)?json\b/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

const SILENCE_MS = 100;

// A stream of events has no end, but what it has to say at once comes at once.
async function readStream({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  for (let text = ""; ; ) {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), SILENCE_MS);
    });
    const read = await Promise.race([reader?.read(), silence]);
    clearTimeout(timer);
    if (read?.value === undefined) {
      await reader?.cancel();
      return text;
    }
    text += decoder.decode(read.value, { stream: true });
  }
}

/** The API keys of parties as senders. */
export function sendersOf<T extends string>(
  answering: Answering,
  base: string,
  parties: Readonly<Record<T, TestParty>>,
): Readonly<Record<T, Send>> {
  const entries = Object.entries<TestParty>(parties).map(([name, { apiKey }]) => [
    name,
    sendTo(answering, base, apiKey),
  ]);
  return Object.fromEntries(entries) as Readonly<Record<T, Send>>;
}

/** A new key of a party as a tenant registers it: with the proof that whoever has the name's seed holds it (HTTP-15). */
export async function provenKey(
  party: string,
  name: string,
): Promise<{ readonly jwk: object; readonly proof: string }> {
  const signer = await testSigner(name);
  const message = keyProofMessage({ registry: "https://registry.example", party, thumbprint: signer.keyid });
  return { jwk: jwkFromPublicKey(signer.publicKey), proof: base64Encode(await signer.sign(message)) };
}
