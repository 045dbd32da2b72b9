import { formatInstant, jwkFromPublicKey, SettldError, thumbprint, utf8 } from "@settld/protocol";
import { auditStore } from "../../audit/audit-store.ts";
import { OPENAPI } from "../../gen/openapi.ts";
import type { Caller } from "../../gen/types.ts";
import { noteAudit } from "../../observe/last-audit.ts";
import { callerOf, type Handlers, json } from "../context.ts";

// Everybody may ask for it, so it is written once.
const OPENAPI_BYTES = utf8(JSON.stringify(OPENAPI)).slice();

/** What is there for everyone, for a caller about itself, and for the operator about the whole. */
export const server: Handlers = {
  "server.health": async () => json(200, { status: "ok" }),

  "server.ready": async ({ services }) => {
    const found = await services.ready();
    const problems = Object.values(found).filter((problem) => problem !== undefined);
    if (problems.length === 0) return json(200, { status: "ok", parts: Object.keys(found) });
    throw new SettldError("HTTP_UNAVAILABLE", `expected a server that is ready, found: ${problems.join("; ")}`);
  },

  "server.openapi": async () => new Response(OPENAPI_BYTES, { headers: { "content-type": "application/json" } }),

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
    const { store, settler, crypto, clock } = services;
    const now = clock();
    const report = await auditStore(store, { settler: settler.id, now, crypto });
    await noteAudit(store, report, now);
    return json(200, { object: "audit", at: formatInstant(now), ...report });
  },
};

/** A server that ends takes no more requests. */
export function closing(): SettldError {
  return new SettldError("HTTP_UNAVAILABLE", "the server is shutting down");
}
