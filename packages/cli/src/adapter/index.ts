/**
 * The reference implementation as an adapter, for `settld adapter` and for a runner that loads modules (CONF-9).
 */
import { REVISION } from "@settld/protocol";
import { VERSION } from "../version.ts";
import { OPS } from "./ops.ts";

export { answer } from "./ops.ts";

/** What the adapter says of itself (CONF-2). */
export const hello: {
  readonly type: "hello";
  readonly protocol: 1;
  readonly implementation: { readonly name: string; readonly version: string; readonly language: string };
  readonly roles: readonly string[];
  readonly revisions: readonly string[];
  readonly features: readonly string[];
  readonly limits: { readonly inFlight: number };
} = {
  type: "hello",
  protocol: 1,
  implementation: { name: "settld", version: VERSION, language: "TypeScript" },
  roles: ["verifier-core", "verifier-full", "kernel", "issuer"],
  revisions: [REVISION],
  features: Object.keys(OPS),
  limits: { inFlight: 16 },
};
