import { randomUUID } from "node:crypto";
import type { Code } from "@settld/protocol";

/** A refusal, as its problem document says it. */
export type Refusal = { readonly code: Code; readonly detail: string };

/** What a request gave. */
export type Answer<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Refusal);

/** As much of the HTTP API as the story needs. */
export type Api = {
  readonly get: <T>(path: string) => Promise<T>;
  readonly post: <T>(path: string, body: object) => Promise<Answer<T>>;
  readonly put: (path: string, bytes: Uint8Array | undefined) => Promise<void>;
  /** Requests that were made. */
  readonly count: () => number;
};

/** Asks a server under one API key. */
export function apiOf(url: string, apiKey: string): Api {
  let count = 0;
  const ask = async (method: string, path: string, init: RequestInit = {}): Promise<Response> => {
    count += 1;
    const headers = { ...init.headers, authorization: `Bearer ${apiKey}` };
    return fetch(`${url}${path}`, { ...init, method, headers });
  };
  const expected = async (response: Response, what: string): Promise<Response> => {
    if (response.ok) return response;
    throw new Error(`${what}: expected success, found ${response.status} ${await response.text()}`);
  };
  return {
    async get<T>(path: string) {
      return (await (await expected(await ask("GET", path), `GET ${path}`)).json()) as T;
    },
    async post<T>(path: string, body: object) {
      const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
      const response = await ask("POST", path, { headers, body: JSON.stringify(body) });
      const value = (await response.json()) as T & Refusal;
      return response.ok ? { ok: true, value } : { ok: false, code: value.code, detail: value.detail };
    },
    async put(path, bytes) {
      const headers = { "content-type": "application/octet-stream" };
      await expected(await ask("PUT", path, { headers, body: bytes?.slice() ?? "" }), `PUT ${path}`);
    },
    count: () => count,
  };
}
