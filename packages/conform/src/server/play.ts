import { setTimeout as wait } from "node:timers/promises";
import type { Outcome } from "../adapter/outcome.ts";
import type { Scenario } from "./scenario.ts";
import { Ended, Notes, Unable } from "./scene.ts";
import { NoAnswer } from "./transport.ts";
import { VerifierLost } from "./verifier.ts";
import type { World } from "./world.ts";

const DIFFERENCES_MAX = 20;
const DIFFERENCE_CHARACTERS_MAX = 400;

/** Longest that one scenario may take with all its waiting, in milliseconds. */
const SCENARIO_MS = 180_000;

/**
 * Plays one scenario (CONF-20).
 *
 * @returns what came of it, or `undefined` when it could not be played.
 */
export const play = async (world: World, { run, needs = [] }: Scenario): Promise<Outcome | undefined> => {
  if (needs.includes("operator") && world.operatorKey === undefined) return undefined;
  if (needs.includes("webhooks") && world.hooks === undefined) return undefined;
  const notes = new Notes();
  const answer = (code: string | null): Outcome => ({
    kind: "answer",
    answer: {
      verdict: code === null ? "accept" : "reject",
      code,
      facts: { differences: notes.differences.slice(0, DIFFERENCES_MAX).map((text) => steady(text, world.run)) },
    },
  });
  const ended = new AbortController();
  try {
    const reply = await Promise.race([run(world, notes), late(ended.signal)]);
    return answer(reply === undefined || reply.status < 400 ? null : (reply.code ?? NO_CODE));
  } catch (error) {
    if (error instanceof NoAnswer) return { kind: error.kind, detail: steady(error.message, world.run) };
    if (error instanceof Ended) return answer(error.reply.code ?? NO_CODE);
    if (error instanceof Unable || error instanceof VerifierLost) return undefined;
    // An answer of a shape that a step could not go on with. The server is to blame, and the kit goes on.
    notes.differences.push(
      `expected an answer to go on with, found: ${(error as Error | undefined)?.message ?? error}`,
    );
    return answer(null);
  } finally {
    ended.abort();
  }
};

const NO_CODE = "CONF_SERVER_ANSWER";

const late = async (signal: AbortSignal): Promise<never> => {
  await wait(SCENARIO_MS, undefined, { signal, ref: false }).catch(() => new Promise<never>(() => {}));
  throw new NoAnswer("timeout", `the scenario took more than ${SCENARIO_MS} ms`);
};

// What is different in every run says nothing, and would make reports of the same faults differ.
const steady = (text: string, run: string): string =>
  text
    .replaceAll(run, "RUN")
    .replaceAll(/sha256[:%3A]+[0-9a-f]{64}/gi, "sha256:...")
    .replaceAll(/\b(?:req|dep|wd|key|acct|msg|we)_[A-Za-z0-9_-]+/g, "ID")
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, "TIME")
    .replaceAll(/\b[A-Za-z0-9_-]{43}\b/g, "KEY")
    .slice(0, DIFFERENCE_CHARACTERS_MAX);
