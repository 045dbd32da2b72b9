import ts from "typescript";
import { isMessage, type Makers } from "./messages.ts";

/**
 * Finds what only people read although it has a name: constants and functions of which every use stands in a message,
 * or in something that is found here itself. Each node that is returned is the initializer or body to be left alone.
 */
export const quietNodes = (
  files: readonly { readonly source: ts.SourceFile; readonly makers: Makers }[],
): ReadonlySet<ts.Node> => {
  const uses = new Map<string, ts.Identifier[]>();
  const named: Named[] = [];
  const published = new Set<string>();
  const makersOf = new Map<ts.SourceFile, Makers>();
  for (const { source, makers } of files) {
    makersOf.set(source, makers);
    visit(source, (node) => {
      if (ts.isExportSpecifier(node)) published.add((node.propertyName ?? node.name).text);
      if (ts.isIdentifier(node) && isUse(node)) uses.set(node.text, [...(uses.get(node.text) ?? []), node]);
      const found = namedPart(node);
      if (found !== undefined) named.push(found);
    });
  }
  const quiet = new Set<ts.Node>();
  const isQuiet = (node: ts.Node): boolean => {
    const makers = makersOf.get(node.getSourceFile());
    for (let at = node; at !== undefined && !ts.isSourceFile(at); at = at.parent) {
      if (quiet.has(at) || (makers !== undefined && isMessage(at, makers))) return true;
    }
    return false;
  };
  for (let before = -1; before < quiet.size; ) {
    before = quiet.size;
    for (const { name, inner, scope } of named) {
      // Other packages may use what is published for anything.
      if (scope === undefined && published.has(name.text)) continue;
      const mine = (uses.get(name.text) ?? []).filter((use) => scope === undefined || isInside(use, scope));
      if (mine.length > 0 && mine.every(isQuiet)) quiet.add(inner);
    }
  }
  return quiet;
};

const visit = (node: ts.Node, see: (node: ts.Node) => void): void => {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
};

const isInside = (node: ts.Node, scope: ts.Node): boolean => {
  for (let at = node; at !== undefined; at = at.parent) if (at === scope) return true;
  return false;
};

// Of members and declarations the name is no use; where an import brings a name along, its uses stand elsewhere.
const isUse = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isTypeNode(parent)) return false;
  // Whatever declares a name has it as its `name`.
  return !("name" in parent && parent.name === node);
};

/** Something with a name, and where its uses are; `undefined` is everywhere. */
type Named = { readonly name: ts.Identifier; readonly inner: ts.Node; readonly scope: ts.Node | undefined };

const isExported = ({ modifiers }: ts.FunctionDeclaration | ts.VariableStatement): boolean =>
  modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

const namedPart = (node: ts.Node): Named | undefined => {
  if (ts.isFunctionDeclaration(node) && node.name !== undefined && node.body !== undefined) {
    return { name: node.name, inner: node.body, scope: isExported(node) ? undefined : node.getSourceFile() };
  }
  if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name) || node.initializer === undefined)
    return undefined;
  const list = node.parent;
  if (!ts.isVariableDeclarationList(list) || (list.flags & ts.NodeFlags.Const) === 0) return undefined;
  const { parent } = list;
  const exported = ts.isVariableStatement(parent) && isExported(parent);
  return { name: node.name, inner: node.initializer, scope: exported ? undefined : parent.parent };
};
