/**
 * Finds the candidates that somebody may have meant, best first: by edits, where swapping two neighbours is one.
 * Those that would need more than about a third of the text changed are left out, unless they contain it.
 *
 * @param countMax - most candidates returned.
 */
export function nearest(text: string, candidates: readonly string[], countMax: number): string[] {
  const limit = Math.ceil(text.length / 3);
  return candidates
    .map((candidate) => ({
      candidate,
      edits: text.length >= 4 && candidate.includes(text) ? 0 : distance(text.slice(0, 64), candidate),
    }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, countMax)
    .map(({ candidate }) => candidate);
}

/** Number of insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
