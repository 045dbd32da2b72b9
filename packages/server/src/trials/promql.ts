import { parser } from "@prometheus-io/lezer-promql";

/** One series of a scrape. */
export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** What an expression is evaluated over: two scrapes, a minute apart, and the time of the later one in seconds. */
export type Evaluated = { readonly before: readonly Sample[]; readonly after: readonly Sample[]; readonly now: number };

type Vector = readonly Sample[];
type Value = number | Vector;
type Node = ReturnType<typeof parser.parse>["topNode"];

/** How far apart two scrapes are taken to be; counters are taken to go on rising in the same way. */
export const SCRAPE_SECONDS = 60;

/** Reads the text format of Prometheus. */
export function readMetrics(text: string): Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (found === null) throw new Error(`expected a sample, found ${line}`);
      const [, name = "", inside = "", value = ""] = found;
      const labels = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", one = ""]) => [key, one]);
      return { name, labels: Object.fromEntries(labels), value: numberOf(value) };
    });
}

const numberOf = (text: string): number => (text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text));

/**
 * Evaluates the part of PromQL that our rules are written in, over two scrapes. Whatever else an expression holds is
 * thrown, and not guessed.
 */
export function evaluate(text: string, data: Evaluated): Vector {
  const tree = parser.parse(text);
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`expected PromQL, found an error at ${node.from} of ${text}`);
    },
  });
  const top = tree.topNode.firstChild;
  if (top === null) throw new Error("expected an expression, found none");
  const value = valueIn(top, text, data);
  return typeof value === "number" ? [{ name: "", labels: {}, value }] : value;
}

function children(node: Node): Node[] {
  const found: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

function valueIn(node: Node, text: string, data: Evaluated): Value {
  const slice = text.slice(node.from, node.to);
  const parts = children(node);
  switch (node.name) {
    case "NumberDurationLiteral":
      return Number(slice);
    case "ParenExpr":
      return valueIn(only(parts, slice), text, data);
    case "VectorSelector":
      return select(data.after, node, text);
    case "FunctionCall":
      return call(parts, text, data);
    case "AggregateExpr":
      return aggregate(parts, text, data);
    case "BinaryExpr": {
      const [left, operator, right, ...more] = parts;
      if (left === undefined || operator === undefined || right === undefined || more.length > 0) {
        throw new Error(`expected a plain operator, found ${slice}`);
      }
      return binary(operator.name, valueIn(left, text, data), valueIn(right, text, data));
    }
    default:
      throw new Error(`expected PromQL of our rules, found ${node.name}: ${slice}`);
  }
}

function only(nodes: readonly Node[], where: string): Node {
  const [one, ...more] = nodes;
  if (one === undefined || more.length > 0) throw new Error(`expected one thing in ${where}`);
  return one;
}

function select(samples: readonly Sample[], node: Node, text: string): Vector {
  const [name, matchers] = children(node);
  if (name === undefined) throw new Error("a selector without a name");
  const wanted = matchers === undefined ? [] : children(matchers).map((one) => matcher(one, text));
  const is = text.slice(name.from, name.to);
  return samples.filter((sample) => sample.name === is && wanted.every((fits) => fits(sample.labels)));
}

function matcher(node: Node, text: string): (labels: Sample["labels"]) => boolean {
  const [label, operator, literal] = children(node).map((one) => text.slice(one.from, one.to));
  if (label === undefined || literal === undefined) throw new Error("expected a matcher");
  const value = JSON.parse(literal) as string;
  const pattern = new RegExp(`^(?:${value})$`);
  const fits: Readonly<Record<string, (found: string) => boolean>> = {
    "=": (found) => found === value,
    "!=": (found) => found !== value,
    "=~": (found) => pattern.test(found),
    "!~": (found) => !pattern.test(found),
  };
  const how = fits[operator ?? ""];
  if (how === undefined) throw new Error(`expected a matcher, found ${operator}`);
  return (labels) => how(labels[label] ?? "");
}

function call([name, body]: readonly Node[], text: string, data: Evaluated): Value {
  if (name === undefined || body === undefined) throw new Error("expected a call");
  const called = text.slice(name.from, name.to);
  const parameters = children(body);
  switch (called) {
    case "time":
      return data.now;
    case "rate": {
      const matrix = only(parameters, called);
      if (matrix.name !== "MatrixSelector" || matrix.firstChild === null) throw new Error("rate of no range");
      const before = new Map(select(data.before, matrix.firstChild, text).map((one) => [keyOf(one), one.value]));
      // A series that was not there before has no rate yet, as with Prometheus.
      return select(data.after, matrix.firstChild, text).flatMap((sample) => {
        const first = before.get(keyOf(sample));
        if (first === undefined) return [];
        const rise = sample.value < first ? sample.value : sample.value - first;
        return [{ ...sample, name: "", value: rise / SCRAPE_SECONDS }];
      });
    }
    case "histogram_quantile": {
      const [quantile, buckets] = parameters.map((one) => valueIn(one, text, data));
      if (typeof quantile !== "number" || typeof buckets !== "object")
        throw new Error("expected a quantile of buckets");
      return quantiles(quantile, buckets);
    }
    default:
      throw new Error(`expected a function of our rules, found ${called}`);
  }
}

const keyOf = ({ name, labels }: Sample): string => `${name}${JSON.stringify(Object.entries(labels).sort())}`;

function aggregate(parts: readonly Node[], text: string, data: Evaluated): Vector {
  const [operator, ...rest] = parts;
  const body = rest.at(-1);
  const modifier = rest.length === 2 ? rest[0] : undefined;
  if (operator === undefined || body === undefined || rest.length > 2) throw new Error("expected an aggregation");
  const by =
    modifier === undefined
      ? []
      : children(modifier)
          .flatMap((one) => (one.name === "GroupingLabels" ? children(one) : []))
          .map((one) => text.slice(one.from, one.to));
  if (modifier !== undefined && !text.slice(modifier.from, modifier.to).startsWith("by"))
    throw new Error("expected by");
  const vector = valueIn(only(children(body), "an aggregation"), text, data);
  if (typeof vector === "number") throw new Error("expected a vector");
  const how = text.slice(operator.from, operator.to);
  const combine = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }[how];
  if (combine === undefined) throw new Error(`expected an aggregation of our rules, found ${how}`);
  const groups = new Map<string, Sample>();
  for (const { labels, value } of vector) {
    const kept = Object.fromEntries(by.flatMap((name) => (name in labels ? [[name, labels[name] ?? ""]] : [])));
    const key = JSON.stringify(kept);
    const known = groups.get(key);
    groups.set(key, { name: "", labels: kept, value: known === undefined ? value : combine(known.value, value) });
  }
  return [...groups.values()];
}

