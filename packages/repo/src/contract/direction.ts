import { posix } from "node:path";
import { isObject } from "../gen/schema-set.ts";

/**
 * Who writes what a schema describes. `input` is written by others and read by us: to accept more is additive.
 * `output` is written by us and read by others, who ignore members that they do not know: to promise more is additive.
 * `both` is what everyone writes and everyone judges, such as signed documents: whoever accepts more than another
 * disagrees with it, so every change breaks.
 */
export type Direction = "input" | "output" | "both";

/** Directions of places that nothing else decides; `schemas/x.schema.json` is the root of a file. A place without one, that is reached from none, is `both`. */
const roots: Readonly<Record<string, Direction>> = {
  "schemas/report.schema.json#": "output",
  "schemas/conformance-report.schema.json#": "output",
  "schemas/conformance-baseline.schema.json#": "input",
  "vectors/vector.schema.json#": "output",
};

/** What the kit sends is read by adapters, what adapters send is read by the kit (CONF-1, CONF-6). */
const adapterRoot = (name: string): Direction | undefined => {
  if (/^(Runner[A-Z]|AdapterCase$|input\.)/.test(name)) return "output";
  return /^(Adapter[A-Z]|facts\.)/.test(name) ? "input" : undefined;
};

const adapter = "schemas/adapter.schema.json";

/** Two directions at one place. */
const join = (a: Direction | undefined, b: Direction): Direction => (a === undefined || a === b ? b : "both");

/** Every `$ref` below a node, as `path#pointer` from the root of the repository. */
export const refsIn = (node: unknown, path: string): string[] => {
  if (Array.isArray(node)) return node.flatMap((item) => refsIn(item, path));
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== "$ref" || typeof value !== "string") return refsIn(value, path);
    const [file = "", pointer = ""] = value.split("#");
    return [`${file === "" ? path : posix.join(posix.dirname(path), posix.basename(file))}#${pointer}`];
  });
};

/** Follows references from places with a direction and gives every place that is reached its own. */
export const spread = (
  start: ReadonlyMap<string, Direction>,
  refsOf: (place: string) => readonly string[],
): Map<string, Direction> => {
  const directions = new Map<string, Direction>();
  const visit = (place: string, direction: Direction): void => {
    const joined = join(directions.get(place), direction);
    if (joined === directions.get(place)) return;
    directions.set(place, joined);
    for (const ref of refsOf(place)) visit(ref, joined);
  };
  for (const [place, direction] of start) visit(place, direction);
  return directions;
};

/** The direction of every root (`path#`) and `$defs` entry (`path#/$defs/name`) of schema files by path. */
export const directionsOf = (files: Readonly<Record<string, unknown>>): ReadonlyMap<string, Direction> => {
  const nodes = new Map<string, unknown>();
  const start = new Map<string, Direction>();
  for (const [path, schema] of Object.entries(files)) {
    if (!isObject(schema)) continue;
    const { $defs, ...own } = schema;
    nodes.set(`${path}#`, own);
    // The root of the adapter protocol lists the messages of both sides; it is no document of its own.
    if (path !== adapter) start.set(`${path}#`, roots[`${path}#`] ?? "both");
    for (const [name, def] of Object.entries(isObject($defs) ? $defs : {})) {
      nodes.set(`${path}#/$defs/${name}`, def);
      const direction = path === adapter ? adapterRoot(name) : undefined;
      if (direction !== undefined) start.set(`${path}#/$defs/${name}`, direction);
    }
  }
  const reached = spread(start, (place) => refsIn(nodes.get(place), place.slice(0, place.indexOf("#"))));
  return new Map([...nodes.keys()].map((place) => [place, reached.get(place) ?? "both"]));
};
