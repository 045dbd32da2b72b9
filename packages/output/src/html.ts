import { showInvisible } from "./invisible.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  // Some old browsers take it as a quote around an attribute.
  "`": "&#96;",
};

/**
 * Makes untrusted text safe as the content of an HTML element and inside a quoted attribute. Invisible and steering
 * characters show as `\u{..}`, because a bidi override lies on a page as well; line feeds and tabs stay.
 *
 * Not for scripts, styles, comments, unquoted attributes or the target of a link.
 *
 * @example
 * escapeHtml("<b>"); // "&lt;b&gt;"
 */
export function escapeHtml(text: string): string {
  return showInvisible(text, "\n\t").replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? "");
}
