/** What the answers of a server tell of its clock. */
export type ServerClock = {
  /** Hears the Date of an answer, and when it was asked for and there, by our clock; all in milliseconds since 1970. */
  readonly hear: (date: number, asked: number, answered: number) => void;
  /** By how much the server's clock is ahead of ours, in milliseconds; 0 as long as both may be the same. */
  readonly ahead: () => number;
};

const SECOND = 1000;

/**
 * Makes one. A Date is cut to whole seconds and stamped at some moment between question and answer, so each answer gives
 * bounds, however long it took.
 */
export const serverClock = (): ServerClock => {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    hear(date, asked, answered) {
      const [from, to] = [date - answered, date + SECOND - asked];
      const [least, most] = [Math.max(low, from), Math.min(high, to)];
      // Where they contradict each other, one of the clocks was set meanwhile.
      [low, high] = least <= most ? [least, most] : [from, to];
    },
    ahead: () => (low <= 0 && high >= 0 ? 0 : Math.round((low + high) / 2)),
  };
};
