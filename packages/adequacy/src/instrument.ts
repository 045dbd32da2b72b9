import ts from "typescript";
import { isMessage, type Makers, makersOf } from "./messages.ts";
import { type Change, Keys, type Mutant, REMOVED } from "./mutant.ts";
import { changesOf, isRemovable } from "./mutators.ts";
import { quietNodes } from "./quiet.ts";
import { isErased, isReplaceable, placeOf } from "./syntax.ts";

/** A source file to be mutated. */
export type Source = { readonly file: string; readonly text: string };

/** Sources in which every mutant can be switched on. */
export type Instrumented = {
  readonly mutants: readonly Mutant[];
  /** By file: the code that runs mutant `$m` and counts turns of loops with `$r.turn()`. */
  readonly switched: ReadonlyMap<string, string>;
  /** By file: the original code, which notes what it reaches in `$r.reached`. */
  readonly covering: ReadonlyMap<string, string>;
  /** For each mutant, by its number less one, the place in `reached`. */
  readonly sites: readonly number[];
  readonly siteCount: number;
  /** How many mutants were left out because they would only change what people read. */
  readonly messages: number;
};

type Writer = {
  readonly keys: Keys;
  readonly mutants: Mutant[];
  readonly sites: number[];
  siteCount: number;
  messages: number;
};

const EMPTIED = "(emptied)";

/** Mutates sources by every rule of `mutators.ts`. The order of the sources does not matter, the result is the same. */
export const instrument = (sources: readonly Source[]): Instrumented => {
  const sorted = [...sources].sort((a, b) => (a.file < b.file ? -1 : 1));
  const parsed = sorted.map(({ file, text }) => ({
    file,
    source: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
  }));
  let all: Makers = { makers: new Map(), labels: new Map() };
  for (const { source } of parsed) all = makersOf(source, all);
  const writer: Writer = { keys: new Keys(), mutants: [], sites: [], siteCount: 0, messages: 0 };
  const switched = new Map<string, string>();
  const covering = new Map<string, string>();
  const files = parsed.map(({ file, source }) => ({ file, source, makers: makersOf(source, all) }));
  const quiet = quietNodes(files);
  for (const { file, source, makers } of files) {
    const { on, seen } = new FileWriter(
      file,
      source,
      (node) => quiet.has(node) || isMessage(node, makers),
      writer,
    ).write();
    switched.set(file, on);
    covering.set(file, seen);
  }
  const { mutants, sites, siteCount, messages } = writer;
  return { mutants, sites, siteCount, messages, switched, covering };
};

/** The text of a node in both forms: with switches, and with notes of what is reached. */
type Both = { readonly on: string; readonly seen: string };

class FileWriter {
  readonly #file: string;
  readonly #source: ts.SourceFile;
  readonly #isQuiet: (node: ts.Node) => boolean;
  readonly #writer: Writer;

  constructor(file: string, source: ts.SourceFile, isQuiet: (node: ts.Node) => boolean, writer: Writer) {
    this.#file = file;
    this.#source = source;
    this.#isQuiet = isQuiet;
    this.#writer = writer;
  }

  write(): Both {
    return this.#node(this.#source, false);
  }

  #node(node: ts.Node, silent: boolean): Both {
    if (isErased(node)) return { on: node.getText(), seen: node.getText() };
    const quiet = silent || this.#isQuiet(node);
    const changes = this.#changesOf(node);
    if (quiet) this.#writer.messages += changes.length;
    // Numbered before what is inside, so that the outer mutant comes first in lists.
    const ids = quiet ? [] : changes.map((change) => this.#mutant(node, change));
    const site = ids.length === 0 ? 0 : this.#site(ids);
    const inner = this.#inside(node, quiet);
    if (isRemovable(node)) return this.#statement(node, inner, quiet);
    if (ids.length === 0) return inner;
    const branches = ids.map((id, index) => `$m === ${id} ? (${changes[index]?.text}) : `).join("");
    return { on: `(${branches}(${inner.on}))`, seen: `($r.reached[${site}] = 1, (${inner.seen}))` };
  }

