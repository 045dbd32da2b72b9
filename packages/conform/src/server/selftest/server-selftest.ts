import { makePlan } from "../../run/plan.ts";
import { NO_FILTERS } from "../../run/select.ts";
import { scenarioCatalogue } from "../catalogue.ts";
import { runServer } from "../run-server.ts";
import { startProxy } from "./proxy.ts";
import { SERVER_CHEATS, type ServerCheat } from "./server-cheats.ts";

/** How the kit did against a server that cheats. */
export type ServerTrial = {
  readonly cheat: ServerCheat;
  readonly exitCode: number;
  readonly stopped: string | undefined;
  /** Scenarios that did not pass, with their status. */
  readonly failed: readonly string[];
  readonly caught: boolean;
};

/** How {@link serverSelftest} goes about it. */
export type ServerSelftestOptions = {
  /** A good server. */
  readonly url: string;
  readonly verifier: string;
  readonly operatorKey: string;
  readonly cheats?: readonly ServerCheat[];
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

// What the honest one has to pass: every scenario that somebody is caught by.
const HONEST = [...new Set(SERVER_CHEATS.flatMap(({ caughtBy }) => caughtBy))].sort();
const SILENCE_MS = 1000;

/** Puts a proxy in front of a good server that cheats in one thing at a time, and tells which cheats the kit caught. */
export const serverSelftest = async (options: ServerSelftestOptions): Promise<ServerTrial[]> => {
  const { cheats = SERVER_CHEATS, signal, onProgress } = options;
  const trials: ServerTrial[] = [];
  for (const cheat of cheats) {
    if (signal.aborted) break;
    trials.push(await tryOut(cheat, options));
    onProgress?.(trials.length, cheats.length);
  }
  return trials;
};

const tryOut = async (cheat: ServerCheat, options: ServerSelftestOptions): Promise<ServerTrial> => {
  const { operatorKey, verifier, signal } = options;
  const proxy = await startProxy(options.url, operatorKey, cheat.cheat);
  const id = cheat.caughtBy.length > 0 ? cheat.caughtBy : HONEST;
  const filters = { ...NO_FILTERS, id };
  const plan = makePlan({ filters, profiles: ["server"], repeat: 1, seed: 1 }, scenarioCatalogue());
  try {
    const report = await runServer(plan, {
      url: proxy.url,
      verifier,
      operatorKey,
      prepared: undefined,
      root: undefined,
      hooks: undefined,
      timeoutMs: cheat.silent === true ? SILENCE_MS : undefined,
      signal,
    });
    const failed = report.cases.filter(({ status }) => status !== "pass");
    const isCaught = cheat.caughtBy.every((name) =>
      failed.some((one) => one.id === name && (cheat.status === undefined || one.status === cheat.status)),
    );
    const stopped = report.stopped?.code;
    return {
      cheat,
      exitCode: report.exitCode,
      stopped,
      failed: failed.map((one) => `${one.id}: ${one.status}`),
      caught:
        cheat.stopped !== undefined
          ? stopped === cheat.stopped && report.exitCode === 3
          : stopped === undefined &&
            isCaught &&
            (cheat.caughtBy.length > 0 ? report.exitCode === 1 : report.exitCode === 0),
    };
  } finally {
    await proxy.close();
  }
};
