import { base64Encode, fromUtf8 } from "@settld/protocol";
import { expect, test } from "vitest";
import { allVectors } from "../data.ts";
import { corpusOf, linesOf, tryBase64 } from "./corpus.ts";
import { isObject, tryParseObject } from "./json.ts";
import { keyFile } from "./key-file.ts";
import { openKeys } from "./keys.ts";

const keys = await openKeys(keyFile());
const vectors = allVectors();
const corpus = corpusOf(vectors, keys);

test("each key is the one that its thumbprint names", () => {
  expect(keys.size).toBeGreaterThanOrEqual(10);
  for (const [thumbprint, { signer }] of keys) expect(signer.keyid).toBe(thumbprint);
  expect(new Set([...keys.values()].map(({ name }) => name)).size).toBe(keys.size);
});

test("whoever signs in an accepted bundle has a key here, so that changed bundles can be signed anew", () => {
  const accepted = new Set(vectors.filter(({ verdict }) => verdict === "accept").map(({ id }) => id));
  const keyids = corpus.bundles
    .filter(({ id }) => accepted.has(id))
    .flatMap(({ bundle }) => linesOf(bundle).flatMap((line) => tryParseObject(line)?.["signatures"] ?? []))
    .map((signature) => (isObject(signature) ? String(signature["keyid"]) : ""));
  expect(keyids.length).toBeGreaterThan(100);
  expect([...new Set(keyids)].filter((keyid) => !keys.has(keyid))).toEqual([]);
});

test("signing anew gives the signature that stands in the vectors", async () => {
  const sample = corpus.samples("dsse.verify").find(({ id }) => id === "dsse-envelope-two-signatures");
  const envelope = JSON.parse(fromUtf8(tryBase64(sample?.input["envelope"]) ?? new Uint8Array())) as {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  };
  const { pae } = await import("@settld/protocol");
  const message = pae(envelope.payloadType, tryBase64(envelope.payload) ?? new Uint8Array());
  for (const { keyid, sig } of envelope.signatures) {
    expect(base64Encode(await keys.get(keyid)!.signer.sign(message))).toBe(sig);
  }
});
