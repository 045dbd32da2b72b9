import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { escapeTerminal } from "@settld/output";
import { HOSTILE_NAMES } from "@settld/output/hostile-corpus";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes, parse, parseFragment } from "parse5";
import { describe, expect, test } from "vitest";
import { answered, CONTEXT, faultyCase, HELLO, sampleReport, VECTORS } from "../../testing/sample-report.ts";
import { viewCase } from "../case-view.ts";
import type { CaseResult, ConformanceReport } from "../report.ts";
import { FORMATS } from "./index.ts";

const render = (name: string, report: ConformanceReport): string => {
  const format = FORMATS.find((one) => one.name === name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return format.render(report, CONTEXT);
};

/** A report that says one text wherever an adapter or a caller may put one. */
const saying = (text: string): ConformanceReport => {
  const hello = {
    ...HELLO,
    implementation: { name: text, version: text, language: text, url: text },
    features: [text],
  };
  const [wrong, facts, crashed, skipped, shaky, stale] = VECTORS.filter(
    ({ op, verdict }) => op === "money.parse" && verdict === "accept",
  ).concat(VECTORS.filter(({ path }) => path === "policy/payouts.json"));
  const special: Readonly<Record<string, CaseResult>> = {
    [wrong!.id]: answered(wrong!, { verdict: "reject", code: text }),
    [facts!.id]: answered(facts!, { verdict: "accept", code: null, facts: { value: { [text]: text } } }),
    [crashed!.id]: { id: crashed!.id, op: crashed!.op, status: "crash", detail: text },
    [skipped!.id]: { id: skipped!.id, op: skipped!.op, status: "skipped", detail: text },
    [shaky!.id]: {
      id: shaky!.id,
      op: shaky!.op,
      status: "nondeterministic",
      answer: { verdict: "accept", code: null },
      others: [{ verdict: "reject", code: text }],
    },
  };
  const report = sampleReport((vector) => special[vector.id] ?? faultyCase(vector), {
    adapter: { via: text, hello },
    stopped: { code: "CONF_ADAPTER_MESSAGE", message: text },
    stderr: text,
    baseline: { known: [], stale: [{ id: stale!.id, why: text }] },
    options: { profiles: [], filters: [text], repeat: 2, seed: 7 },
  });
  // An id that no vector has stands only in a report that somebody made up.
  return { ...report, cases: [...report.cases, { id: text, op: text, status: "error", detail: text }] };
};

const xmlShape = (element: XmlElement): unknown => [
  element.name,
  Object.keys(element.attributes),
  element.children.flatMap((child) => (child instanceof XmlElement ? [xmlShape(child)] : [])),
];

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.ParentNode;

const htmlShape = (node: Node): unknown => [
  node.nodeName,
  "attrs" in node ? node.attrs.map(({ name, value }) => (name === "id" || name === "href" ? name : [name, value])) : [],
  "childNodes" in node ? node.childNodes.filter(({ nodeName }) => nodeName !== "#text").map(htmlShape) : [],
];

const SHAPES: Readonly<Record<string, (text: string) => unknown>> = {
  json: (text) => Object.keys(JSON.parse(text) as object),
  junit: (text) => xmlShape(parseXml(text).root as XmlElement),
  sarif: (text) => JSON.parse(text).runs[0].results.map((result: object) => Object.keys(result)),
  html: (text) => htmlShape(parse(text)),
  summary: (text) =>
    htmlShape(
      parseFragment(micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })),
    ),
};

// What a terminal or a reader obeys, apart from line feeds and tabs.
const STEERING = /(?![\n\t])\p{Cc}|[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

describe.each(FORMATS.map(({ name }) => name))("%s", (name) => {
  const shapeOf = SHAPES[name]!;
  const plain = shapeOf(render(name, saying("plain")));

  const names = [
    ...HOSTILE_NAMES,
    { why: "is no character of XML", text: "a\ufffeb\uffffc" },
    { why: "leaves a block of HTML for Markdown", text: "a\n\n# b\n\n[c](https://evil.example) @d #1\n\n| e |\n| - |" },
  ];
  // JSON that is strict has no half characters, so no report comes with one.
  test.each(names.filter(({ text }) => name !== "json" || !/\p{Cs}/u.test(text)))("$why", ({ text }) => {
    const shown = render(name, saying(text));
    expect(shapeOf(shown)).toEqual(plain);
    if (name !== "json") expect(shown).not.toMatch(STEERING);
  });

  test("the same report is the same text", () => {
    const report = sampleReport(faultyCase);
    const copy = JSON.parse(JSON.stringify(report)) as ConformanceReport;
    expect(render(name, copy)).toBe(render(name, report));
  });

  test("texts of any length stay short", () => {
    const long = "x".repeat(1_000_000);
    const report = sampleReport((vector) =>
      vector.id === "money-one" ? answered(vector, { verdict: "reject", code: long }) : faultyCase(vector),
    );
    if (name !== "json") expect(render(name, report).length).toBeLessThan(500_000);
  });
});

test("names and files of the formats are their own", () => {
  expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
  expect(new Set(FORMATS.map(({ file }) => file)).size).toBe(FORMATS.length);
});

test("facts are told apart down to the member that differs", () => {
  const vector = VECTORS.find(({ id }) => id === "money-closed")!;
  const facts = { ...vector.facts, balances: { ...(vector.facts?.["balances"] as object), escrow: "17", "a/b": "1" } };
  const view = viewCase(answered(vector, { verdict: "accept", code: null, facts }), vector);
  expect(view.facts).toEqual([
    { pointer: "/balances/a~1b", expected: "nothing", got: '"1"' },
    { pointer: "/balances/escrow", expected: '"0"', got: '"17"' },
  ]);
  expect(escapeTerminal(view.got)).toBe("accept");
});
