import type { Digest } from "@settld/protocol";
import { isSettldError } from "@settld/protocol";
import type { AgreementChange, Change, Store } from "../store/store.ts";
import type { Metrics } from "./metrics.ts";
import { inChildSpan, noteCause } from "./tracing.ts";

type Kind = "read" | "write" | "evidence";

// What is no read. `close` and what runs others' work is passed on as it is.
const KINDS: Readonly<Record<string, Kind | undefined>> = {
  write: "write",
  forgetAnswers: "write",
  retryCommand: "write",
  claimDeliveries: "write",
  endDelivery: "write",
  deleteEndpoint: "write",
  forgetMessages: "write",
  revokeApiKey: "write",
  putSetting: "write",
  placeHold: "write",
  releaseHold: "write",
  putEvidence: "evidence",
  rewrapEvidence: "evidence",
  purgeEvidence: "evidence",
  finishPurges: "evidence",
  readmitEvidence: "evidence",
};
// Reads of a whole store take as long as it is large, and would say nothing about the others.
const PASSED = new Set(["close", "exclusively", "snapshot", "readEvidence", "figures"]);

/** When money went into an agreement, and when the work that is judged came; both by the signed times. */
type Milestones = { funded?: number; submitted?: number };

// Agreements whose milestones are remembered; of others they are read again when they settle.
const MILESTONES_MAX = 10_000;

/**
 * The same store, with its calls counted and timed, and in spans when somebody traces. Whatever it answers is
 * untouched, and a call reaches the store in the same turn as without it.
 */
export function observedStore(store: Store, metrics: Metrics): Store {
  const milestones = new Map<Digest, Milestones>();
  const observed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(store) as [keyof Store & string, unknown][]) {
    observed[name] =
      typeof value !== "function" || PASSED.has(name)
        ? value
        : (...parameters: readonly unknown[]) =>
            timed(metrics, name, KINDS[name] ?? "read", () => Reflect.apply(value, store, parameters));
  }
  const { write, exclusively } = { ...store, ...(observed as Store) };
  const { endDelivery } = observed as Store;
  const same: Pick<Store, "write" | "exclusively" | "endDelivery"> = {
    async endDelivery(claimed, outcome) {
      const ended = await endDelivery(claimed, outcome);
      const { error, again } = outcome;
      metrics.deliveries.inc({ outcome: error === undefined ? "delivered" : again === undefined ? "dead" : "retried" });
      return ended;
    },
    async write(change) {
      const written = await write(change);
      if (!written.ok) metrics.storeConflicts.inc({ kind: written.conflict.kind });
      else wrote(change);
      return written;
    },
    async exclusively(name, work) {
      let hasBegun = false;
      try {
        return await exclusively(name, () => {
          hasBegun = true;
          return work();
        });
      } catch (error) {
        // What fails inside is counted by whoever fails there.
        if (!hasBegun && isStoreFault(error)) metrics.storeErrors.inc({ kind: "write" });
        throw error;
      }
    },
  };
  const wrote = ({ agreement, outbox = [], messages = [] }: Change): void => {
    const caused = [...outbox, ...messages].map(({ id }) => id);
    noteCause(agreement === undefined ? caused : [agreement.id, ...caused]);
    if (agreement !== undefined) settled(store, metrics, milestones, agreement);
  };
  return { ...(observed as Store), ...same };
}

async function timed<T>(metrics: Metrics, name: string, kind: Kind, call: () => Promise<T>): Promise<T> {
  const end = metrics.storeSeconds.startTimer({ kind });
  try {
    return await inChildSpan(`store ${name}`, { "db.operation.name": name }, call);
  } catch (error) {
    if (isStoreFault(error)) metrics.storeErrors.inc({ kind });
    throw error;
  } finally {
    end();
  }
}

/** Whether the store is to blame: what it refuses by a code of its own is an answer, and a store that is closed too. */
function isStoreFault(error: unknown): boolean {
  return !isSettldError(error) || (error.code === "HTTP_UNAVAILABLE" && error.cause !== undefined);
}

function settled(
  store: Store,
  metrics: Metrics,
  known: Map<Digest, Milestones>,
  { id, append, row, expectedEvents }: AgreementChange,
): void {
  const found = known.get(id) ?? {};
  known.delete(id);
  let settledAt: number | undefined;
  for (const { type, at } of append) {
    if (type === "escrow.funded") found.funded = at;
    else if (type === "work.submitted") found.submitted = at;
    else if (type === "settlement.executed") settledAt ??= at;
  }
  if (row.status !== "closed" && settledAt === undefined) {
    known.set(id, found);
    const [oldest] = known.keys();
    if (known.size > MILESTONES_MAX && oldest !== undefined) known.delete(oldest);
  }
  if (settledAt === undefined) return;
  const at = settledAt;
  const tell = ({ funded, submitted }: Milestones): void => {
    if (funded !== undefined) metrics.settlementSeconds.observe({ since: "funded" }, Math.max(at - funded, 0) / 1e3);
    if (submitted !== undefined) {
      metrics.settlementSeconds.observe({ since: "submitted" }, Math.max(at - submitted, 0) / 1e3);
    }
  };
  if (found.funded !== undefined && found.submitted !== undefined) {
    tell(found);
    return;
  }
  // Another process wrote what came before, or this one before it was started again. A figure is worth no error.
  void store.events(id, 0, expectedEvents).then(
    (events) => {
      for (const { type, at } of events) {
        if (type === "escrow.funded") found.funded ??= at;
        else if (type === "work.submitted") found.submitted = Math.max(found.submitted ?? at, at);
      }
      tell(found);
    },
    () => {},
  );
}
