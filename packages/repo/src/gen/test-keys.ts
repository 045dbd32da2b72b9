import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
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

// PKCS #8 (RFC 8410) up to the 32 bytes of the seed.
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

// Whoever forgets to draw a seed has 32 equal bytes, mostly zeros.
const guessable = (): Jwk[] =>
  Array.from({ length: 256 }, (_, byte) => {
    const key = Buffer.concat([PKCS8, Buffer.alloc(32, byte)]);
    return createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" })).export({ format: "jwk" }) as Jwk;
  });

/** Names of every key whose private part is published with the vectors or the demo or is one byte over and over, so that a server can refuse them. */
export const generateTestKeys = (base: string): Generated => {
  const { registry, parties } = readJson<Trust>(join(base, trust));
  const jwks = [...(registry.jwk === undefined ? [] : [registry.jwk]), ...parties.flatMap((party) => party.keys.map(({ jwk }) => jwk))];
  const names = new Set([
    ...Object.keys(readJson<object>(join(base, keys))),
    ...[...jwks, ...guessable()].map(thumbprint),
  ]);
  const text = `${banner(`${keys}, ${trust}`)}

/** Thumbprints of keys whose private part everybody knows or guesses (STORE-4). */
export const TEST_KEYS: ReadonlySet<string> = new Set([
${[...names].sort().map((name) => `  ${JSON.stringify(name)},`).join("\n")}
]);
`;
  return new Map([["packages/server/src/gen/test-keys.ts", text]]);
};
