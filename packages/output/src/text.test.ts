import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { breakCiCommands } from "./ci.ts";
import { csvCell, csvRow } from "./csv.ts";
import { HOSTILE_NAMES } from "./hostile-corpus.ts";
import { escapeHtml } from "./html.ts";
import { asciiJson } from "./json.ts";
import { displayWidth, formatTable } from "./table.ts";
import { escapeTerminal } from "./terminal.ts";

/** Code points that a terminal or a reader of text obeys, listed by hand. */
const steering = (text: string): number[] =>
  [...text]
    .map((char) => char.codePointAt(0) ?? 0)
    .filter(
      (code) =>
        code < 0x20 ||
        (code >= 0x7f && code < 0xa0) ||
        [0xad, 0x61c, 0xfeff].includes(code) ||
        (code >= 0x200b && code <= 0x200f) ||
        (code >= 0x2028 && code <= 0x202e) ||
        (code >= 0x2060 && code <= 0x206f),
    );

const texts = HOSTILE_NAMES.map(({ text }) => text);

describe("escapeTerminal", () => {
  test.each(HOSTILE_NAMES)("$why", ({ text }) => {
    const shown = escapeTerminal(text);
    // Written independently of the implementation: nothing that a terminal obeys, and no other line.
    expect(steering(shown)).toEqual([]);
    expect(shown).not.toMatch(/[\u2800\u3164\uffa0\u115f\u00a0\u3000]|\ufe0f|[\u{e0000}-\u{e01ef}]/u);
  });

  test("keeps what is plain", () => {
    const plain = ["a b.settld", "C:\\users\\x", "fön 漢字 😀 é", "a::b ##x", ""];
    expect(plain.map(escapeTerminal)).toEqual(plain);
  });

  test("shows different texts differently", () => {
    expect(new Set(texts.map(escapeTerminal)).size).toBe(texts.length);
    expect(escapeTerminal("\\u{1b}")).toBe("\\u{5c}u{1b}");
    expect(escapeTerminal("\u001b")).toBe("\\u{1b}");
  });
});

describe("escapeHtml", () => {
  test.each(HOSTILE_NAMES)("$why", ({ text }) => {
    const html = escapeHtml(text);
    expect(html).not.toMatch(/[<>"'`]/);
    expect(html.replaceAll(/&(?:amp|lt|gt|quot|#39|#96);/g, "")).not.toContain("&");
    expect(steering(html.replaceAll(/[\n\t]/g, ""))).toEqual([]);
  });

  test("keeps lines", () => {
    expect(escapeHtml("a\n\tb & c")).toBe("a\n\tb &amp; c");
  });
});

describe("csv", () => {
  test.each(HOSTILE_NAMES)("$why", ({ text }) => {
    const { data, errors } = Papa.parse<string[]>(csvRow(["first", text, "last"]), { delimiter: ",", newline: "\r\n" });
    expect(errors).toEqual([]);
    const [[first, found, last] = []] = data;
    expect([first, last]).toEqual(["first", "last"]);
    expect(found).not.toMatch(/^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/);
    expect([text, `'${text}`]).toContain(found);
  });

  test("writes numbers as numbers and quotes only what needs it", () => {
    expect(csvRow([-5, -7n, "-7", "a b", 'a"b', "a,b", ""])).toBe(`-5,-7,"'-7",a b,"a""b","a,b",\r\n`);
    expect(csvCell("x;y")).toBe('"x;y"');
  });
});

describe("breakCiCommands", () => {
  test.each(HOSTILE_NAMES)("$why", ({ text }) => {
    const log = breakCiCommands(`${text}\n  ${text}`);
    for (const line of log.split(/[\n\r\u2028\u2029]/)) {
      expect(line.trimStart()).not.toMatch(/^::/);
      expect(line).not.toMatch(/##\w*\[/);
    }
  });

  test("keeps what is no command", () => {
    for (const text of ["a::b", "## Title", "x # y [z]", ": :"]) expect(breakCiCommands(text)).toBe(text);
    expect(breakCiCommands("###[x]")).toBe("#\\u{23}#[x]");
  });
});

test("asciiJson keeps the value and nothing to interpret", () => {
  for (const { text } of HOSTILE_NAMES) {
    const json = asciiJson(JSON.stringify({ [text]: text }));
    expect(json).toMatch(/^[\x20-\x7e]*$/);
    expect(json).not.toContain("##");
    expect(JSON.parse(json)).toEqual({ [text]: text });
  }
});

describe("formatTable", () => {
  test("aligns by what is seen", () => {
    const rows = [
      ["漢字", "1"],
      ["a", "100"],
      ["\u001b[31m", { text: "2", paint: (text: string) => `<${text}>` }],
    ];
    expect(formatTable(rows, { align: ["left", "right"], indent: 2 })).toEqual([
      "  漢字          1",
      "  a           100",
      "  \\u{1b}[31m    <2>",
    ]);
  });

  test("is one line a row for every name", () => {
    const lines = formatTable(texts.map((text) => [text, "x"]));
    expect(lines).toHaveLength(texts.length);
    for (const line of lines) expect(steering(line)).toEqual([]);
    expect(displayWidth("漢字")).toBe(4);
  });
});
