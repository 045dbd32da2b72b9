import { canonicalize, type JsonValue, REVISION, SettldError } from "@settld/protocol";
import { askAll } from "../adapter/ask.ts";
import type { Outcome, Question } from "../adapter/outcome.ts";
import type { AdapterHello } from "../gen/types.ts";

/** Who judges what a server hands out (CONF-18). */
export type Verifier = {
  /** Asks one question; waits for its turn. */
  readonly ask: (op: string, input: Readonly<Record<string, unknown>>) => Promise<Outcome>;
  /** What it said of itself, once it was asked. */
  readonly hello: () => AdapterHello | null;
  /** Why it cannot be asked any more: it broke the protocol or cannot be reached. */
  readonly stopped: () => SettldError | undefined;
  readonly stderr: () => string;
};

/** The verifier cannot be asked, so the run is over. */
export class VerifierLost extends Error {}

/**
 * Makes a verifier of an adapter. Questions that come while it is busy are put to it together, in one session.
 *
 * @param spec - how to reach it, such as `cmd:./adapter` (CONF-9).
 */
export const verifierOf = (
  spec: string,
  { timeoutMs, signal }: { readonly timeoutMs?: number | undefined; readonly signal: AbortSignal },
): Verifier => {
  type Waiting = {
    readonly question: Question;
    readonly resolve: (outcome: Outcome) => void;
    readonly reject: (error: Error) => void;
  };
  let waiting: Waiting[] = [];
  let busy = false;
  let hello: AdapterHello | null = null;
  let stopped: SettldError | undefined;
  let stderr = "";
  let count = 0;

  const work = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const batch = new Map(waiting.map((one) => [one.question.id, one]));
      waiting = [];
      const asked = await askAll(
        spec,
        [...batch.values()].map(({ question }) => question),
        {
          revision: REVISION,
          parallel: 1,
          timeoutMs,
          signal,
          onOutcome: (id, outcome) => {
            batch.get(id)?.resolve(outcome);
            batch.delete(id);
          },
        },
      );
      stopped ??= asked.stopped ?? otherHello(asked.hello, hello);
      hello ??= asked.hello;
      if (asked.stderr !== "") stderr = asked.stderr;
      for (const { reject } of batch.values()) reject(new VerifierLost("the verifier did not answer"));
    }
    busy = false;
  };

  return {
    ask: (op, input) =>
      new Promise((resolve, reject) => {
        if (stopped !== undefined || signal.aborted) {
          reject(new VerifierLost("the verifier is lost"));
          return;
        }
        count += 1;
        waiting.push({ question: { id: `${count}`, op, input }, resolve, reject });
        if (!busy) work().catch(reject);
      }),
    hello: () => hello,
    stopped: () => stopped,
    stderr: () => stderr,
  };
};

// Between sessions it could be replaced; the report names one.
const otherHello = (found: AdapterHello | null, first: AdapterHello | null): SettldError | undefined => {
  if (found === null || first === null) return undefined;
  const text = (hello: AdapterHello): string => canonicalize(hello as unknown as JsonValue);
  if (text(found) === text(first)) return undefined;
  return new SettldError("CONF_ADAPTER_HELLO", "expected the same hello at each start, found another one");
};
