import { base64Encode, canonicalize, digestOf, type JsonValue, utf8 } from "@settld/protocol";
import { bytesOf, keyOf, type Player, seal, seedOf } from "../../cast.ts";

/** The private keys of players, in the order of their signatures. */
export const seeds = (...players: readonly string[]): readonly string[] =>
  players.map((player) => base64Encode(seedOf(player)));

/** The same document with other members first, one a line, and some letters escaped. */
export const laidOut = (value: unknown): Uint8Array => {
  const turned = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(turned);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(
      Object.entries(one)
        .reverse()
        .map(([name, member]) => [name, turned(member)]),
    );
  };
  return utf8(`\r\n\t${JSON.stringify(turned(value), null, 3).replaceAll("a", "\\u0061").replaceAll("/", "\\/")} \n`);
};

/** What comes out: the envelope and the digest of its payload. */
export const made = async (payloadType: string, value: unknown, by: readonly Player[]): Promise<object> => ({
  envelope: base64Encode(
    utf8(canonicalize((await seal(payloadType, value, ...by.map(keyOf))) as unknown as JsonValue)),
  ),
  digest: digestOf(bytesOf(value)),
});
