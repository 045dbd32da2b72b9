import ts from "typescript";
import { constants } from "./constants.ts";
import type { Change, Operator } from "./mutant.ts";
import { COMPARISONS, isAssignment, isCondition, isLogical, isTruth } from "./syntax.ts";

const textOf = (node: ts.Node): string => node.getText();

/** The text of a node with one part of it replaced. */
const withPart = (node: ts.Node, part: { readonly start: number; readonly end: number }, text: string): string => {
  const from = node.getStart();
  const whole = node.getText();
  return whole.slice(0, part.start - from) + text + whole.slice(part.end - from);
};

const placeOf = (part: ts.Node): { readonly start: number; readonly end: number } => ({
  start: part.getStart(),
  end: part.getEnd(),
});

const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
  [ts.SyntaxKind.PercentToken, "*"],
  [ts.SyntaxKind.AsteriskAsteriskToken, "*"],
  [ts.SyntaxKind.AmpersandToken, "|"],
  [ts.SyntaxKind.BarToken, "&"],
  [ts.SyntaxKind.CaretToken, "|"],
  [ts.SyntaxKind.LessThanLessThanToken, ">>"],
  [ts.SyntaxKind.GreaterThanGreaterThanToken, "<<"],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, "<<"],
]);

const ASSIGNMENTS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.PlusEqualsToken, "-="],
  [ts.SyntaxKind.MinusEqualsToken, "+="],
  [ts.SyntaxKind.AsteriskEqualsToken, "/="],
  [ts.SyntaxKind.BarEqualsToken, "&="],
  [ts.SyntaxKind.AmpersandEqualsToken, "|="],
  [ts.SyntaxKind.CaretEqualsToken, "|="],
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, "<<="],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, ">>="],
  [ts.SyntaxKind.QuestionQuestionEqualsToken, "="],
]);

const truths = (node: ts.Expression): Change[] => {
  if (!isCondition(node) && !isTruth(node)) return [];
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return [];
  if (ts.isParenthesizedExpression(node)) return [];
  const { parent } = node;
  // Of `a && b` to be false is the same for both and the whole; of `a || b` to be true.
  const spared =
    isLogical(parent) && (isCondition(parent) || isTruth(parent))
      ? parent.operatorToken.kind === ts.SyntaxKind.BarBarToken
        ? "true"
        : "false"
      : // `!x` has its own two.
        ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.ExclamationToken
        ? "both"
        : undefined;
  if (spared === "both") return [];
  // A loop that never ends says nothing about the vectors.
  const loop = ts.isWhileStatement(parent) || ts.isForStatement(parent) || ts.isDoStatement(parent);
  return ["true", "false"]
    .filter((text) => text !== spared && !(loop && text === "true"))
    .map((text) => ({ operator: "condition", text }));
};

const binary = (node: ts.BinaryExpression): Change[] => {
  const { left, right, operatorToken } = node;
  const { kind } = operatorToken;
  const swap = (operator: Operator, texts: readonly string[]): Change[] =>
    texts.map((text) => ({ operator, text: withPart(node, placeOf(operatorToken), text) }));
  if (isAssignment(node)) return swap("arithmetic", [ASSIGNMENTS.get(kind) ?? []].flat());
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return swap("logical", ["||"]);
  if (kind === ts.SyntaxKind.BarBarToken) return swap("logical", ["&&"]);
  if (kind === ts.SyntaxKind.QuestionQuestionToken) {
    return [left, right].map((side) => ({ operator: "logical", text: textOf(side) }));
  }
  return [
    ...swap("comparison", COMPARISONS.get(kind) ?? []),
    ...swap("arithmetic", [ARITHMETIC.get(kind) ?? []].flat()),
  ];
};

const unary = (node: ts.PrefixUnaryExpression): Change[] => {
  const operand = textOf(node.operand);
  switch (node.operator) {
    case ts.SyntaxKind.ExclamationToken:
      return [{ operator: "condition", text: operand }];
    case ts.SyntaxKind.MinusToken:
    case ts.SyntaxKind.TildeToken:
      return [{ operator: "arithmetic", text: operand }];
    default:
      return [];
  }
};

/** A literal without one of its parts, for each, and without any. */
const members = (
  node: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression,
  parts: readonly ts.Node[],
  spared: (part: ts.Node) => boolean,
): Change[] => {
  const [open, close] = ts.isArrayLiteralExpression(node) ? "[]" : "{}";
  const changes = parts.flatMap((part, index): Change[] => {
    if (spared(part)) return [];
    const rest = parts.flatMap((other, at) => (at === index ? [] : [textOf(other)])).join(", ");
    return [{ operator: "removed member", text: `${open}${rest}${close}`, shown: `without ${textOf(part)}` }];
  });
  if (parts.length < 2 || ts.isObjectLiteralExpression(node)) return changes;
  return [{ operator: "removed member", text: "[]" }, ...changes];
};

