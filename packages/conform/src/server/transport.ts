import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** A request as it goes over the wire. */
export type WireRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /** Sends this many bytes of the body and then breaks the connection. */
  readonly breakAfter?: number;
};

/** An answer as it came over the wire. */
export type WireAnswer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
};

/** No answer: the server was silent for too long, or the connection broke. */
export class NoAnswer extends Error {
  readonly kind: "timeout" | "crash";

  constructor(kind: "timeout" | "crash", message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Sends requests. Redirects are not followed, and nothing is sent twice unless the connection was idle and stale. */
export type Transport = {
  /**
   * Sends one request and reads the whole answer.
   *
   * @throws NoAnswer when there is none.
   */
  readonly send: (request: WireRequest) => Promise<WireAnswer>;
  /**
   * Opens a request whose answer goes on, and hands out its text as it comes. The caller ends it by the signal.
   *
   * @throws NoAnswer when there is no answer at all.
   */
  readonly stream: (
    request: WireRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<Pick<WireAnswer, "status" | "headers">>;
  readonly close: () => void;
};

/** Longest answer that is read, in bytes: a bundle with evidence of the size that these scenarios use is far shorter. */
const ANSWER_BYTES_MAX = 67_108_864;

/**
 * Makes a transport.
 *
 * @param timeoutMs - how long one answer may take as a whole.
 */
export const transport = (timeoutMs: number, ending: AbortSignal): Transport => {
  const agents = {
    "http:": new HttpAgent({ keepAlive: true, maxSockets: 128 }),
    "https:": new HttpsAgent({ keepAlive: true, maxSockets: 128 }),
  };

  const open = ({ method, url, headers }: WireRequest): ClientRequest => {
    const parsed = new URL(url);
    return parsed.protocol === "https:"
      ? httpsRequest(parsed, { method, headers, agent: agents["https:"] })
      : httpRequest(parsed, { method, headers, agent: agents["http:"] });
  };

  const once = (asked: WireRequest): Promise<WireAnswer & { readonly stale?: true }> =>
    new Promise((resolve, reject) => {
      const what = `${asked.method} ${new URL(asked.url).pathname}`;
      const wire = open(asked);
      const fail = (kind: NoAnswer["kind"], text: string): void => {
        clearTimeout(timer);
        ending.removeEventListener("abort", end);
        reject(new NoAnswer(kind, `${what}: ${text}`));
        wire.destroy();
      };
      const end = (): void => fail("crash", "the run was ended");
      const timer = setTimeout(() => fail("timeout", `no answer within ${timeoutMs} ms`), timeoutMs);
      ending.addEventListener("abort", end);
      let answered = false;
      wire.on("response", (response) => {
        answered = true;
        readAll(response).then(
          (bytes) => {
            clearTimeout(timer);
            ending.removeEventListener("abort", end);
            resolve({ status: response.statusCode ?? 0, headers: headersOf(response), bytes });
          },
          (error: Error) => fail("crash", `the answer broke off: ${error.message}`),
        );
      });
      wire.on("error", (error: NodeJS.ErrnoException) => {
        // A server may answer and close before it has read a body that it does not want.
        if (answered) return;
        // It closed an idle connection just when we took it: the request never reached it.
        if (wire.reusedSocket && error.code === "ECONNRESET" && asked.breakAfter === undefined) {
          clearTimeout(timer);
          ending.removeEventListener("abort", end);
          resolve({ status: 0, headers: new Map(), bytes: new Uint8Array(), stale: true });
        } else fail("crash", reasonOf(error));
      });
      if (asked.breakAfter === undefined) wire.end(asked.body);
      else {
        wire.write(asked.body?.subarray(0, asked.breakAfter));
        wire.once("socket", () => setTimeout(() => fail("crash", "broken off on purpose"), 50));
      }
    });

  return {
    async send(asked) {
      for (let tries = 0; ; tries++) {
        const answer = await once(asked);
        if (answer.stale !== true) return answer;
        if (tries === 3)
          throw new NoAnswer("crash", `${asked.method} ${new URL(asked.url).pathname}: connection reset`);
      }
    },
    stream: (asked, onText, signal) =>
      new Promise((resolve, reject) => {
        const what = `${asked.method} ${new URL(asked.url).pathname}`;
        const wire = open(asked);
        const timer = setTimeout(() => {
          reject(new NoAnswer("timeout", `${what}: no answer within ${timeoutMs} ms`));
          wire.destroy();
        }, timeoutMs);
        const end = (): void => void wire.destroy();
        for (const one of [signal, ending]) one.addEventListener("abort", end);
        wire.on("response", (response) => {
          clearTimeout(timer);
          const decoder = new TextDecoder();
          response.on("data", (chunk: Buffer) => onText(decoder.decode(chunk, { stream: true })));
          response.on("error", () => {});
          resolve({ status: response.statusCode ?? 0, headers: headersOf(response) });
        });
        wire.on("error", (error: NodeJS.ErrnoException) => {
          clearTimeout(timer);
          reject(new NoAnswer("crash", `${what}: ${reasonOf(error)}`));
        });
        wire.end(asked.body);
      }),
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
};

const reasonOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

const headersOf = (response: IncomingMessage): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );

const readAll = async (response: IncomingMessage): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) {
      response.destroy();
      throw new Error(`it is longer than ${ANSWER_BYTES_MAX} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
