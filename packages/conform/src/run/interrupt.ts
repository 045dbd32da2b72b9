/** A wish of the user to end. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** Signals end the process again as they usually do. */
  readonly release: () => void;
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the signals that end a program into an abort, so that adapters are ended and what was found is still written.
 * The second signal ends the process at once.
 */
export const onInterrupt = (): Interrupt => {
  const controller = new AbortController();
  const release = (): void => {
    for (const name of SIGNALS) process.removeListener(name, abort);
  };
  const abort = (): void => {
    // Without a listener the next one has its usual effect.
    release();
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, abort);
  return { signal: controller.signal, release };
};
