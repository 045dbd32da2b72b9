/**
 * What makes the published package small: the sources of protocol, kernel and verifier go inside, with what is large in
 * them in another form. The validators become the schemas themselves behind `schema-check.ts`, of the registry of codes
 * only what the verifier asks is left, and the constants of SHA-256, which do not compress, are computed. Runs when the
 * package is built; not part of it.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { OPERATIONS } from "../gen/operations.ts";
import { impliedType } from "../verification/schema-check.ts";

/** Where cryptography comes from: WebCrypto, `node:crypto`, or what the runtime picks by the `imports` of the package. */
export type Target = "web" | "node" | "runtime";

type Node = { readonly [name: string]: unknown };

const root = new URL("../../../../", import.meta.url);
// From the root, where generated modules stand: an absolute path would go into the source maps that are published.
const schemaCheck = "./packages/sdk/src/verification/schema-check.ts";
const cryptoOf = (target: Target): string => fileURLToPath(new URL(`packages/protocol/src/crypto-${target}.ts`, root));
const ANNOTATIONS = new Set(["$schema", "$id", "$comment", "title", "description", "examples", "$defs"]);

// What `schema-check.ts` knows. Another keyword stops the build instead of being ignored.
const KEYWORDS = new Set(
  (
    "$ref type const enum pattern minimum maximum minLength maxLength minItems maxItems items minProperties maxProperties " +
    "propertyNames properties optional required additionalProperties discriminator propertyName oneOf allOf if then else"
  ).split(" "),
);

/** Exported validators of the protocol and the schemas behind them. */
const VALIDATORS: Readonly<Record<string, string>> = {
  accountEntry: "account#",
  receipt: "receipt#",
  trust: "trust#",
  ...Object.fromEntries(
    [
      "AgreementOffered",
      "AgreementAccepted",
      "AgreementCancelled",
      "EscrowFunded",
      "WorkSubmitted",
      "EvidenceAttested",
      "ApprovalGiven",
      "DecisionMade",
      "SettlementExecuted",
      "DisputeOpened",
      "DisputeResolved",
      "HoldbackReleased",
      "AgreementClosed",
    ].map((name) => [`${name[0]?.toLowerCase()}${name.slice(1)}`, `event#/$defs/${name}`]),
  ),
};

const readSchema = (file: string): Node =>
  JSON.parse(readFileSync(new URL(`schemas/${file}.schema.json`, root), "utf8")) as Node;

/** A schema with `optional` instead of `required`, and closed without saying so: most of them are both. */
function turnedAround(schema: Node): Node {
  const {
    required = [],
    additionalProperties,
    ...rest
  } = schema as {
    readonly required?: readonly string[];
    readonly additionalProperties?: unknown;
    readonly properties?: Node;
  };
  if (rest.properties === undefined) return schema;
  const names = Object.keys(rest.properties);
  const optional = names.filter((name) => !required.includes(name));
  return {
    ...rest,
    ...(optional.length === 0 ? {} : { optional }),
    ...(required.every((name) => names.includes(name)) ? {} : { required }),
    ...(additionalProperties === false ? {} : { additionalProperties: additionalProperties ?? true }),
  };
}

const TYPES: readonly unknown[] = ["object", "array", "integer", "string", "boolean"];

function assertTypes(types: unknown, file: string): void {
  const strange = [types].flat().find((type) => !TYPES.includes(type));
  if (strange !== undefined) throw new Error(`${file}: expected a type that is known, found ${String(strange)}`);
}

