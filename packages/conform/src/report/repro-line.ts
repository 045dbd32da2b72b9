// What every POSIX shell takes as it is; anything else goes into quotes.
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Writes one word of a command line for a POSIX shell. */
export const shellWord = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/**
 * The one line that repeats a case.
 *
 * @param via - the adapter as it was given to `run`.
 */
export const reproLine = (id: string, via: string): string =>
  `npx settld-conform repro ${shellWord(id)} --adapter ${shellWord(via)}`;
