import type { Code } from "@settld/protocol";
import type { CaseStatus } from "../report/report.ts";

/** A cheat that the kit plays against itself, and how a run against it has to end. */
export type Cheat = {
  readonly name: string;
  /** What it does, in a few words. */
  readonly does: string;
  /** Exit code of the run (CONF-13). */
  readonly exitCode: 0 | 1 | 3;
  /** The code that has to stop the run. */
  readonly stopped?: Code;
  /** The status that some case has to get. */
  readonly status?: CaseStatus;
  /** How often each case is asked; 1 when absent. */
  readonly repeat?: number;
  /** Where it falls silent, which takes as long as one is willing to wait. */
  readonly silent?: "hello" | "case";
};

/**
 * Every cheat, and first the adapters that must pass: without them a kit that refuses everything would look good.
 * `cheat.ts` plays them.
 */
export const CHEATS: readonly Cheat[] = [
  { name: "honest", does: "gives the right answers", exitCode: 0, status: "pass" },
  { name: "slow", does: "gives the right answers, each after a while", exitCode: 0, status: "pass" },
  { name: "accept-all", does: "accepts everything", exitCode: 1, status: "wrong-verdict" },
  { name: "reject-all", does: "rejects everything with one code", exitCode: 1, status: "wrong-verdict" },
  { name: "echo", does: "accepts, and gives the input back as facts", exitCode: 1, status: "wrong-facts" },
  { name: "random-verdict", does: "throws a coin", exitCode: 1, status: "wrong-verdict" },
  { name: "constant-facts", does: "right verdicts, always the same facts", exitCode: 1, status: "wrong-facts" },
  {
    name: "next-code",
    does: "right verdicts, each code one further in the registry",
    exitCode: 1,
    status: "wrong-code",
  },
  { name: "no-signatures", does: "accepts whatever parses, whoever signed it", exitCode: 1, status: "wrong-verdict" },
  { name: "alternating", does: "answers well the first time only", exitCode: 1, status: "nondeterministic", repeat: 2 },
  { name: "skips-all", does: "declares every op and skips it", exitCode: 1, status: "skipped" },
  { name: "errors-all", does: "declares every op and answers with errors", exitCode: 1, status: "error" },
  { name: "crashes-on-tenth", does: "crashes on every tenth case", exitCode: 1, status: "crash" },
  {
    name: "hangs-on-fortieth",
    does: "falls silent on every fortieth case",
    exitCode: 1,
    status: "timeout",
    silent: "case",
  },
  { name: "crashes-always", does: "crashes on every case", exitCode: 3, stopped: "CONF_ADAPTER_LOST" },
  { name: "hangs-always", does: "never answers a case", exitCode: 3, stopped: "CONF_ADAPTER_LOST", silent: "case" },
  { name: "ends-at-once", does: "ends before it says hello", exitCode: 3, stopped: "CONF_ADAPTER_START" },
  { name: "says-nothing", does: "never says hello", exitCode: 3, stopped: "CONF_ADAPTER_HELLO", silent: "hello" },
  { name: "declares-nothing", does: "declares no op", exitCode: 3, stopped: "CONF_ADAPTER_HELLO" },
  { name: "other-revision", does: "implements another revision", exitCode: 3, stopped: "CONF_ADAPTER_HELLO" },
  { name: "garbage", does: "prints what is no message", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "bad-json", does: "answers with broken JSON", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "wrong-id", does: "answers a case that nobody asked", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "answers-twice", does: "answers a case twice", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "long-line", does: "writes a line of 100 MB", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "invalid-utf8", does: "writes bytes that are no UTF-8", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "unfinished-line", does: "ends in the middle of a line", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "talks-after-bye", does: "goes on after goodbye", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
  { name: "fails-after-bye", does: "ends with an error after goodbye", exitCode: 3, stopped: "CONF_ADAPTER_MESSAGE" },
];
