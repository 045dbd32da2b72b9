import type { ConformanceReport } from "../../report/report.ts";
import { makePlan } from "../../run/plan.ts";
import { NO_FILTERS } from "../../run/select.ts";
import { scenarioCatalogue } from "../catalogue.ts";
import { type HookReceiver, startHookReceiver } from "../hook-receiver.ts";
import { runServer } from "../run-server.ts";
import { startDeliveryProxy } from "./delivery-proxy.ts";
import { startProxy } from "./proxy.ts";
import type { ServerCheat } from "./server-cheat.ts";
import { SERVER_CHEATS } from "./server-cheats.ts";

/** How the kit did against a server that cheats. */
export type ServerTrial = {
  readonly cheat: ServerCheat;
  readonly exitCode: number;
  readonly stopped: string | undefined;
  /** Scenarios that did not pass, with their status. */
  readonly failed: readonly string[];
  readonly caught: boolean;
};

/** How the kit did against every server that cheats. */
export type ServerSelftest = {
  readonly trials: readonly ServerTrial[];
  /** Cheats with deliveries, when the server does not deliver to this machine. */
  readonly leftOut: readonly ServerCheat[];
};

/** How {@link serverSelftest} goes about it. */
export type ServerSelftestOptions = {
  /** A good server. */
  readonly url: string;
  readonly verifier: string;
  readonly operatorKey: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

type Round = ServerSelftestOptions & { readonly hooks: HookReceiver };

const isAboutDeliveries = ({ delivers, caughtBy }: ServerCheat): boolean =>
  delivers !== undefined && caughtBy.length > 0;
// Passes wherever deliveries arrive.
const DELIVERY = "hook-own-secret";
const SILENCE_MS = 1000;

/** Puts a proxy in front of a good server that cheats in one thing at a time, and tells which cheats the kit caught. */
export const serverSelftest = async (options: ServerSelftestOptions): Promise<ServerSelftest> => {
  const { signal, onProgress } = options;
  const round: Round = { ...options, hooks: await startHookReceiver(undefined, 0) };
  try {
    const [probe] = (await play(round, options.url, [DELIVERY])).cases;
    const leftOut = probe?.status === "not-run" ? SERVER_CHEATS.filter(isAboutDeliveries) : [];
    const cheats = SERVER_CHEATS.filter((cheat) => !leftOut.includes(cheat));
    // What the honest one has to pass: every scenario that somebody is caught by.
    const honest = [...new Set(cheats.flatMap(({ caughtBy }) => caughtBy))].sort();
    const trials: ServerTrial[] = [];
    for (const cheat of cheats) {
      if (signal.aborted) break;
      trials.push(await tryOut(cheat, round, honest));
      onProgress?.(trials.length, cheats.length);
    }
    return { trials, leftOut };
  } finally {
    await round.hooks.close();
  }
};

const play = (round: Round, url: string, id: readonly string[], timeoutMs?: number): Promise<ConformanceReport> => {
  const { operatorKey, verifier, hooks, signal } = round;
  const filters = { ...NO_FILTERS, id };
  const plan = makePlan({ filters, profiles: ["server"], repeat: 1, seed: 1 }, scenarioCatalogue());
  return runServer(plan, {
    url,
    verifier,
    operatorKey,
    prepared: undefined,
    root: undefined,
    hooks,
    timeoutMs,
    signal,
  });
};

const tryOut = async (cheat: ServerCheat, round: Round, honest: readonly string[]): Promise<ServerTrial> => {
  const { delivers } = cheat;
  const deliveries = delivers === undefined ? undefined : await startDeliveryProxy(delivers);
  const proxy = await startProxy(round.url, round.operatorKey, (cheating) => {
    const handle = cheat.cheat(cheating);
    return deliveries === undefined ? handle : deliveries.divert(handle);
  });
  const id = cheat.caughtBy.length > 0 ? cheat.caughtBy : honest;
  try {
    const report = await play(round, proxy.url, id, cheat.silent === true ? SILENCE_MS : undefined);
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
    await deliveries?.close();
  }
};
