import ts from "typescript";

/**
 * What people read: messages, pointers and offsets are not part of conformance (CONF-4), so nothing in them is mutated.
 * The rule is mechanical, by the names and types that the sources declare:
 * arguments of a maker of errors other than its code, parameters and members called `message`, `pointer` and the like.
 */
export type Makers = {
  /** Names of functions that return an error or a rejection; for each the index of its code, or -1. */
  readonly makers: ReadonlyMap<string, number>;
  /** For each function the parameters that only take part in what people read. */
  readonly labels: ReadonlyMap<string, ReadonlySet<number>>;
};

const MAKES: ReadonlySet<string> = new Set(["SettldError", "Rejection", "LedgerReport"]);
const CLASSES: readonly (readonly [string, number])[] = [
  ["SettldError", 0],
  ["TypeError", -1],
  ["Error", -1],
];
const LABEL = /^(?:message|what|pointer|\w+Pointer)\??: string$/;
const MEMBERS: ReadonlySet<string> = new Set(["pointer", "message", "offset", "cause"]);

type Callable = ts.FunctionDeclaration | ts.ArrowFunction | ts.MethodDeclaration;

const callables = function* (node: ts.Node): Generator<readonly [string, Callable]> {
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name !== undefined) {
    yield [node.name.getText(), node];
  }
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isArrowFunction(node.initializer)) {
    yield [node.name.getText(), node.initializer];
  }
  for (const child of node.getChildren()) yield* callables(child);
};

const returnsError = (one: Callable, makers: ReadonlyMap<string, number>): boolean => {
  if (one.type !== undefined) return MAKES.has(one.type.getText());
  return (
    one.body !== undefined && ts.isCallExpression(one.body) && makers.get(one.body.expression.getText()) !== undefined
  );
};

/** Finds the makers of errors of a file; `imported` are those of the files that it may import from. */
export const makersOf = (source: ts.SourceFile, imported: Makers): Makers => {
  const makers = new Map([...imported.makers, ...CLASSES]);
  const labels = new Map(imported.labels);
  const found = [...callables(source)];
  // Twice, because a function may call a maker that stands below it.
  for (const _pass of [1, 2]) {
    for (const [name, one] of found) {
      const names = one.parameters.map((parameter) => parameter.name.getText());
      const labelled = one.parameters.flatMap((parameter, index) => (LABEL.test(parameter.getText()) ? [index] : []));
      if (returnsError(one, makers)) makers.set(name, names.indexOf("code"));
      else makers.delete(name);
      labels.set(name, new Set(labelled));
    }
  }
  return { makers, labels };
};

/** Whether a node is the root of something that people read. */
export const isMessage = (node: ts.Node, { makers, labels }: Makers): boolean => {
  const { parent } = node;
  if (parent === undefined) return false;
  if (ts.isPropertyAssignment(parent) && parent.initializer === node) return MEMBERS.has(parent.name.getText());
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return false;
  const index = (parent.arguments ?? ([] as readonly ts.Node[])).indexOf(node as ts.Expression);
  if (index < 0) return parent.expression.kind === ts.SyntaxKind.SuperKeyword;
  if (parent.expression.kind === ts.SyntaxKind.SuperKeyword) return true;
  const callee = ts.isPropertyAccessExpression(parent.expression) ? parent.expression.name : parent.expression;
  const name = callee.getText();
  const code = makers.get(name);
  if (code !== undefined) return index !== code;
  return labels.get(name)?.has(index) === true;
};
