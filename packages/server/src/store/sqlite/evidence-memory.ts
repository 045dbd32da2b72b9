import { concatBytes, type Digest, SettldError } from "@settld/protocol";
import { checkedBytes } from "./digest-stream.ts";
import type { EvidencePlace } from "./evidence-place.ts";

/** Evidence in memory, for a store that is in memory too. */
export function evidenceMemory(): EvidencePlace {
  const kept = new Map<Digest, Uint8Array>();
  return {
    async stage(digest, bytes, bytesMax) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of checkedBytes(digest, bytes, bytesMax)) chunks.push(chunk);
      const all = concatBytes(...chunks);
      return {
        size: all.length,
        keep: async () => void kept.set(digest, all),
        discard: async () => {},
      };
    },
    async *read(digest) {
      const bytes = kept.get(digest);
      if (bytes === undefined) {
        throw new SettldError("STORE_EVIDENCE_MISSING", `expected the bytes of ${digest}, found none`);
      }
      yield bytes.slice();
    },
    sweep: async () => {},
  };
}
