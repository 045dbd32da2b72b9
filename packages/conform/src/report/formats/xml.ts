/**
 * A small writer of XML 1.0. The writers on npm that replace characters which XML cannot hold are either unmaintained
 * since 2020 or bring four packages and a YAML parser; the maintained small ones write such characters as they are,
 * and then no reader opens the file.
 */
import { escapeHtml } from "@settld/output";

/** An element; names of elements and attributes are ours, texts and values are untrusted. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (XmlElement | string)[];
};

/** Makes an element. */
export const xml = (
  name: string,
  attributes: XmlElement["attributes"] = {},
  ...children: XmlElement["children"]
): XmlElement => ({ name, attributes, children });

/** Writes a document in UTF-8 that any XML 1.0 reader takes, one element a line where there is no text beside it. */
export const xmlDocument = (root: XmlElement): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${elementText(root, "")}\n`;

const elementText = ({ name, attributes, children }: XmlElement, indent: string): string => {
  const open = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(String(value))}"`);
  const start = `${indent}<${name}${open.join("")}`;
  if (children.length === 0) return `${start}/>`;
  // White space beside text would become part of it.
  if (children.some((child) => typeof child === "string")) {
    const inside = children.map((child) => (typeof child === "string" ? contentText(child) : elementText(child, "")));
    return `${start}>${inside.join("")}</${name}>`;
  }
  const lines = children.map((child) => (typeof child === "string" ? "" : elementText(child, `${indent}  `)));
  return `${start}>\n${lines.join("\n")}\n${indent}</${name}>`;
};

// The escapes of HTML are references that XML knows as well, and controls show as `\u{..}`. What is left of the
// characters that XML 1.0 excludes (section 2.2, Char) are the two noncharacters of the first plane.
const contentText = (text: string): string =>
  escapeHtml(text).replace(/[\ufffe\uffff]/g, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);

// A reader turns line feeds and tabs of an attribute into spaces (XML 1.0, 3.3.3), so they show instead.
const attributeText = (text: string): string => contentText(text).replaceAll("\n", "\\u{a}").replaceAll("\t", "\\u{9}");