/** Every schema that the validators reach, without annotations and by its place in a list. */
export function schemaTable(): { readonly table: readonly unknown[]; readonly places: Node } {
  const files = new Map<string, Node>();
  const table: unknown[] = [];
  const known = new Map<string, number>();

  const placeOf = (ref: string): number => {
    const found = known.get(ref);
    if (found !== undefined) return found;
    const place = known.size;
    known.set(ref, place);
    const [file = "", pointer = ""] = ref.split("#");
    if (!files.has(file)) files.set(file, readSchema(file));
    let node: unknown = files.get(file);
    for (const part of pointer.split("/").slice(1)) node = (node as Node)[part];
    table[place] = shorten(node, file);
    return place;
  };

  const shorten = (node: unknown, file: string, named = false): unknown => {
    if (Array.isArray(node)) return node.map((item) => shorten(item, file));
    if (typeof node !== "object" || node === null) return node;
    const members = named ? (node as Node) : turnedAround(node as Node);
    const entries = Object.entries(members).filter(([key]) => named || !ANNOTATIONS.has(key));
    const written = Object.fromEntries(
      entries.map(([key, value]) => {
        if (!named && !KEYWORDS.has(key)) throw new Error(`${file}: expected a keyword that is known, found ${key}`);
        if (!named && key === "$ref") {
          const [target = "", pointer = ""] = String(value).split("#");
          return [key, placeOf(`${target === "" ? file : target.replace(".schema.json", "")}#${pointer}`)];
        }
        if (!named && key === "type") assertTypes(value, file);
        if (!named && (key === "const" || key === "enum" || key === "optional")) return [key, value];
        return [key, shorten(value, file, !named && key === "properties")];
      }),
    );
    const implied = named ? undefined : impliedType(written);
    if (implied !== undefined && written["type"] === implied) delete written["type"];
    else if (implied !== undefined && written["type"] === undefined) throw new Error(`${file}: expected a type`);
    if (named || written["$ref"] === undefined) return written;
    // The place is enough, because references stand alone.
    if (Object.keys(written).length > 1) throw new Error(`${file}: expected a reference alone, found more beside it`);
    return written["$ref"];
  };

  const places = Object.fromEntries(Object.entries(VALIDATORS).map(([name, ref]) => [name, placeOf(ref)]));
  return { table, places };
}

/** The validators as a module. */
export function validatorsModule(): string {
  const { table, places } = schemaTable();
  return [
    `import { validatorsOf } from ${JSON.stringify(schemaCheck)};`,
    `const validatorOf = /* @__PURE__ */ validatorsOf(${JSON.stringify(table)});`,
    ...Object.entries(places).map(([name, place]) => `export const ${name} = /* @__PURE__ */ validatorOf(${place});`),
  ].join("\n");
}

type CodeFacts = { readonly category: string; readonly verdict: string };

/**
 * The registry of codes as a module: category and verdict of what a bundle can be rejected for. Most codes of an area
 * have one category, so what is written down is that of the area and which codes differ.
 */
export function codesModule(): string {
  const registry = JSON.parse(readFileSync(new URL("schemas/codes.json", root), "utf8")) as {
    readonly uriBase: string;
    readonly revision: string;
    readonly codes: Readonly<Record<string, CodeFacts>>;
  };
  const judged = Object.entries(registry.codes).filter(([, { verdict }]) =>
    ["reject", "indeterminate"].includes(verdict),
  );
  const areas: Record<string, string> = {};
  const others: Record<string, string> = {};
  for (const [code, { category }] of judged) {
    const [area = ""] = code.split("_");
    areas[area] ??= category;
    if (areas[area] !== category) others[code] = category;
  }
  const doubts = judged.filter(([, { verdict }]) => verdict === "indeterminate").map(([code]) => code);
  return `export const URI_BASE = ${JSON.stringify(registry.uriBase)};
export const REVISION = ${JSON.stringify(registry.revision)};
const areas = ${JSON.stringify(areas)}, others = ${JSON.stringify(others)}, doubts = ${JSON.stringify(doubts)};
export const CODES = /* @__PURE__ */ new Proxy({}, {
  get: (_, code) => ({
    category: others[code] ?? areas[code.split("_")[0]],
    verdict: doubts.includes(code) ? "indeterminate" : "reject",
  }),
});`;
}

/**
 * The 64 constants of SHA-256: the first 32 bits behind the point of the cube roots of the first primes (FIPS 180-4
 * section 4.2.2). None of them lies within 2^-10 of a whole number, so no rounding of a runtime can change one.
 */
export const ROUND_CONSTANTS = `(() => {
  const found = new Int32Array(64);
  for (let prime = 2, at = 0; at < 64; prime++) {
    let below = prime - 1;
    while (prime % below) below--;
    if (below < 2) found[at++] = Math.cbrt(prime) * 2 ** 32;
  }
  return found;
})()`;

/** What SHA-256 starts with: the same of the square roots of the first eight primes (section 5.3.3), rounded exactly. */
export const INITIAL_STATE = "[2, 3, 5, 7, 11, 13, 17, 19].map((prime) => Math.sqrt(prime) * 2 ** 32)";

