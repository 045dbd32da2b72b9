import { PAYLOAD_TYPES, pae, type Signer, utf8 } from "@settld/protocol";
import type { Store } from "../store/store.ts";

/** The parts of a server without which it answers nothing that matters. */
export const PARTS = ["store", "migrations", "signer", "running"] as const;

/** One of {@link PARTS}. */
export type Part = (typeof PARTS)[number];

/** What is wrong with each part, for people and without secrets; `undefined` when it is ready. */
export type Readiness = Readonly<Record<Part, string | undefined>>;

/** Of what {@link readiness} is made. */
export type ReadinessParts = {
  readonly store: Pick<Store, "schemaVersion">;
  /** The newest key of the settler. */
  readonly signer: Signer;
  /** Whether the server was asked to end. */
  readonly isEnding: () => boolean;
};

// A signature that was given is believed for so long, and a refusal too, because a signer may be far and dear.
const SIGNED_MS = 30_000;
const REFUSED_MS = 5_000;
// Whoever asks waits a second or two, and an answer that comes later is none.
const STORE_MS = 2_000;

// Nothing that anybody takes for an event or a receipt: the payload type is part of what is signed.
const PROBE = pae(`${PAYLOAD_TYPES.event}; probe`, utf8("ready?"));

/** Makes what says whether a server is ready. It asks each part itself, the signer not more often than needed. */
export function readiness({ store, signer, isEnding }: ReadinessParts): () => Promise<Readiness> {
  let asked: { readonly until: number; readonly problem: Promise<string | undefined> } | undefined;
  const signs = (): Promise<string | undefined> => {
    const now = performance.now();
    if (asked !== undefined && asked.until > now) return asked.problem;
    const problem = signer.sign(PROBE).then(
      () => undefined,
      () => {
        asked = { problem, until: performance.now() + REFUSED_MS };
        return "the settler's key does not sign";
      },
    );
    asked = { problem, until: now + SIGNED_MS };
    return problem;
  };
  return async () => {
    const [version, signing] = await Promise.all([
      within(store.schemaVersion(), STORE_MS).catch(() => undefined),
      signs(),
    ]);
    return {
      store: version === undefined ? "the store does not answer" : undefined,
      migrations:
        version !== undefined && version.found !== version.expected
          ? `the store has version ${version.found}, and this program is for version ${version.expected}`
          : undefined,
      // Whether it may sign is left out: while it may not, the operator still has to reach the server to change that.
      signer: signing,
      running: isEnding() ? "the server is shutting down" : undefined,
    };
  };
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`expected an answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
