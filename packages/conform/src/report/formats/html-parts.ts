import { escapeHtml } from "@settld/output";

/** One stretch of a bar. */
export type Stretch = { readonly kind: "good" | "bad" | "known" | "other" | "none"; readonly count: number };

/**
 * A bar whose stretches are as long as their counts. A picture, because the page's policy allows no styles on elements;
 * what it shows also stands beside it in words.
 */
export const bar = (stretches: readonly Stretch[]): string => {
  const total = stretches.reduce((sum, { count }) => sum + count, 0);
  let x = 0;
  const parts = stretches
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => {
      const part = `<rect class="${kind}" x="${x}" width="${count}" height="1"/>`;
      x += count;
      return part;
    });
  return `<svg class="bar" viewBox="0 0 ${Math.max(total, 1)} 1" preserveAspectRatio="none" aria-hidden="true">${parts.join("")}</svg>`;
};

/** Untrusted text in the letters of code. */
export const code = (untrusted: string): string => `<code>${escapeHtml(untrusted)}</code>`;

/** A number with its noun. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A small label. */
export const tag = (kind: "good" | "bad" | "warn" | "plain", text: string): string =>
  `<span class="tag ${kind}">${escapeHtml(text)}</span>`;
