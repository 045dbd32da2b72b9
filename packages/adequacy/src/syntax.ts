import ts from "typescript";

/** Whether an expression is the test of a branch or a loop, or an operand of one. */
export const isCondition = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isCondition(parent);
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
    return parent.expression === node;
  }
  if (ts.isForStatement(parent)) return parent.condition === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === ts.SyntaxKind.ExclamationToken;
  return isLogical(parent) && (isCondition(parent) || isTruth(parent));
};

/** Whether a node is `a && b` or `a || b`. */
export const isLogical = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) &&
  (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    node.operatorToken.kind === ts.SyntaxKind.BarBarToken);

/** Operators that compare, with what takes their place. */
export const COMPARISONS: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  [ts.SyntaxKind.LessThanToken, ["<=", ">="]],
  [ts.SyntaxKind.LessThanEqualsToken, ["<", ">"]],
  [ts.SyntaxKind.GreaterThanToken, [">=", "<="]],
  [ts.SyntaxKind.GreaterThanEqualsToken, [">", "<"]],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ["!=="]],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ["==="]],
]);

/** Whether an expression is true or false by its form alone. */
export const isTruth = (node: ts.Node): boolean => {
  if (ts.isParenthesizedExpression(node)) return isTruth(node.expression);
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  if (COMPARISONS.has(kind) || kind === ts.SyntaxKind.InKeyword || kind === ts.SyntaxKind.InstanceOfKeyword)
    return true;
  return isLogical(node) && isTruth(node.left) && isTruth(node.right);
};

/** Whether an expression can stand in parentheses where it is: no target of an assignment, callee or link of a chain. */
export const isReplaceable = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return false;
  if (ts.isPostfixUnaryExpression(parent)) return false;
  if (ts.isPrefixUnaryExpression(parent) && UPDATES.has(parent.operator)) return false;
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression === node) return false;
  if (ts.isForOfStatement(parent) && parent.initializer === node) return false;
  // A link of `a?.b.c` in parentheses would end the chain and so change what `undefined` does to the rest.
  const link =
    (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === node;
  return !(link && (parent.flags & ts.NodeFlags.OptionalChain) !== 0);
};

const UPDATES: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken]);

/** Whether a binary expression assigns to its left side. */
export const isAssignment = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

/** Whether a node only exists for the type checker, or names a module. */
export const isErased = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isTypeParameterDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node);

/** The functions, methods and variables around a node, such as `LineSplitter.push`, or `(module)`. */
export const placeOf = (node: ts.Node): string => {
  const names: string[] = [];
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    const named: boolean =
      ts.isFunctionDeclaration(at) ||
      ts.isClassDeclaration(at) ||
      ts.isMethodDeclaration(at) ||
      ts.isGetAccessorDeclaration(at) ||
      ts.isPropertyDeclaration(at) ||
      // Of variables those count that are a function, or that stand in the module itself.
      (ts.isVariableDeclaration(at) &&
        ((at.initializer !== undefined && ts.isArrowFunction(at.initializer)) ||
          ts.isSourceFile(at.parent.parent.parent)));
    if (named) names.unshift((at as ts.NamedDeclaration).name?.getText() ?? "");
    if (ts.isConstructorDeclaration(at)) names.unshift("constructor");
  }
  return names.length === 0 ? "(module)" : names.join(".");
};