  #changesOf(node: ts.Node): Change[] {
    if (!isExpression(node) || !isReplaceable(node)) return [];
    const own = node.getText();
    const texts = new Set<string>();
    return changesOf(node).filter(({ text }) => text !== own && !texts.has(text) && texts.add(text));
  }

  #statement(node: ts.Node, inner: Both, quiet: boolean): Both {
    if (quiet) return inner;
    const id = this.#mutant(node, { operator: "removed statement", text: REMOVED });
    const site = this.#site([id]);
    // In braces, or the `else` of an `if` around it would change its owner.
    return { on: `{ if ($m !== ${id}) { ${inner.on} } }`, seen: `{ $r.reached[${site}] = 1; ${inner.seen} }` };
  }

  // The text of a node with its children written anew; what stands between them stays as it is.
  #inside(node: ts.Node, quiet: boolean): Both {
    const from = node.getStart();
    const text = this.#source.text;
    let at = from;
    let on = "";
    let seen = "";
    const add = (plain: string): void => {
      on += plain;
      seen += plain;
    };
    ts.forEachChild(node, (child) => {
      if (child.getStart() === child.getEnd()) return;
      const between = text.slice(at, child.getStart());
      add(between);
      const both = this.#node(child, quiet);
      const body = this.#body(child, both, quiet || this.#isQuiet(child));
      on += body.on;
      seen += body.seen;
      at = child.getEnd();
    });
    add(text.slice(at, node.getEnd()));
    return { on, seen };
  }

  // Bodies of loops count their turns; bodies of several statements can be left out as a whole.
  #body(node: ts.Node, both: Both, quiet: boolean): Both {
    const { parent } = node;
    const loop = ts.isIterationStatement(parent, false) && parent.statement === node;
    const body = ts.isFunctionLike(parent) && "body" in parent && parent.body === node && ts.isBlock(node);
    const many = ts.isBlock(node) && node.statements.length > 1 && !ts.isConstructorDeclaration(parent) && !quiet;
    const count = loop ? "$r.turn(); " : "";
    if ((!loop && !body) || !many)
      return loop ? { on: `{ ${count}${both.on} }`, seen: `{ ${count}${both.seen} }` } : both;
    const id = this.#mutant(node, { operator: "emptied body", text: EMPTIED });
    const site = this.#site([id]);
    const note = `$r.reached[${site}] = 1; `;
    return loop
      ? { on: `{ ${count}if ($m !== ${id}) ${both.on} }`, seen: `{ ${count}${note}${both.seen} }` }
      : { on: `{ if ($m === ${id}) return; ${both.on.slice(1)}`, seen: `{ ${note}${both.seen.slice(1)}` };
  }

  #mutant(node: ts.Node, { operator, text, shown = text }: Change): number {
    const { keys, mutants } = this.#writer;
    const id = mutants.length + 1;
    const named = { file: this.#file, where: placeOf(node), original: node.getText(), replacement: shown };
    mutants.push({ id, key: keys.next(named), ...named, operator, start: node.getStart(), end: node.getEnd() });
    return id;
  }

  #site(ids: readonly number[]): number {
    const site = this.#writer.siteCount;
    this.#writer.siteCount += 1;
    for (const id of ids) this.#writer.sites[id - 1] = site;
    return site;
  }
}

const isExpression = (node: ts.Node): node is ts.Expression =>
  // Names of members and declarations are no expressions, although the syntax tree calls them identifiers.
  ts.isExpression(node) && !(ts.isIdentifier(node) && !isValue(node));

const isValue = ({ parent }: ts.Identifier): boolean =>
  ts.isReturnStatement(parent) ||
  ts.isIfStatement(parent) ||
  ts.isConditionalExpression(parent) ||
  ts.isBinaryExpression(parent) ||
  ts.isPrefixUnaryExpression(parent) ||
  ts.isForOfStatement(parent) ||
  ts.isCaseClause(parent) ||
  ts.isArrowFunction(parent);
