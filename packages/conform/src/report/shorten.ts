/** Cuts a long text, on a whole character, and says how long it was. */
export const shorten = (text: string, lengthMax: number): string => {
  if (text.length <= lengthMax) return text;
  // Half of a surrogate pair at the cut would show as an escape that nobody wrote.
  const head = text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, "");
  return `${head}... (${text.length} characters)`;
};
