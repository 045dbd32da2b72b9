/** A counter on a terminal. */
export type Progress = {
  /** Tells how many inputs are done. */
  readonly update: (done: number) => void;
  /** Takes the counter away, before something else is printed and at the end. */
  readonly clear: () => void;
};

const INTERVAL_MS = 100;

/** Shows progress on standard error, only when that is a terminal and there is something to wait for. */
export function startProgress(total: number): Progress {
  if (process.stderr.isTTY !== true || total < 2) return { update: () => {}, clear: () => {} };
  const start = performance.now();
  let shownAt = start;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    clear,
    update: (done) => {
      const now = performance.now();
      if (now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      const perSecond = Math.round((done * 1000) / (now - start));
      clear();
      process.stderr.write(`verified ${done} of ${total}, ${perSecond} a second`);
      shown = true;
    },
  };
}
