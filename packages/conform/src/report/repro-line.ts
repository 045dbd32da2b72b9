// What every POSIX shell takes as it is; anything else goes into quotes.
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Writes one word of a command line for a POSIX shell. */
export const shellWord = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/**
 * The one line that repeats a case.
 *
 * @param via - the adapter, or the URL of the server, as it was given to `run`.
 */
export const reproLine = ({ id, op }: { readonly id: string; readonly op: string }, via: string): string =>
  op.startsWith(SCENARIO_OPS)
    ? `npx settld-conform run --profile server --url ${shellWord(via)} --verifier VERIFIER --id ${shellWord(id)}`
    : `npx settld-conform repro ${shellWord(id)} --adapter ${shellWord(via)}`;

/** How the ops of scenarios begin (CONF-18). */
export const SCENARIO_OPS = "server.";
