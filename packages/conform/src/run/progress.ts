/** A counter on a terminal. */
export type Progress = {
  readonly update: (done: number, total: number) => void;
  /** Takes the counter away, before something else is printed. */
  readonly clear: () => void;
};

const INTERVAL_MS = 100;

/** Shows progress on standard error: one line that is written over, and nothing at all where no terminal is. */
export const startProgress = (): Progress => {
  if (process.stderr.isTTY !== true || (process.env["CI"] ?? "") !== "") return { update: () => {}, clear: () => {} };
  let shownAt = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    clear,
    update: (done, total) => {
      const now = performance.now();
      if (now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      clear();
      process.stderr.write(`${done} of ${total} cases`);
      shown = true;
    },
  };
};
