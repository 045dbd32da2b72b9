/**
 * Requires that an input has no member but the known ones, because a misspelt one would be left out in silence.
 *
 * @throws TypeError that names the unknown member and the known one that is most like it.
 */
export function assertKnown(input: object, known: readonly string[]): void {
  for (const name of Object.keys(input)) {
    if (known.includes(name)) continue;
    const [best] = [...known].sort((a, b) => likeness(name, b) - likeness(name, a));
    throw new TypeError(`unknown member \`${name}\` (did you mean \`${best}\`?)`);
  }
}

// The share of pairs of neighbours that two names have in common, whatever their case.
function likeness(a: string, b: string): number {
  const common = [...b].filter((_, at) => at > 0 && a.toLowerCase().includes(b.slice(at - 1, at + 1).toLowerCase()));
  return common.length / (a.length + b.length);
}
