import { setMaxListeners } from "node:events";
import { isSettldError, REVISION, SettldError } from "@settld/protocol";
import type { AdapterHello } from "../gen/types.ts";
import type { ConformanceReport } from "../report/report.ts";
import type { Plan, PlannedQuestion } from "../run/plan.ts";
import { apiOf } from "./api.ts";
import { GROUPS, scenarioOf } from "./catalogue.ts";
import { ownDocument } from "./document.ts";
import type { HookReceiver } from "./hook-receiver.ts";
import { play } from "./play.ts";
import type { Prepared } from "./prepared.ts";
import { transport } from "./transport.ts";
import { verifierOf } from "./verifier.ts";
import { beginWorld, type World } from "./world.ts";

/** How scenarios are played. */
export type ServerRunOptions = {
  /** Where the server is, without a slash at the end. */
  readonly url: string;
  /** How the verifier is reached (CONF-9). */
  readonly verifier: string;
  readonly operatorKey: string | undefined;
  readonly prepared: Prepared | undefined;
  /** The registry's public key, 32 bytes. */
  readonly root: Uint8Array | undefined;
  readonly hooks: HookReceiver | undefined;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Scenarios at one time. */
  readonly parallel?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

const TIMEOUT_MS = 15_000;
const PARALLEL = 6;

// CONF-19.
const FAILURES_MAX = 8;

/** Plays the scenarios of a plan against a server and reports. Whatever the server does wrong stands in the report. */
export const runServer = async (plan: Plan, options: ServerRunOptions): Promise<ConformanceReport> => {
  const { url, timeoutMs = TIMEOUT_MS, parallel = PARALLEL, onProgress } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  setMaxListeners(0, signal);
  const wire = transport(timeoutMs, signal);
  const verifier = verifierOf(options.verifier, { signal });
  let stopped: SettldError | undefined;
  let hello: AdapterHello | null = null;
  let failures = 0;
  const stop = (error: SettldError): void => {
    stopped ??= error;
    end.abort();
  };
  const api = apiOf(wire, url, ownDocument(), (failure) => {
    failures = failure === undefined ? 0 : failures + 1;
    if (failures < FAILURES_MAX || signal.aborted) return;
    const last = failure?.message ?? "";
    stop(
      new SettldError(
        "CONF_SERVER_LOST",
        `expected an answer, found none ${FAILURES_MAX} times in a row, at last: ${last}`,
      ),
    );
  });
  const questions = plan.questions();
  let done = 0;
  const playOne = async (world: World, { key, vector }: PlannedQuestion): Promise<void> => {
    const scenario = scenarioOf(vector.id);
    if (scenario === undefined || signal.aborted) return;
    const outcome = await play(world, scenario);
    // What was cut short by the end of the run has not run.
    if (outcome !== undefined && !signal.aborted) plan.settle(key, outcome);
    done += 1;
    onProgress?.(done, questions.length);
    const broken = verifier.stopped();
    if (broken !== undefined) stop(broken);
  };
  try {
    const world = await beginWorld({ ...options, api, verifier });
    hello = helloOf(world, options.verifier);
    const isLast = ({ vector }: PlannedQuestion): boolean => scenarioOf(vector.id)?.last === true;
    const first = questions.filter((question) => !isLast(question));
    const lane = async (): Promise<void> => {
      for (let next = first.shift(); next !== undefined; next = first.shift()) await playOne(world, next);
    };
    await Promise.all(Array.from({ length: parallel }, lane));
    for (const question of questions.filter(isLast)) await playOne(world, question);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    stop(error);
  } finally {
    wire.close();
  }
  const asked = verifier.hello();
  if (hello !== null && asked !== null)
    hello = { ...hello, verifier: { via: options.verifier, ...asked.implementation } };
  return plan.report(url, { hello, stderr: verifier.stderr(), stopped });
};

// A server says no hello, so the kit says it for it (CONF-18).
const helloOf = ({ about }: World, verifier: string): AdapterHello => ({
  type: "hello",
  protocol: 1,
  implementation: about,
  roles: ["server"],
  revisions: [REVISION],
  features: GROUPS.map(({ name }) => `server.${name}`).sort(),
  verifier: { via: verifier },
});