// As Prometheus does it: by bucket, and within one in proportion.
function quantiles(quantile: number, buckets: Vector): Vector {
  const groups = new Map<string, { readonly labels: Sample["labels"]; readonly buckets: [number, number][] }>();
  for (const { labels: all, value } of buckets) {
    const { le = "", ...labels } = all;
    const key = JSON.stringify(Object.entries(labels).sort());
    const group = groups.get(key) ?? { labels, buckets: [] };
    group.buckets.push([numberOf(le), value]);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, buckets: found }) => {
    const sorted = found.sort(([a], [b]) => a - b);
    const total = sorted.at(-1)?.[1] ?? 0;
    const rank = quantile * total;
    const index = sorted.findIndex(([, count]) => count >= rank);
    const [upper = Number.NaN, count = 0] = sorted[index] ?? [];
    const [lower, below] = index > 0 ? (sorted[index - 1] ?? [0, 0]) : [0, 0];
    const value =
      total === 0
        ? Number.NaN
        : upper === Number.POSITIVE_INFINITY
          ? lower
          : lower + ((upper - lower) * (rank - below)) / (count - below);
    return { name: "", labels, value };
  });
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

const COMPARISON: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Gtr: (a, b) => a > b,
  Gte: (a, b) => a >= b,
  Lss: (a, b) => a < b,
  Lte: (a, b) => a <= b,
  Eql: (a, b) => a === b,
  Neq: (a, b) => a !== b,
};

function binary(operator: string, left: Value, right: Value): Value {
  if (operator === "Or" || operator === "And") {
    if (typeof left === "number" || typeof right === "number") throw new Error("expected vectors");
    const keys = new Set((operator === "Or" ? left : right).map(({ labels }) => keyOf({ name: "", labels, value: 0 })));
    const has = ({ labels }: Sample): boolean => keys.has(keyOf({ name: "", labels, value: 0 }));
    return operator === "Or" ? [...left, ...right.filter((one) => !has(one))] : left.filter(has);
  }
  const [compute, compare] = [ARITHMETIC[operator], COMPARISON[operator]];
  if (compute === undefined && compare === undefined)
    throw new Error(`expected an operator of our rules, found ${operator}`);
  const one = (a: number, b: number, sample: Sample | undefined): Sample[] => {
    if (compute !== undefined) return [{ name: "", labels: sample?.labels ?? {}, value: compute(a, b) }];
    return compare?.(a, b) === true ? [{ ...(sample ?? { name: "", labels: {} }), value: a }] : [];
  };
  if (typeof left === "number" && typeof right === "number") {
    if (compute === undefined) throw new Error("expected a vector in a comparison");
    return compute(left, right);
  }
  if (typeof left === "number") {
    if (compute === undefined || typeof right === "number") throw new Error("expected a vector at the left");
    return right.flatMap((sample) => one(left, sample.value, sample));
  }
  if (typeof right === "number") return left.flatMap((sample) => one(sample.value, right, sample));
  const others = new Map(right.map((sample) => [keyOf({ ...sample, name: "" }), sample.value]));
  return left.flatMap((sample) => {
    const other = others.get(keyOf({ ...sample, name: "" }));
    return other === undefined ? [] : one(sample.value, other, sample);
  });
}
