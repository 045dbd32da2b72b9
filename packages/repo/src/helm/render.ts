/**
 * Renders the part of Helm's templates that our chart is written in: a strict reader of it, which throws for everything
 * that it does not know, and for every value that is not there. Where Go is installed, a test compares it with Go's own
 * template engine.
 */

/** Texts of templates by path; those that end with `.tpl` only define. */
export type Templates = Readonly<Record<string, string>>;

/** What templates see: `Values`, `Release` and `Chart`. */
export type ChartData = Readonly<Record<string, unknown>>;

type Action = { readonly kind: "text" | "action"; readonly text: string };

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly pipeline: string }
  | {
      readonly kind: "if" | "with" | "range";
      readonly pipeline: string;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** Renders every template that is no `.tpl`. */
export function renderChart(templates: Templates, data: ChartData): Record<string, string> {
  const defined = new Map<string, readonly Node[]>();
  const bodies = new Map<string, readonly Node[]>();
  for (const [path, text] of Object.entries(templates)) bodies.set(path, parseTemplate(text, defined));
  const rendered: Record<string, string> = {};
  for (const [path, nodes] of bodies) {
    if (path.endsWith(".tpl")) continue;
    try {
      rendered[path] = run(nodes, { root: data, dot: data, defined });
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }
  return rendered;
}

// A dash beside the braces takes the white space there away.
function tokens(source: string): Action[] {
  const found: Action[] = [];
  let at = 0;
  let trimsNext = false;
  for (const match of source.matchAll(/\{\{(- )?([\s\S]*?)( -)?\}\}/g)) {
    const [whole, left, inside = "", right] = match;
    let text = source.slice(at, match.index);
    if (trimsNext) text = text.trimStart();
    if (left !== undefined) text = text.trimEnd();
    found.push({ kind: "text", text }, { kind: "action", text: inside.trim() });
    trimsNext = right !== undefined;
    at = match.index + whole.length;
  }
  const rest = source.slice(at);
  found.push({ kind: "text", text: trimsNext ? rest.trimStart() : rest });
  return found;
}

function parseTemplate(source: string, defined: Map<string, readonly Node[]>): Node[] {
  const queue = tokens(source);
  const block = (ends: readonly string[]): { readonly nodes: Node[]; readonly end: string } => {
    const nodes: Node[] = [];
    for (let token = queue.shift(); token !== undefined; token = queue.shift()) {
      if (token.kind === "text") {
        if (token.text !== "") nodes.push({ kind: "text", text: token.text });
        continue;
      }
      const [word = "", ...words] = token.text.split(/\s+/);
      const pipeline = words.join(" ");
      if (ends.includes(word)) return { nodes, end: word };
      if (word === "define") {
        defined.set(JSON.parse(pipeline) as string, block(["end"]).nodes);
      } else if (word === "if" || word === "with" || word === "range") {
        const { nodes: then, end } = block(["else", "end"]);
        nodes.push({ kind: word, pipeline, then, otherwise: end === "else" ? block(["end"]).nodes : [] });
      } else if (!token.text.startsWith("/*")) nodes.push({ kind: "output", pipeline: token.text });
    }
    if (ends.length > 0) throw new Error(`expected ${ends.join(" or ")}, found the end of the template`);
    return { nodes, end: "" };
  };
  return block([]).nodes;
}

type Scope = { readonly root: ChartData; readonly dot: unknown; readonly defined: Map<string, readonly Node[]> };

function run(nodes: readonly Node[], scope: Scope): string {
  return nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      const value = evaluate(node.pipeline, scope);
      if (node.kind === "output") return show(value);
      if (node.kind === "if") return run(isTrue(value) ? node.then : node.otherwise, scope);
      if (node.kind === "with") {
        return isTrue(value) ? run(node.then, { ...scope, dot: value }) : run(node.otherwise, scope);
      }
      if (!Array.isArray(value)) throw new Error(`expected a list in range ${node.pipeline}`);
      return value.length === 0
        ? run(node.otherwise, scope)
        : value.map((dot: unknown) => run(node.then, { ...scope, dot })).join("");
    })
    .join("");
}

function show(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`expected text, found ${JSON.stringify(value)}; toYaml makes text of it`);
}

function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== false && value !== 0 && value !== "";
}

const WORD = /\s*("(?:[^"\\]|\\.)*"|\(|\)|\||[^\s()|]+)/gy;

