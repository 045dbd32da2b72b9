import { concatBytes, SettldError } from "@settld/protocol";
import type { EvidencePlace } from "./evidence-place.ts";

/** Evidence in memory, for a store that is in memory too. */
export function evidenceMemory(): EvidencePlace {
  const kept = new Map<string, Uint8Array>();
  let names = 0;
  const collect = async (bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    return concatBytes(...chunks);
  };
  const newName = (): string => {
    names += 1;
    return `${names}`;
  };
  return {
    newName,
    async stage(_, bytes) {
      const all = await collect(bytes);
      const name = newName();
      return { name, keep: async () => void kept.set(name, all), discard: async () => {} };
    },
    write: async (name, bytes) => void kept.set(name, await collect(bytes)),
    async *read(name) {
      const bytes = kept.get(name);
      if (bytes === undefined) throw new SettldError("STORE_EVIDENCE_MISSING", "expected bytes, found none");
      yield bytes.slice();
    },
    remove: async (name) => void kept.delete(name),
    sweep: async () => {},
  };
}
