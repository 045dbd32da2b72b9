import { createHash } from "node:crypto";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { expect, test } from "vitest";
import { answered, CONTEXT, faultyCase, sampleReport } from "../../testing/sample-report.ts";
import type { ConformanceReport } from "../report.ts";
import { judgedCases } from "../standing.ts";
import { html } from "./html.ts";

type Element = DefaultTreeAdapterTypes.Element;

const elementsOf = (node: DefaultTreeAdapterTypes.ParentNode): Element[] =>
  node.childNodes.flatMap((child) => ("attrs" in child ? [child, ...elementsOf(child)] : []));

const pageOf = (report: ConformanceReport): Element[] => elementsOf(parse(html.render(report, CONTEXT)));

const attribute = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find((one) => one.name === name)?.value;

const textOf = (node: DefaultTreeAdapterTypes.ChildNode): string => {
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
};

const faulty = sampleReport(faultyCase);

test("the page is one file without scripts, and its policy allows its own style only", () => {
  const elements = pageOf(faulty);
  const names = new Set(elements.map(({ tagName }) => tagName));
  for (const name of ["script", "link", "img", "iframe", "object", "form", "base"]) expect(names).not.toContain(name);
  for (const element of elements) {
    for (const { name, value } of element.attrs) {
      expect(name).not.toMatch(/^on|^style$|^src$|^xlink/);
      if (name === "href") expect(value).toMatch(/^#clause-[A-Z]+-\d+$/);
    }
  }
  const [style, ...more] = elements.filter(({ tagName }) => tagName === "style");
  expect(more).toEqual([]);
  const css = textOf(style!);
  expect(css).not.toMatch(/@import|url\(|</);
  const policy = elements.find((element) => attribute(element, "http-equiv") === "Content-Security-Policy")!;
  expect(attribute(policy, "content")).toBe(
    `default-src 'none'; style-src 'sha256-${createHash("sha256").update(css).digest("base64")}'; base-uri 'none'; form-action 'none'`,
  );
});

test("every failure stands under its clause, and links lead somewhere", () => {
  const elements = pageOf(faulty);
  const ids = elements.map((element) => attribute(element, "id")).filter((id) => id !== undefined);
  expect(new Set(ids).size).toBe(ids.length);
  for (const element of elements.filter(({ tagName }) => tagName === "a")) {
    expect(ids).toContain(attribute(element, "href")?.slice(1));
  }
  const failed = judgedCases(faulty, CONTEXT).filter(({ standing }) => standing === "fails");
  const clauses = elements.filter((element) => attribute(element, "id")?.startsWith("clause-"));
  for (const { result, vector } of failed) {
    const group = clauses.find((element) => attribute(element, "id") === `clause-${vector?.clause}`)!;
    const article = elementsOf(group).find((one) => one.tagName === "article" && textOf(one).includes(result.id))!;
    expect(textOf(article)).toContain(vector?.why);
    expect(textOf(article)).toContain(
      `npx settld-conform repro ${result.id} --adapter 'cmd:./settld-adapter --strict'`,
    );
  }
});

test("every case is on the page, also when everything fails", () => {
  const nothing = sampleReport((vector) => answered(vector, { verdict: "accept", code: null }));
  for (const report of [sampleReport(), nothing]) {
    const items = pageOf(report).filter((element) => attribute(element, "class") === "ids");
    const shown = items.flatMap((list) => elementsOf(list).filter(({ tagName }) => tagName === "li"));
    expect(shown).toHaveLength(report.cases.length);
  }
  const open = pageOf(nothing).filter((element) => attribute(element, "open") !== undefined);
  expect(open.length).toBeLessThan(20);
});

test("colours are told apart without colour", () => {
  const page = pageOf(faulty);
  const header = page.find(({ tagName }) => tagName === "header")!;
  expect(textOf(header)).toMatch(/Does not conform/);
  expect(textOf(header)).toMatch(/verifier-core misses \d+ of \d+; kernel misses \d+ of \d+/);
  for (const svg of page.filter(({ tagName }) => tagName === "svg")) expect(attribute(svg, "aria-hidden")).toBe("true");
});
