import { base64Decode, type CryptoPort, type Digest, LIMITS, SettldError } from "@settld/protocol";
import type { EvidenceValue } from "./sections.ts";

/** Where an {@link EvidenceCheck} stands, to go back to. */
export type EvidencePosition = { readonly referenced: number; readonly seen: number; readonly withheld: number };

/** The check of the evidence section: every reference has its item, once, in order (BUNDLE-7 to BUNDLE-12). */
export class EvidenceCheck {
  /** Digest and size of items that the bundle does not hold, in order. */
  readonly withheld: { readonly digest: string; readonly size: number }[] = [];

  readonly #crypto: CryptoPort;
  #references: readonly (readonly [Digest, number])[] = [];
  #seen = 0;

  constructor(crypto: CryptoPort) {
    this.#crypto = crypto;
  }

  /** Takes the references of a log: digests and sizes, in order of first occurrence. */
  expect(references: Iterable<readonly [Digest, number]>): void {
    this.#references = [...references];
  }

  /** How far the check has come. */
  get position(): EvidencePosition {
    return { referenced: this.#references.length, seen: this.#seen, withheld: this.withheld.length };
  }

  /** Forgets what came after a position. */
  rewind({ referenced, seen, withheld }: EvidencePosition): void {
    this.#references = this.#references.slice(0, referenced);
    this.#seen = seen;
    this.withheld.length = withheld;
  }

  /** Takes the next evidence line. */
  take({ digest: found, data }: EvidenceValue): void {
    const position = this.#references.findIndex(([digest]) => digest === found);
    const reference = this.#references[position];
    if (reference === undefined) throw fault("BUNDLE_EVIDENCE_UNREFERENCED", "/digest", `no event references ${found}`);
    if (position < this.#seen) throw fault("BUNDLE_EVIDENCE_DUPLICATE", "/digest", `${found} stands twice`);
    if (position > this.#seen) {
      const next = this.#references[this.#seen]?.[0];
      throw fault("BUNDLE_EVIDENCE_ORDER", "/digest", `expected ${next}, found ${found}`);
    }
    const [digest, size] = reference;
    if (data === undefined) this.withheld.push({ digest, size });
    else this.#checkBytes(digest, size, base64Decode(data));
    this.#seen += 1;
  }

  /** Requires that no reference is left without its item. */
  assertComplete(): void {
    const [digest] = this.#references[this.#seen] ?? [];
    if (digest !== undefined) {
      throw new SettldError("BUNDLE_EVIDENCE_MISSING", `expected an evidence line for ${digest}, found none`);
    }
  }

  #checkBytes(digest: Digest, size: number, data: Uint8Array): void {
    if (data.length > LIMITS.evidenceBytes) {
      throw fault("LIMIT_EVIDENCE_BYTES", "/data", `expected at most ${LIMITS.evidenceBytes} bytes`);
    }
    const found = `sha256:${this.#crypto.sha256Hex(data)}`;
    if (found !== digest) throw fault("BUNDLE_EVIDENCE_DIGEST", "/data", `expected ${digest}, found ${found}`);
    if (data.length !== size) {
      throw fault("BUNDLE_EVIDENCE_SIZE", "/data", `expected ${size} bytes, found ${data.length}`);
    }
  }
}

function fault(code: ConstructorParameters<typeof SettldError>[0], pointer: string, message: string): SettldError {
  return new SettldError(code, `${pointer}: ${message}`, { pointer });
}
