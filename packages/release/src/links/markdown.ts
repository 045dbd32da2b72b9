import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** What a Markdown file offers and asks for: the anchors in it, and where its links go. */
export type MarkdownLinks = { readonly anchors: ReadonlySet<string>; readonly links: readonly string[] };

const decode = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&amp;", "&");

/** The anchor that GitHub gives a heading, from its text. */
const slugOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc}\s-]/gu, "")
    .replaceAll(/\s/g, "-");

/** Reads a Markdown text as GitHub shows it. Code, where links are only text, makes none. */
export const readMarkdown = (text: string): MarkdownLinks => {
  const html = micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  }).replaceAll(/<(pre|code)\b[\s\S]*?<\/\1>/g, (block) => block.replaceAll(/<[^>]*>/g, ""));
  const anchors = new Set<string>();
  for (const [, content = ""] of html.matchAll(/<h[1-6]>([\s\S]*?)<\/h[1-6]>/g)) {
    const slug = slugOf(decode(content.replaceAll(/<[^>]*>/g, "")));
    let [name, count] = [slug, 0];
    while (anchors.has(name)) {
      count += 1;
      name = `${slug}-${count}`;
    }
    anchors.add(name);
  }
  for (const [, id = ""] of html.matchAll(/<[a-z][^>]*\s(?:id|name)="([^"]*)"/g)) anchors.add(decode(id));
  const links = [...html.matchAll(/<(?:a|img|source)\b[^>]*\s(?:href|src|srcset)="([^"]*)"/g)].map(([, target = ""]) =>
    decode(target),
  );
  return { anchors, links };
};
