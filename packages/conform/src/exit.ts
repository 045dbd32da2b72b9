import { type Code, isSettldError } from "@settld/protocol";

/** Exit codes of every command (CONF-13). A crash is none of the others, so that a bug is never taken for a judgement. */
export const EXIT: {
  readonly conforms: 0;
  readonly fails: 1;
  readonly usage: 2;
  readonly broken: 3;
  readonly inconclusive: 4;
  readonly internal: 70;
  readonly interrupted: 130;
} = {
  conforms: 0,
  /** Also: the baseline is stale, a report is wrong, two implementations disagree. */
  fails: 1,
  /** Usage, and files that could not be read or written. */
  usage: 2,
  /** The adapter breaks the protocol, or it or the server cannot be reached. */
  broken: 3,
  inconclusive: 4,
  /** EX_SOFTWARE of sysexits.h. */
  internal: 70,
  /** What shells report for a program that SIGINT ended. */
  interrupted: 130,
};

const EXIT_BY_CODE: Readonly<Partial<Record<Code, number>>> = {
  CONF_ADAPTER_START: EXIT.broken,
  CONF_ADAPTER_HELLO: EXIT.broken,
  CONF_ADAPTER_MESSAGE: EXIT.broken,
  CONF_ADAPTER_LOST: EXIT.broken,
  CONF_SERVER_START: EXIT.broken,
  CONF_SERVER_LOST: EXIT.broken,
  CONF_NOTHING_EXECUTED: EXIT.inconclusive,
  CONF_BASELINE_STALE: EXIT.fails,
  CONF_REPORT: EXIT.fails,
  CONF_DISAGREEMENT: EXIT.fails,
};

/** The exit code for an error that ends a command, or `undefined` for anything else. */
export const exitCodeOf = (error: unknown): number | undefined =>
  isSettldError(error) ? (EXIT_BY_CODE[error.code] ?? EXIT.usage) : undefined;
