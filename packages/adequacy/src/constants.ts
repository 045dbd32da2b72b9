import { CODES } from "@settld/protocol";
import ts from "typescript";
import { mutate } from "weapon-regex";
import type { Change } from "./mutant.ts";
import { COMPARISONS } from "./syntax.ts";

/** Changes of a constant: numbers by one, other texts, other codes, other patterns. */
export const constants = (node: ts.Node): Change[] => {
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    return [value + 1, ...(value === 0 ? [] : [value - 1])].map((other) => ({
      operator: "constant",
      text: String(other),
    }));
  }
  if (ts.isBigIntLiteral(node)) {
    const value = BigInt(node.text.slice(0, -1));
    return [value + 1n, ...(value === 0n ? [] : [value - 1n])].map((other) => ({
      operator: "constant",
      text: `${other}n`,
    }));
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ operator: "constant", text: "false" }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ operator: "constant", text: "true" }];
  if (ts.isRegularExpressionLiteral(node)) {
    const last = node.text.lastIndexOf("/");
    const flags = node.text.slice(last + 1);
    return patterns(node.text.slice(1, last), flags).map(({ pattern, shown }) => ({
      operator: "regex",
      text: `/${pattern}/${flags}`,
      shown,
    }));
  }
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return texts(node);
  if (ts.isTemplateExpression(node)) return [{ operator: "text", text: '""' }];
  return [];
};

// A wrong code is a fault that an implementer makes; a text that is no code at all would only crash.
const OTHER_CODES = ["LIMIT_EVENTS", "LIMIT_LINE_BYTES"] as const;

const texts = (node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral): Change[] => {
  const { parent, text } = node;
  // To compare with another text is to compare with nothing, which the mutants of the comparison do.
  if (ts.isBinaryExpression(parent) && COMPARISONS.has(parent.operatorToken.kind)) return [];
  if (ts.isPropertyAssignment(parent) && parent.name === node) return [];
  if (ts.isElementAccessExpression(parent)) return [{ operator: "text", text: '"adequacy"' }];
  if (Object.hasOwn(CODES, text)) {
    const other = OTHER_CODES.find((code) => code !== text);
    return [{ operator: "code", text: JSON.stringify(other) }];
  }
  return [{ operator: "text", text: text === "" ? '"adequacy"' : '""' }];
};

/** A changed regular expression, and the change in words. */
export type Pattern = { readonly pattern: string; readonly shown: string };

/**
 * Faulty forms of a regular expression, by the library of the Stryker project.
 * Left out is what JavaScript does not know (`\A`, `\z`), and the change from greedy to reluctant, which never changes
 * whether a pattern matches.
 */
export const patterns = (pattern: string, flags: string): Pattern[] => {
  const found = new Map<string, Pattern>();
  for (const mutant of mutate(pattern, flags, { mutationLevels: [1, 2, 3] })) {
    if (/\\[AzZ]/.test(mutant.pattern) || mutant.name.startsWith("Greedy quantifier")) continue;
    try {
      new RegExp(mutant.pattern, flags);
    } catch {
      continue;
    }
    const { start, end } = mutant.location;
    const part = pattern.slice(start.column, end.column);
    const shown = `${part} at ${start.column} becomes ${mutant.replacement === "" ? "nothing" : mutant.replacement}`;
    if (mutant.pattern !== pattern) found.set(mutant.pattern, { pattern: mutant.pattern, shown });
  }
  return [...found.values()];
};