/** The module of SHA-256 with its constants computed. */
export function sha256Module(): string {
  let source = readFileSync(new URL("packages/protocol/src/sha256.ts", root), "utf8");
  for (const [literal, computed] of [
    [/Int32Array\.from\(\[(?:\s*0x[0-9a-f]{8},){64}\s*\]\)/, ROUND_CONSTANTS],
    [/\[(?:\s*0x[0-9a-f]{8},){8}\s*\]/, INITIAL_STATE],
  ] as const) {
    if (!literal.test(source)) throw new Error("sha256.ts: expected the constants, found another text");
    source = source.replace(literal, `/* @__PURE__ */ ${computed}`);
  }
  return source;
}

/** The module of canonical JSON without what only makes it faster. */
export function jcsModule(): string {
  return replaced("packages/protocol/src/jcs.ts", [
    ["labels.get(name) ?? writeLabel(name)", 'writeString(name) + ":"'],
    ["sortNames(names);", "names.sort();"],
    ["if (isSimple(text))", "if (!SPECIAL.test(text))"],
  ]);
}

/** The table of operations, as one text of which most words are said once. */
export function operationsModule(): string {
  const lines: string[] = [];
  let resource = "";
  let base = "";
  for (const [name, [method, path]] of Object.entries(OPERATIONS)) {
    const [group = "", verb = ""] = name.split(".");
    if (group !== resource) {
      [resource, base] = [group, /^\/v1\/(\w+)/.exec(path)?.[1] ?? ""];
      lines.push(group === base ? group : `${group}/${base}`);
    }
    if (!path.startsWith(`/v1/${base}`)) throw new Error(`${name}: expected a path below /v1/${base}, found ${path}`);
    lines.push(`${verb} ${method} ${path.slice(`/v1/${base}`.length)}`.trimEnd());
  }
  return `export const OPERATIONS = /* @__PURE__ */ (() => {
  const found = {};
  let group, base;
  for (const line of ${JSON.stringify(lines.join(";"))}.split(";")) {
    const [verb, method, path = ""] = line.split(" ");
    if (method) found[group + "." + verb] = [method, "/v1/" + base + path];
    else [group, base = group] = verb.split("/");
  }
  return found;
})()`;
}

/** The module of base64 without the runtime's own, and with one alphabet written down. */
export function base64Module(): string {
  return replaced("packages/protocol/src/base64.ts", [
    [
      'const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"',
      'const URL_SAFE = STANDARD.slice(0, 62) + "-_"',
    ],
    ["if (bytes.length >= NATIVE_ENCODE_BYTES_MIN)", "if (false)"],
    ["if (text.length >= NATIVE_DECODE_CHARS_MIN)", "if (false)"],
  ]);
}

function replaced(path: string, changes: readonly (readonly [string, string])[]): string {
  let source = readFileSync(new URL(path, root), "utf8");
  for (const [from, to] of changes) {
    if (source.split(from).length !== 2) throw new Error(`${path}: expected ${from} once`);
    source = source.replace(from, () => to);
  }
  return source;
}

/** The plugin for esbuild. */
export function small(target: Target): Plugin {
  return {
    name: "settld-small",
    setup(build) {
      // Our packages come as sources, whatever is built already.
      build.initialOptions.conditions = ["@settld/source", ...(build.initialOptions.conditions ?? [])];
      build.onResolve({ filter: /^@settld\/protocol\/crypto$/ }, () =>
        target === "runtime"
          ? { path: "#crypto", external: true, sideEffects: false }
          : { path: cryptoOf(target), sideEffects: false },
      );
      const module = (filter: RegExp, write: () => string, folder = fileURLToPath(root)): void =>
        build.onLoad({ filter }, () => ({ contents: write(), loader: "ts", resolveDir: folder }));
      module(/[\\/]protocol[\\/]src[\\/]gen[\\/]validators\.js$/, validatorsModule);
      module(/[\\/]protocol[\\/]src[\\/]gen[\\/]codes\.ts$/, codesModule);
      module(/[\\/]sdk[\\/]src[\\/]gen[\\/]operations\.ts$/, operationsModule);
      const protocol = fileURLToPath(new URL("packages/protocol/src", root));
      module(/[\\/]protocol[\\/]src[\\/]jcs\.ts$/, jcsModule, protocol);
      module(/[\\/]protocol[\\/]src[\\/]base64\.ts$/, base64Module, protocol);
      module(/[\\/]protocol[\\/]src[\\/]sha256\.ts$/, sha256Module, protocol);
    },
  };
}
