import { formatInstant, jwkFromPublicKey, SettldError, thumbprint } from "@settld/protocol";
import { reconcile } from "../../audit/reconcile.ts";
import { OPENAPI } from "../../gen/openapi.ts";
import type { Caller } from "../../gen/types.ts";
import { callerOf, type Handlers, json } from "../context.ts";

/** What is there for everyone, for a caller about itself, and for the operator about the whole. */
export const server: Handlers = {
  "server.health": async () => json(200, { status: "ok" }),

  "server.ready": async ({ services }) => {
    // A store that answers is what every other request needs.
    await services.store.nextDue();
    return json(200, { status: "ok" });
  },

  "server.openapi": async () => json(200, OPENAPI),

  "server.jwks": async ({ services }) =>
    json(200, {
      keys: services.settlerKeys.map((key) => ({
        ...jwkFromPublicKey(key),
        kid: thumbprint(key),
        use: "sig",
        alg: "EdDSA",
      })),
    }),

  "account.retrieve": async (context) => {
    const { services } = context;
    const { key, parties } = callerOf(context);
    const { bodyBytes, evidenceBytes, requestsPerSecond, requestsBurst } = services.limits;
    const view: Caller = {
      object: "caller",
      tenant: key.tenant,
      key: { id: key.id, name: key.name, scopes: key.scopes as Caller["key"]["scopes"] },
      parties: await parties(),
      settler: services.settler.id,
      limits: { bodyBytes, evidenceBytes, requestsPerSecond, requestsBurst },
    };
    return json(200, view);
  },

  "audit.retrieve": async ({ services }) => {
    const { store, trust, crypto, clock } = services;
    const keyOf = async (keyid: string): Promise<Uint8Array | undefined> => (await trust.key(keyid))?.publicKey;
    const report = await store.snapshot((view) => reconcile(view, keyOf, crypto));
    return json(200, { object: "audit", at: formatInstant(clock()), ...report });
  },
};

/** A server that ends takes no more requests. */
export function closing(): SettldError {
  return new SettldError("HTTP_UNAVAILABLE", "the server is shutting down");
}