function evaluate(pipeline: string, scope: Scope): unknown {
  const words = [...pipeline.matchAll(WORD)].map(([, word = ""]) => word);
  const piped = (): unknown => {
    let value = command([]);
    while (words[0] === "|") {
      words.shift();
      value = command([value]);
    }
    return value;
  };
  const command = (last: readonly unknown[]): unknown => {
    const parts: unknown[] = [];
    let name: string | undefined;
    while (words.length > 0 && words[0] !== "|" && words[0] !== ")") {
      const word = words.shift() ?? "";
      if (parts.length === 0 && name === undefined && /^[a-z]\w*$/i.test(word) && !/^(?:true|false)$/.test(word))
        name = word;
      else if (word === "(") {
        parts.push(piped());
        if (words.shift() !== ")") throw new Error(`expected ) in ${pipeline}`);
      } else parts.push(operand(word, scope));
    }
    if (name !== undefined) return call(name, [...parts, ...last], scope);
    if (parts.length !== 1 || last.length > 0) throw new Error(`expected one value or a function in ${pipeline}`);
    return parts[0];
  };
  const value = piped();
  if (words.length > 0) throw new Error(`expected the end of ${pipeline}, found ${words[0]}`);
  return value;
}

function operand(word: string, { dot }: Scope): unknown {
  if (word.startsWith('"')) return JSON.parse(word);
  if (/^-?\d+$/.test(word)) return Number(word);
  if (word === "true" || word === "false") return word === "true";
  if (word === ".") return dot;
  if (!/^(?:\.\w+)+$/.test(word)) throw new Error(`expected a value, found ${word}`);
  let value: unknown = dot;
  for (const name of word.slice(1).split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      throw new Error(`expected ${word} to be there, found no ${name}`);
    }
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

type Called = (scope: Scope, ...parameters: never[]) => unknown;

// By the documentation of Helm and sprig. Those that come last in a pipeline come last here.
const FUNCTIONS: Readonly<Record<string, Called>> = {
  include: ({ defined, root }, name: string, dot: unknown) => {
    const nodes = defined.get(name);
    if (nodes === undefined) throw new Error(`expected a definition of ${name}`);
    return run(nodes, { defined, root, dot });
  },
  quote: (_, text: unknown) => JSON.stringify(show(text)),
  nindent: (_, spaces: number, text: string) =>
    `\n${text
      .split("\n")
      .map((line) => " ".repeat(spaces) + line)
      .join("\n")}`,
  toYaml: (_, value: unknown) => toYaml(value, ""),
  default: (_, other: unknown, value: unknown) => (isTrue(value) ? value : other),
  printf: (_, form: string, ...values: unknown[]) => form.replaceAll("%s", () => show(values.shift())),
  trunc: (_, length: number, text: string) => text.slice(0, length),
  trimSuffix: (_, suffix: string, text: string) => (text.endsWith(suffix) ? text.slice(0, -suffix.length) : text),
  contains: (_, part: string, text: string) => text.includes(part),
  eq: (_, a: unknown, b: unknown) => a === b,
  ne: (_, a: unknown, b: unknown) => a !== b,
  gt: (_, a: number, b: number) => a > b,
  not: (_, value: unknown) => !isTrue(value),
  and: (_, ...values: unknown[]) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  or: (_, ...values: unknown[]) => values.find(isTrue) ?? values.at(-1),
  add: (_, ...values: number[]) => values.reduce((sum, value) => sum + value, 0),
  int: (_, value: unknown) => Number(value),
};

function call(name: string, parameters: readonly unknown[], scope: Scope): unknown {
  if (!Object.hasOwn(FUNCTIONS, name)) throw new Error(`expected a function that our chart may use, found ${name}`);
  return FUNCTIONS[name]?.(scope, ...(parameters as never[]));
}

function toYaml(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return value.map((item) => `${indent}- ${toYaml(item, `${indent}  `).replace(`${indent}  `, "")}`).join("\n");
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  if (names.length === 0) return "{}";
  return names
    .map((name) => {
      const inside = (value as Record<string, unknown>)[name];
      const isEmpty = typeof inside !== "object" || inside === null || Object.keys(inside).length === 0;
      const text = toYaml(inside, Array.isArray(inside) ? indent : `${indent}  `);
      return `${indent}${JSON.stringify(name)}:${isEmpty ? " " : "\n"}${text}`;
    })
    .join("\n");
}
