import { lookup } from "node:dns";
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import type { DeliveryError } from "../gen/types.ts";
import type { AddressPolicy } from "./address.ts";

/** A message on its way out. */
export type Post = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborted when it takes too long. */
  readonly signal: AbortSignal;
};

/** What is read of an answer. */
export type Posted = {
  readonly status: number;
  /** What `Retry-After` asks for, in milliseconds. */
  readonly retryAfterMs?: number;
};

/** Posts messages to places that nobody of ours chose. Rejects with a {@link PostError} when no answer came. */
export type Poster = {
  readonly post: (post: Post) => Promise<Posted>;
  readonly close: () => void;
};

/** Why no answer came. */
export class PostError extends Error {
  readonly reason: Exclude<DeliveryError, "status">;

  constructor(reason: PostError["reason"], cause?: unknown) {
    super(reason, { cause });
    this.name = "PostError";
    this.reason = reason;
  }
}

/** What {@link makePoster} may be told. */
export type PosterOptions = {
  readonly policy: AddressPolicy;
  readonly allowLoopback: boolean;
  /** Resolves names; for tests. */
  readonly resolve?: typeof lookup;
};

// What is read of a body, so that the connection can be used again; more ends the connection.
const BODY_MAX = 16_384;
const BODY_MS = 5_000;
const SOCKETS_KEPT_MS = 4_000;

/**
 * Makes a poster. Names are resolved here, every address is judged, and the socket gets just those that were: nothing
 * asks a name server again between the judgement and the connection (HOOK-6). No proxy of the environment is used.
 */
export function makePoster({ policy, allowLoopback, resolve = lookup }: PosterOptions): Poster {
  const isAllowed = (address: string, hostname: string): boolean =>
    policy.isPublic(address) || (allowLoopback && isLocalName(hostname, policy) && policy.isLoopback(address));
  const judged: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { all: true, verbatim: true }, (error, addresses) => {
      if (error !== null) return callback(new PostError("dns", error), "", 0);
      const [first] = addresses;
      // One address inside is enough to refuse: nobody has a public host with one by chance.
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address, hostname))) {
        return callback(new PostError("address"), "", 0);
      }
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
  const agents = {
    "http:": new HttpAgent({ keepAlive: true, timeout: SOCKETS_KEPT_MS }),
    "https:": new HttpsAgent({ keepAlive: true, timeout: SOCKETS_KEPT_MS }),
  };
  return {
    post: ({ url, headers, body, signal }) =>
      new Promise((done, fail) => {
        const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
        // A host that is an address already is not looked up.
        if (/^[\d.]+$|:/.test(host) && !isAllowed(host, host)) return fail(new PostError("address"));
        if (signal.aborted) return fail(new PostError("timeout"));
        const isTls = url.protocol === "https:";
        const request = (isTls ? requestHttps : requestHttp)(url, {
          method: "POST",
          agent: agents[isTls ? "https:" : "http:"],
          lookup: judged,
          headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
          signal,
        });
        request.on("error", (error) => fail(reasonOf(error, signal)));
        request.on("response", (response) => {
          done(read(response));
          discard(response);
        });
        request.end(body);
      }),
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function isLocalName(hostname: string, policy: AddressPolicy): boolean {
  return hostname === "localhost" || policy.isLoopback(hostname);
}

function read({ statusCode = 0, headers }: IncomingMessage): Posted {
  const seconds = /^\d{1,9}$/.exec(headers["retry-after"]?.trim() ?? "")?.[0];
  return { status: statusCode, ...(seconds === undefined ? {} : { retryAfterMs: Number(seconds) * 1_000 }) };
}

// The status has said everything. What follows is thrown away, and cut off when it is long.
function discard(response: IncomingMessage): void {
  let bytes = 0;
  const late = setTimeout(() => response.destroy(), BODY_MS).unref();
  response.on("error", () => {});
  response.on("close", () => clearTimeout(late));
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_MAX) response.destroy();
  });
}

function reasonOf(error: Error, signal: AbortSignal): PostError {
  if (error instanceof PostError) return error;
  if (signal.aborted) return new PostError("timeout", error);
  const { code = "" } = error as NodeJS.ErrnoException;
  const isTls = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/.test(code);
  return new PostError(isTls ? "tls" : "connection", error);
}
