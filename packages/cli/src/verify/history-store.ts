import { type Equivocation, Histories, type Report } from "@settld/verifier";

/** Remembers the longest history of each agreement and compares new ones with it. */
export type HistoryStore = {
  /**
   * Adds the history of one report.
   *
   * @param index - number of the input that the report is about.
   * @returns the contradiction with an earlier history, if there is one.
   */
  readonly add: (index: number, report: Report) => Equivocation | undefined;
};

const PREFIX = "sha256:";
const DIGEST_BYTES = 32;

type Packed = { readonly index: number; readonly bytes: string };

/**
 * The verifier's `Histories` in a tenth of the memory: tens of thousands of agreements fit because each is kept as one
 * short text, and only two histories of one agreement, which is rare, are unpacked and compared.
 */
export function createHistoryStore(): HistoryStore {
  const longest = new Map<string, Packed>();
  return {
    add: (index, { chain }) => {
      if (chain.length === 0) return undefined;
      const bytes = pack(chain);
      // The offer's digest is the agreement. A part of the text costs no copy.
      const agreement = bytes.slice(0, DIGEST_BYTES);
      const other = longest.get(agreement);
      if (other === undefined) {
        longest.set(agreement, { index, bytes });
        return undefined;
      }
      const pair = new Histories();
      pair.add(other.index, { chain: unpack(other.bytes) });
      const equivocation = pair.add(index, { chain });
      if (equivocation === undefined && bytes.length > other.bytes.length) longest.set(agreement, { index, bytes });
      return equivocation;
    },
  };
}

// One character a byte: engines keep such text in one byte a character.
function pack(chain: Report["chain"]): string {
  return Buffer.from(chain.map((digest) => digest.slice(PREFIX.length)).join(""), "hex").toString("latin1");
}

function unpack(bytes: string): string[] {
  const hex = Buffer.from(bytes, "latin1").toString("hex");
  const chain: string[] = [];
  for (let at = 0; at < hex.length; at += 2 * DIGEST_BYTES) chain.push(PREFIX + hex.slice(at, at + 2 * DIGEST_BYTES));
  return chain;
}
