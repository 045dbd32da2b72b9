import { SettldError } from "@settld/protocol";

/**
 * Splits the command of an adapter into words, without a shell, so that it means the same everywhere: blanks separate,
 * single and double quotes keep blanks, and a backslash takes the next blank, quote or backslash as it is. Any other
 * backslash stays, because paths of Windows are full of them. Nothing is expanded.
 *
 * @throws SettldError `CLI_USAGE` when a quote is not closed or there is no word.
 */
export const splitWords = (command: string): [string, ...string[]] => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < command.length; at += 1) {
    const char = command.charAt(at);
    const next = command.charAt(at + 1);
    // Within single quotes nothing is special but their end.
    if (char === "\\" && quote !== "'" && next !== "" && ESCAPABLE.test(next)) {
      word = (word ?? "") + next;
      at += 1;
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else word += char;
    } else if (char === "'" || char === '"') {
      // Quotes around nothing are an empty word.
      word ??= "";
      quote = char;
    } else if (BLANK.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") throw new SettldError("CLI_USAGE", `expected a closing ${quote} in the command ${command}`);
  if (word !== undefined) words.push(word);
  const [program, ...args] = words;
  if (program === undefined || program === "") {
    throw new SettldError("CLI_USAGE", "expected a command after cmd: or exec:, found none");
  }
  return [program, ...args];
};

const BLANK = /[ \t\r\n]/;
const ESCAPABLE = /[ \t\r\n'"\\]/;
