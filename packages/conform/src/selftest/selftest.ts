import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CODES, REVISION } from "@settld/protocol";
import { askAll } from "../adapter/ask.ts";
import { OPS } from "../adapter/ops.ts";
import type { CaseStatus, ConformanceReport } from "../report/report.ts";
import { expandQuestion, makePlan, type PlanOptions } from "../run/plan.ts";
import { NO_FILTERS } from "../run/select.ts";
import { expand, type Vector } from "../vectors.ts";
import { isBuilt } from "../version.ts";
import { type Book, bookKey } from "./book.ts";
import { CHEATS, type Cheat } from "./cheats.ts";

/** How the kit did against a cheat. */
export type Trial = {
  readonly cheat: Cheat;
  /** What the run ended with. */
  readonly exitCode: number;
  readonly stopped: string | undefined;
  /** How many cases got each status. */
  readonly statuses: Readonly<Partial<Record<CaseStatus, number>>>;
  /** Whether the run ended as it has to. */
  readonly caught: boolean;
};

/** How {@link selftest} goes about it. */
export type SelftestOptions = {
  /** Cheats to play; all when absent. */
  readonly cheats?: readonly Cheat[];
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

// A few dozen vectors are enough to be caught by, and they hold every kind of answer: facts, codes of all areas.
const PATHS: readonly string[] = [
  "digest/*",
  "dsse/envelope",
  "json/pointer",
  "key/jwk",
  "money/value",
  "policy/payouts",
];

// A machine may be busy, so who is not known to fall silent gets time. Silence takes as long as it is waited for.
const TIMEOUT_MS = 20_000;
const SILENCE_MS = 1000;

// Most of the time goes by waiting for processes to start and for silence to end.
const AT_ONCE = 3;

/** Runs the kit against adapters that cheat, each a process of its own, and tells which it caught. */
export const selftest = async ({ cheats = CHEATS, onProgress, signal }: SelftestOptions = {}): Promise<Trial[]> => {
  const folder = await mkdtemp(join(tmpdir(), "settld-conform-"));
  try {
    const book = join(folder, "book.json");
    await writeFile(book, JSON.stringify(bookOf(makePlan(planOptions(1)).vectors)));
    const trials: Trial[] = [];
    // The ones that take long go first, beside all the others.
    const waiting = [...cheats.entries()].sort(([, a], [, b]) => rank(a) - rank(b));
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && signal?.aborted !== true; next = waiting.shift()) {
        const [index, cheat] = next;
        trials[index] = await playOut(cheat, book, signal);
        onProgress?.(trials.filter((trial) => trial !== undefined).length, cheats.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return trials.filter((trial) => trial !== undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const rank = ({ silent }: Cheat): number => (silent === undefined ? 1 : 0);

const planOptions = (repeat: number): PlanOptions => ({
  filters: { ...NO_FILTERS, path: PATHS },
  profiles: [],
  repeat,
  seed: 1,
});

/** The right answers to some vectors, as a cheat reads them. */
export const bookOf = (vectors: readonly Vector[]): Book => ({
  revision: REVISION,
  ops: OPS,
  codes: Object.entries(CODES).flatMap(([code, { verdict }]) => (verdict === "reject" ? [code] : [])),
  answers: Object.fromEntries(
    vectors.map(({ op, input, verdict, code, facts }) => [
      bookKey(op, expand(input)),
      { verdict, code, ...(facts === undefined ? {} : { facts }) },
    ]),
  ),
});

const playOut = async (cheat: Cheat, book: string, signal: AbortSignal | undefined): Promise<Trial> => {
  const script = fileURLToPath(new URL(isBuilt ? "./cheat.js" : "./cheat.ts", import.meta.url));
  const command = [process.execPath, script, cheat.name, book].map(quoted).join(" ");
  const plan = makePlan(planOptions(cheat.repeat ?? 1));
  const asked = await askAll(`cmd:${command}`, plan.questions().map(expandQuestion), {
    revision: REVISION,
    parallel: 1,
    timeoutMs: cheat.silent === undefined ? TIMEOUT_MS : SILENCE_MS,
    startTimeoutMs: cheat.silent === "hello" ? SILENCE_MS : TIMEOUT_MS,
    signal,
    onOutcome: plan.settle,
  });
  const report = plan.report("cmd", asked);
  return trialOf(cheat, report);
};

// As `splitWords` reads it: a backslash takes the next quote, blank or backslash as it is.
const quoted = (word: string): string => `"${word.replaceAll(/[\\"]/g, "\\$&")}"`;

/** Judges a run against a cheat. */
export const trialOf = (
  cheat: Cheat,
  { exitCode, stopped, cases }: Pick<ConformanceReport, "exitCode" | "stopped" | "cases">,
): Trial => {
  const statuses: Partial<Record<CaseStatus, number>> = {};
  for (const { status } of cases) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    cheat,
    exitCode,
    stopped: stopped?.code,
    statuses,
    caught:
      exitCode === cheat.exitCode &&
      stopped?.code === cheat.stopped &&
      (cheat.status === undefined || (statuses[cheat.status] ?? 0) > 0),
  };
};
