import { STATUSES } from "@settld/kernel";
import { parseInstant } from "@settld/protocol";
import type { TrustBook } from "../settler/trust-book.ts";
import type { Store } from "../store/store.ts";
import { lastAudit } from "./last-audit.ts";
import type { Metrics } from "./metrics.ts";
import { PARTS, type Readiness } from "./readiness.ts";

/** Of what {@link figures} is made. */
export type FiguresParts = {
  readonly store: Pick<Store, "figures" | "setting">;
  readonly trust: Pick<TrustBook, "expiresAt">;
  readonly ready: () => Promise<Readiness>;
  /** Whether the trust document lets the settler's key sign. */
  readonly maySign: () => Promise<boolean>;
  readonly clock: () => number;
  /** How old figures of the store may be, in milliseconds. */
  readonly periodMs: number;
};

/**
 * Makes what brings the gauges up to date that come from the store. It reads the store not more often than once a
 * period, however many ask; when the store does not answer, the gauges stay, and only their time tells.
 */
export function figures(metrics: Metrics, parts: FiguresParts): () => Promise<void> {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  return async () => {
    const ready = await parts.ready();
    for (const part of PARTS) metrics.ready.set({ part }, ready[part] === undefined ? 1 : 0);
    if (ready.store !== undefined || performance.now() - readAt < parts.periodMs) return;
    reading ??= read(metrics, parts)
      .then(
        () => {
          readAt = performance.now();
        },
        () => metrics.storeErrors.inc({ kind: "read" }),
      )
      .finally(() => {
        reading = undefined;
      });
    await reading;
  };
}

async function read(metrics: Metrics, { store, trust, maySign, clock }: FiguresParts): Promise<void> {
  const now = clock();
  const [found, audit, expiresAt, isAllowed] = await Promise.all([
    store.figures(now),
    lastAudit(store),
    trust.expiresAt(),
    maySign(),
  ]);
  const seconds = (since: number | undefined): number => (since === undefined ? 0 : Math.max(now - since, 0) / 1e3);
  for (const status of STATUSES) {
    if (status !== "none") metrics.agreements.set({ status }, found.agreements.get(status) ?? 0);
  }
  metrics.timersDue.set(found.timers.count);
  metrics.timersLag.set(seconds(found.timers.oldest));
  for (const [kind, { count, oldest, dead }] of Object.entries(found.outbox)) {
    metrics.outbox.set({ kind }, count);
    metrics.outboxAge.set({ kind }, seconds(oldest));
    metrics.outboxDead.set({ kind }, dead);
  }
  const sum = found.imbalances.reduce((total, value) => total + (value < 0n ? -value : value), 0n);
  metrics.imbalance.set(Number(sum));
  metrics.negative.set(found.negative);
  metrics.escrowLeft.set(found.escrowLeft);
  metrics.reconciledAt.set(audit === undefined ? 0 : parseInstant(audit.at) / 1e3);
  metrics.findings.set(audit?.findings ?? 0);
  metrics.keyAllowed.set(isAllowed ? 1 : 0);
  if (expiresAt === undefined) metrics.trustExpires.reset();
  else metrics.trustExpires.set({ source: "imported" }, expiresAt / 1e3);
  for (const [part, bytes] of Object.entries(found.bytes)) {
    if (bytes !== undefined) metrics.storeBytes.set({ part }, bytes);
  }
  metrics.figuresAt.set(now / 1e3);
}
