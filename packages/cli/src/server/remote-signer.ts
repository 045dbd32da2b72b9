import {
  base64Decode,
  base64Encode,
  isSettldError,
  type JsonValue,
  publicKeyFromJwk,
  SettldError,
  type Signer,
  thumbprint,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { inputError } from "../exit.ts";
import { parseDocument } from "../io/read.ts";
import { isLoopback } from "./loopback.ts";

/** How a remote signer is asked. */
export type RemoteSignerOptions = {
  /** Which option or variable gave the URL, for messages. */
  readonly option: string;
  /** Proves to the signer who asks. */
  readonly token: string | undefined;
  /** Told why there is no signature; whoever asked the server learns only that it cannot just now. */
  readonly onFault: (error: Error) => void;
};

const TIMEOUT_MS = 10_000;

/**
 * A key that another program holds, behind a URL. `GET` answers `{"jwk": ...}` with the public key; `POST` of
 * `{"keyid": ..., "message": base64}` answers `{"sig": base64}`. With a token, requests carry it as
 * `Authorization: Bearer`. Every signature is checked before it is used, so a signer that is broken does no harm.
 *
 * @throws SettldError for exit code 2: `CLI_USAGE` for a URL that others could listen to, `CLI_KEY` for an answer that
 * is none, `CLI_INPUT` when nobody answers.
 */
export async function remoteSigner(text: string, { option, token, onFault }: RemoteSignerOptions): Promise<Signer> {
  const url = checkUrl(text, option);
  const ask = asker(url, token);
  let answer: JsonValue;
  try {
    answer = await ask({ method: "GET" });
  } catch (error) {
    throw inputError("CLI_INPUT", `${option}: expected a signer that answers, found ${reason(error)}: ${url}`, error);
  }
  const publicKey = readKey(answer, option);
  const unavailable = (found: string, cause?: unknown): SettldError => {
    onFault(new Error(`expected a signature of ${url}, found ${found}`, { cause }));
    return new SettldError("HTTP_UNAVAILABLE", "expected a signature of the settler, found none just now", { cause });
  };
  const keyid = thumbprint(publicKey);
  return {
    keyid,
    publicKey,
    async sign(message) {
      let sig: Uint8Array | undefined;
      try {
        const body = JSON.stringify({ keyid, message: base64Encode(message) });
        const { sig: found } = (await ask({ method: "POST", body })) as { readonly sig?: unknown };
        sig = typeof found === "string" ? base64Decode(found) : undefined;
      } catch (cause) {
        throw unavailable(reason(cause), cause);
      }
      if (sig === undefined || (await verifyEd25519(defaultCrypto, publicKey, message, sig)) !== undefined) {
        throw unavailable("one that is none of its key");
      }
      return sig;
    },
  };
}

function checkUrl(text: string, option: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return url;
  throw inputError(
    "CLI_USAGE",
    `${option}: expected a URL with https, or with http and a loopback address, found ${JSON.stringify(text)}`,
  );
}

function asker(url: URL, token: string | undefined): (request: RequestInit) => Promise<JsonValue> {
  return async (request) => {
    const response = await fetch(url, {
      ...request,
      headers: {
        accept: "application/json",
        ...(request.method === "POST" ? { "content-type": "application/json" } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      // The token is for this URL alone.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw new Error(`status ${response.status}`);
    const value = parseDocument(bytes);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("JSON that is no object");
    return value;
  };
}

function readKey(answer: JsonValue, option: string): Uint8Array {
  try {
    return publicKeyFromJwk((answer as { readonly jwk?: JsonValue }).jwk ?? null);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw inputError("CLI_KEY", `${option}: expected {"jwk": ...} with the public key, found ${error.message}`, error);
  }
}

type Reason = { readonly code?: string; readonly message?: string };

function reason(error: unknown): string {
  const { message, cause } = error as { readonly message?: string; readonly cause?: Reason };
  return cause?.code ?? cause?.message ?? message ?? "an error";
}