const UNREAD: ReadonlySet<string> = new Set(["pointer", "message", "offset", "cause"]);

// Nobody can tell a member that is `undefined` from one that is missing, as nobody asks for the names of members here.
const isUnread = (part: ts.Node): boolean =>
  (ts.isPropertyAssignment(part) && part.initializer.getText() === "undefined") ||
  ((ts.isPropertyAssignment(part) || ts.isShorthandPropertyAssignment(part)) && UNREAD.has(part.name.getText()));

const SWAPPED: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  startsWith: "endsWith",
  endsWith: "startsWith",
  min: "max",
  max: "min",
  floor: "ceil",
};

const DROPPED: ReadonlySet<string> = new Set(["sort", "slice", "subarray", "filter", "replaceAll", "reverse"]);

const call = (node: ts.CallExpression): Change[] => {
  const { expression } = node;
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const name = expression.name.text;
  const other = Object.hasOwn(SWAPPED, name) ? SWAPPED[name] : undefined;
  return [
    ...(other === undefined
      ? []
      : [{ operator: "call" as const, text: withPart(node, placeOf(expression.name), other) }]),
    ...(DROPPED.has(name) ? [{ operator: "call" as const, text: textOf(expression.expression) }] : []),
  ];
};

const optional = (node: ts.Expression): Change[] => {
  const changes: Change[] = [];
  for (let at: ts.Node = node; ; at = at.expression) {
    if (!ts.isPropertyAccessExpression(at) && !ts.isElementAccessExpression(at) && !ts.isCallExpression(at)) break;
    if (at.questionDotToken === undefined) continue;
    changes.push({
      operator: "condition",
      text: withPart(node, placeOf(at.questionDotToken), ts.isPropertyAccessExpression(at) ? "." : ""),
    });
  }
  return changes;
};

const result = (node: ts.Expression): Change[] => {
  const { parent } = node;
  const returned =
    (ts.isReturnStatement(parent) && parent.expression === node) ||
    (ts.isArrowFunction(parent) && parent.body === node);
  if (!returned || isTruth(node) || ts.isLiteralExpression(node)) return [];
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return [];
  return textOf(node) === "undefined" ? [] : [{ operator: "return value", text: "undefined" }];
};

const iterated = (node: ts.Expression): Change[] => {
  const { parent } = node;
  if (!ts.isForOfStatement(parent) || parent.expression !== node || parent.awaitModifier !== undefined) return [];
  return ["first", "rest"].map((name) => ({
    operator: "iteration",
    text: `$r.${name}(${textOf(node)})`,
    shown: name === "first" ? "only the first" : "all but the first",
  }));
};

const label = (node: ts.Expression): Change[] =>
  ts.isCaseClause(node.parent) && node.parent.expression === node ? [{ operator: "case", text: "NaN" }] : [];

/** Everything that may take the place of an expression. */
export const changesOf = (node: ts.Expression): Change[] => {
  const labelled = label(node);
  if (labelled.length > 0) return labelled;
  return [
    ...truths(node),
    ...(ts.isBinaryExpression(node) ? binary(node) : []),
    ...(ts.isPrefixUnaryExpression(node) ? unary(node) : []),
    ...constants(node),
    ...(ts.isArrayLiteralExpression(node) ? members(node, node.elements, () => false) : []),
    ...(ts.isObjectLiteralExpression(node) ? members(node, node.properties, isUnread) : []),
    ...(ts.isCallExpression(node) ? call(node) : []),
    ...optional(node),
    ...result(node),
    ...iterated(node),
  ];
};

/** Whether a statement can be left out without leaving out a declaration, and nothing else does the same. */
export const isRemovable = (node: ts.Node): boolean => {
  const removable =
    (ts.isExpressionStatement(node) &&
      !(ts.isCallExpression(node.expression) && node.expression.expression.kind === ts.SyntaxKind.SuperKeyword)) ||
    ts.isThrowStatement(node) ||
    ts.isReturnStatement(node) ||
    ts.isBreakStatement(node) ||
    ts.isContinueStatement(node);
  if (!removable) return false;
  const { parent } = node;
  const block = ts.isBlock(parent) ? parent : undefined;
  if (block !== undefined && block.statements.length > 1) return !isLastReturn(node, block);
  // Alone behind an `if`, its removal is what the condition `false` does already.
  const owner = block === undefined ? parent : block.parent;
  if (ts.isIfStatement(owner) && owner.elseStatement === undefined) return false;
  return block === undefined || !isLastReturn(node, block);
};

const isLastReturn = (node: ts.Node, block: ts.Block): boolean =>
  ts.isReturnStatement(node) && ts.isFunctionLike(block.parent) && block.statements.at(-1) === node;
