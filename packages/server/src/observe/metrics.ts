import { monitorEventLoopDelay } from "node:perf_hooks";
import { REVISION } from "@settld/protocol";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { ROUTES } from "../gen/routes.ts";
import { storeRetries } from "./retries.ts";

// The build puts the version of package.json here (tsup.config.ts); run from its sources the package has none.
declare const SETTLD_SERVER_VERSION: string | undefined;
const VERSION = typeof SETTLD_SERVER_VERSION === "string" ? SETTLD_SERVER_VERSION : "0.0.0-source";

// From a read in memory to a signer that is far away.
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
// From a machine that settles at once to a review of a month.
const SETTLEMENT_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 259_200, 604_800, 2_592_000];

const LOOP_RESOLUTION_MS = 20;

/**
 * Everything that is counted about one server, in a registry of its own. Labels have values from closed lists only:
 * operations of the API, types of events, codes of this program; never a tenant, a party, an asset or an id.
 */
export class Metrics {
  readonly registry: Registry = new Registry();

  readonly requests: Counter<"operation" | "status"> = this.#counter(
    "settld_http_requests_total",
    "Requests answered, by operation of the API (none: no route) and class of status",
    ["operation", "status"],
  );
  readonly requestSeconds: Histogram<"operation"> = this.#histogram(
    "settld_http_request_duration_seconds",
    "From the head of a request to the head of its answer",
    ["operation"],
    REQUEST_SECONDS,
  );
  readonly requestsRunning: Gauge = this.#gauge("settld_http_requests_in_flight", "Requests that are being answered");
  readonly streams: Gauge = this.#gauge("settld_http_streams_open", "Streams of events that are open");
  readonly idempotency: Counter<"outcome"> = this.#counter(
    "settld_idempotency_total",
    "Requests whose Idempotency-Key was known: answered again (replayed), another request (reused), still running (in_flight)",
    ["outcome"],
  );

  readonly settlementSeconds: Histogram<"since"> = this.#histogram(
    "settld_settlement_duration_seconds",
    "Of settlements that this process wrote: from the signed time of escrow.funded (since funded), or of the last " +
      "work.submitted before (since submitted), to that of the first settlement.executed",
    ["since"],
    SETTLEMENT_SECONDS,
  );
  readonly admissionSeconds: Histogram<"step"> = this.#histogram(
    "settld_admission_duration_seconds",
    "From an event that was read to the answer that it is stored with all that follows, by its type",
    ["step"],
    REQUEST_SECONDS,
  );

  readonly storeSeconds: Histogram<"kind"> = this.#histogram(
    "settld_store_duration_seconds",
    "Calls of the store, by kind: read, write, evidence",
    ["kind"],
    REQUEST_SECONDS,
  );
  readonly storeErrors: Counter<"kind"> = this.#counter(
    "settld_store_errors_total",
    "Calls of the store that failed because of the store, by kind",
    ["kind"],
  );
  readonly storeConflicts: Counter<"kind"> = this.#counter(
    "settld_store_conflicts_total",
    "Changes that the store refused whole: answered, stale, insufficient",
    ["kind"],
  );
  readonly storeRetries: Counter<"reason"> = this.#counter(
    "settld_store_retries_total",
    "Attempts that a store made again by itself: serialization, deadlock, connection",
    ["reason"],
  );
  readonly signerSeconds: Histogram<"role"> = this.#histogram(
    "settld_signer_duration_seconds",
    "Signatures, by role of the key: settler, registry",
    ["role"],
    REQUEST_SECONDS,
  );
  readonly signerErrors: Counter<"role"> = this.#counter(
    "settld_signer_errors_total",
    "Signatures that were asked for and not given, by role of the key",
    ["role"],
  );
  readonly railSeconds: Histogram<"outcome"> = this.#histogram(
    "settld_rail_duration_seconds",
    "Payouts that a rail was asked for, by outcome: paid, refused, unknown",
    ["outcome"],
    REQUEST_SECONDS,
  );
  readonly deliveries: Counter<"outcome"> = this.#counter(
    "settld_webhook_deliveries_total",
    "Messages that were posted to a webhook endpoint, by outcome: delivered, retried, dead",
    ["outcome"],
  );
  readonly faults: Counter = this.#counter("settld_background_faults_total", "Faults of background work", []);

  readonly ready: Gauge<"part"> = this.#gauge("settld_ready", "1 when a part is ready, as /readyz says", ["part"]);
  readonly agreements: Gauge<"status"> = this.#gauge("settld_agreements", "Agreements in the store, by status", [
    "status",
  ]);
  readonly timersDue: Gauge = this.#gauge("settld_timers_due", "Timers whose instant has come and that did not fire");
  readonly timersLag: Gauge = this.#gauge("settld_timers_lag_seconds", "How late the oldest of them is");
  readonly outbox: Gauge<"kind"> = this.#gauge("settld_outbox_pending", "Work for the world outside that is not done", [
    "kind",
  ]);
  readonly outboxAge: Gauge<"kind"> = this.#gauge("settld_outbox_oldest_seconds", "Age of the oldest of it", ["kind"]);
  readonly outboxDead: Gauge<"kind"> = this.#gauge(
    "settld_outbox_dead",
    "Work that is given up, for people to look at",
    ["kind"],
  );
  readonly imbalance: Gauge = this.#gauge(
    "settld_ledger_imbalance",
    "Sum over all assets of how far the sum of all accounts is from zero, in minor units; must be 0",
  );
  readonly negative: Gauge = this.#gauge(
    "settld_ledger_negative_accounts",
    "Accounts below zero, rails apart; must be 0",
  );
  readonly escrowLeft: Gauge = this.#gauge(
    "settld_ledger_escrow_left",
    "Accounts of closed agreements that still hold money; must be 0",
  );
  readonly reconciledAt: Gauge = this.#gauge(
    "settld_reconciliation_timestamp_seconds",
    "When the last reconciliation that the store knows of was; 0 when there was none",
  );
  readonly findings: Gauge = this.#gauge(
    "settld_reconciliation_findings",
    "What the last reconciliation found; must be 0",
  );
  readonly trustExpires: Gauge<"source"> = this.#gauge(
    "settld_trust_expires_timestamp_seconds",
    "When the imported trust document expires; nothing when the server signs its own",
    ["source"],
  );
  readonly keyAllowed: Gauge = this.#gauge(
    "settld_settler_key_allowed",
    "1 when the trust document lets the settler's key sign",
  );
  readonly storeBytes: Gauge<"part"> = this.#gauge(
    "settld_store_bytes",
    "Size of the store: data, log (write-ahead), free (left on its disk)",
    ["part"],
  );
  readonly figuresAt: Gauge = this.#gauge(
    "settld_figures_timestamp_seconds",
    "When the gauges that come from the store were read",
  );

  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });

  constructor() {
    const build = this.#gauge("settld_build_info", "1, with what runs", ["version", "revision", "node"]);
    build.set({ version: VERSION, revision: REVISION, node: process.version }, 1);
    this.#gauge("settld_process_start_timestamp_seconds", "When the process began").set(
      Math.floor(performance.timeOrigin / 1000),
    );
    const memory = this.#gauge("settld_process_resident_memory_bytes", "Memory that the process holds");
    const cpu = this.#counter("settld_process_cpu_seconds_total", "Time of processors that the process used", []);
    const lag = this.#gauge(
      "settld_event_loop_lag_seconds",
      "How late timers of this process are, since the last time asked",
      ["quantile"],
    );
    let cpuBefore = 0;
    this.#collect = () => {
      memory.set(process.memoryUsage.rss());
      const { user, system } = process.cpuUsage();
      cpu.inc((user + system - cpuBefore) / 1e6);
      cpuBefore = user + system;
      // What is measured is the whole pause between two looks, of which the resolution is meant.
      const late = (ns: number): number => Math.max(ns / 1e9 - LOOP_RESOLUTION_MS / 1e3, 0);
      lag.set({ quantile: "0.5" }, late(this.#loop.percentile(50)));
      lag.set({ quantile: "0.99" }, late(this.#loop.percentile(99)));
      lag.set({ quantile: "1" }, late(this.#loop.max));
      this.#loop.reset();
    };
    this.#loop.enable();
    storeRetries.subscribe(this.#retried);
    // What did not happen yet is 0 and not absent, so that the first time is seen as a rise.
    for (const operation of ["none", ...ROUTES.map(({ operationId }) => operationId)]) {
      for (const status of ["2xx", "4xx", "5xx"]) this.requests.inc({ operation, status }, 0);
    }
    for (const outcome of ["replayed", "reused", "in_flight"]) this.idempotency.inc({ outcome }, 0);
    for (const kind of ["read", "write", "evidence"]) this.storeErrors.inc({ kind }, 0);
    for (const kind of ["answered", "stale", "insufficient"]) this.storeConflicts.inc({ kind }, 0);
    for (const reason of ["serialization", "deadlock", "connection"]) this.storeRetries.inc({ reason }, 0);
    for (const outcome of ["delivered", "retried", "dead"]) this.deliveries.inc({ outcome }, 0);
    for (const role of ["settler", "registry"]) this.signerErrors.inc({ role }, 0);
    for (const since of ["funded", "submitted"]) this.settlementSeconds.zero({ since });
  }

  readonly #collect: () => void;
  // Of every store in the process, which outside of tests is one.
  readonly #retried = (reason: unknown): void => this.storeRetries.inc({ reason: String(reason) });

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    this.#collect();
    return this.registry.metrics();
  }

  /** Ends what is measured all the time. */
  close(): void {
    this.#loop.disable();
    storeRetries.unsubscribe(this.#retried);
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<T extends string = never>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<T extends string>(name: string, help: string, labelNames: readonly T[], buckets: number[]): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}

/** The media type of {@link Metrics.text}. */
export const METRICS_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE;
