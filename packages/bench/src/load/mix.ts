import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { type Ask, ask, type Parties, partiesFromJson, type Steps, settlement } from "../settlement.ts";
import type { Found, Plan, Row } from "./plan.ts";

// Settlements that are under way for each connection: the next step of one rarely comes on the same connection.
const UNDER_WAY = 2;
// Closed agreements that are remembered for reading.
const REMEMBERED_MAX = 1_000;
const LIST = 20;
// Latencies are counted in microseconds, up to ten minutes, with two digits.
const HISTOGRAM = { lowest: 1, highest: 600_000_000, figures: 2 } as const;
// Until the servers have warmed up.
const WARM_UP = "warm-up";

type Job = { readonly steps: Steps; readonly parties: Parties; answer: string };

// The step after which a settlement is over.
const LAST = "receipt";

/** A request that is under way. */
export type Sent = {
  readonly ask: Ask;
  readonly job: Job | undefined;
  readonly place: string;
  readonly phase: string;
  at: number;
};

/**
 * Decides what a connection asks next, takes in the answers, and counts. A step of a settlement is made up when its turn
 * comes, out of the answer to the one before; any connection carries it on.
 */
export class Mix {
  readonly #plan: Plan;
  readonly #parties: readonly Parties[];
  readonly #ready = new Map<string, Job[]>();
  readonly #closed: { readonly id: string; readonly parties: Parties }[] = [];
  readonly #latencies = new Map<string, RecordableHistogram>();
  readonly #errors = new Map<string, number>();
  #underWay = 0;
  #turn = 0;
  #settlements = 0;
  #made = 0;
  #asked = 0;
  #done = 0;
  readonly #seconds = new Map<string, number>();
  #phase: string = WARM_UP;
  #since = 0;
  #last = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#parties = plan.parties.map(partiesFromJson);
  }

  /** Settlements that were carried to their end since the servers are warm. */
  get settlements(): number {
    return this.#settlements;
  }

  /** Begins a phase. What the connections of the one before waited for when they were cut is given up. */
  begin(phase: string = WARM_UP): void {
    this.#phase = phase;
    this.#since = performance.now();
    this.#last = this.#since;
    this.#underWay = [...this.#ready.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Ends a phase, which lasted until its last answer. */
  end(): void {
    const before = this.#seconds.get(this.#phase) ?? 0;
    this.#seconds.set(this.#phase, before + (this.#last - this.#since) / 1_000);
  }

  /** The next request for a connection to a server. */
  next(server: string): Sent {
    const { reads, clients, route } = this.#plan;
    const place = route === "any" ? "" : server;
    const sent = (ask: Ask, job?: Job): Sent => ({ ask, job, place, phase: this.#phase, at: performance.now() });
    if (Math.random() < reads) {
      const read = this.#read();
      if (read !== undefined) return sent(read);
    }
    const ready = this.#ready.get(place) ?? [];
    const wanted = clients * UNDER_WAY;
    if (ready.length === 0 || this.#underWay < wanted) return this.#begin(sent);
    const [job] = ready.splice(Math.floor(Math.random() * ready.length), 1);
    if (job === undefined) throw new Error("a job was lost");
    // Signed now, because a server refuses what was signed long ago.
    const { value, done } = job.steps.next(job.answer);
    if (done === true) throw new Error("expected a settlement that goes on");
    return sent(value, job);
  }

  /** Takes in an answer. */
  answered({ ask: { name }, job, place, phase, at }: Sent, status: number, body: string): void {
    this.#last = performance.now();
    this.#count(phase, name, this.#last - at);
    if (status >= 300) {
      this.failed(`${status} ${codeOf(body)} (${name})`, phase);
      if (job !== undefined) this.#underWay -= 1;
      return;
    }
    if (job === undefined) return;
    if (name === "offer") this.#made += 1;
    if (name === "attest and close") this.#done += 1;
    job.answer = body;
    if (name !== LAST) {
      const ready = this.#ready.get(place);
      if (ready === undefined) this.#ready.set(place, [job]);
      else ready.push(job);
      return;
    }
    const { value, done } = job.steps.next(body);
    if (done !== true) throw new Error("expected a settlement that is over");
    this.#underWay -= 1;
    if (phase !== WARM_UP) this.#settlements += 1;
    // The oldest goes when there are enough.
    if (this.#closed.length < REMEMBERED_MAX) this.#closed.push({ id: value.agreement, parties: job.parties });
    else this.#closed[this.#done % REMEMBERED_MAX] = { id: value.agreement, parties: job.parties };
  }

  /** Notes a request without a good answer. */
  failed(what: string, phase: string = this.#phase): void {
    if (phase !== WARM_UP) this.#errors.set(what, (this.#errors.get(what) ?? 0) + 1);
  }

  found(cpu: number): Found {
    const rows = [...this.#latencies].map(([name, histogram]): Row => {
      const [phase = "", operation = ""] = name.split("\n");
      const ms = (microseconds: number): number => microseconds / 1_000;
      const [p50, p95, p99] = [50, 95, 99].map((share) => ms(histogram.percentile(share)));
      return {
        phase,
        operation,
        count: histogram.count,
        p50: p50 ?? 0,
        p95: p95 ?? 0,
        p99: p99 ?? 0,
        max: ms(histogram.max),
      };
    });
    return {
      seconds: Object.fromEntries([...this.#seconds].filter(([phase]) => phase !== WARM_UP)),
      cpu,
      rows,
      requests: rows.filter(({ operation }) => operation !== ALL).reduce((sum, { count }) => sum + count, 0),
      settlements: this.#settlements,
      errors: Object.fromEntries(this.#errors),
      made: this.#made,
      asked: this.#asked,
      closed: this.#done,
    };
  }

  #begin(sent: (ask: Ask, job: Job) => Sent): Sent {
    const parties = this.#parties[this.#turn++ % this.#parties.length];
    if (parties === undefined) throw new Error("a load without parties");
    const steps = settlement(parties, this.#plan.settler, this.#plan.evidence);
    const { value, done } = steps.next();
    if (done === true) throw new Error("a settlement without steps");
    this.#underWay += 1;
    this.#asked += 1;
    return sent(value, { steps, parties, answer: "" });
  }

  #read(): Ask | undefined {
    const one = this.#closed[Math.floor(Math.random() * this.#closed.length)];
    if (one === undefined) return undefined;
    const path = `/v1/agreements/${one.id}`;
    const { apiKey } = one.parties.buyer;
    const kinds = [
      () => ask("read agreement", apiKey, "GET", path),
      () => ask("read agreement", apiKey, "GET", path),
      () => ask("read events", apiKey, "GET", `${path}/events`),
      () => ask("read bundle", apiKey, "GET", `${path}/bundle`),
      () => ask("list agreements", apiKey, "GET", `/v1/agreements?limit=${LIST}`),
      () => ask("list balances", apiKey, "GET", `/v1/accounts?owner=${encodeURIComponent(one.parties.buyer.id)}`),
    ];
    return kinds[Math.floor(Math.random() * kinds.length)]?.();
  }

  #count(phase: string, name: string, ms: number): void {
    if (phase === WARM_UP) return;
    for (const operation of [name, ALL]) {
      const key = `${phase}\n${operation}`;
      let histogram = this.#latencies.get(key);
      if (histogram === undefined) {
        histogram = createHistogram(HISTOGRAM);
        this.#latencies.set(key, histogram);
      }
      histogram.record(Math.max(1, Math.round(ms * 1_000)));
    }
  }
}

/** The row of all operations of a phase. */
export const ALL = "all";

function codeOf(body: string): string {
  try {
    return String(JSON.parse(body).code);
  } catch {
    return "?";
  }
}
