import { createHash } from "node:crypto";
import { join } from "node:path";
import { readJson } from "../workspace.ts";
import { banner, type Generated } from "./registry.ts";

type Jwk = { readonly x: string };

type Trust = {
  readonly registry: { readonly jwk?: Jwk };
  readonly parties: readonly { readonly keys: readonly { readonly jwk: Jwk }[] }[];
};

const keys = "vectors/keys.json";
const trust = "fixtures/golden/trust.json";

// RFC 7638; written out, because generating must not need what is generated.
const thumbprint = ({ x }: Jwk): string =>
  createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");

/** Names of every key whose private part is published with the vectors or the demo, so that a server can refuse them. */
export const generateTestKeys = (base: string): Generated => {
  const { registry, parties } = readJson<Trust>(join(base, trust));
  const jwks = [...(registry.jwk === undefined ? [] : [registry.jwk]), ...parties.flatMap((party) => party.keys.map(({ jwk }) => jwk))];
  const names = new Set([
    ...Object.keys(readJson<object>(join(base, keys))),
    ...jwks.map(thumbprint),
  ]);
  const text = `${banner(`${keys}, ${trust}`)}

/** Thumbprints of keys whose private part everybody knows (STORE-4). */
export const TEST_KEYS: ReadonlySet<string> = new Set([
${[...names].sort().map((name) => `  ${JSON.stringify(name)},`).join("\n")}
]);
`;
  return new Map([["packages/server/src/gen/test-keys.ts", text]]);
};
