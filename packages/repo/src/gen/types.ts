import { compile } from "json-schema-to-typescript";
import ts from "typescript";
import { banner, type Generated } from "./registry.ts";
import { defsOf, isObject, namedPlaces, resolveRef, type Schema, type SchemaFile, typeNameOf } from "./schema-set.ts";

const rootName = "EverySettldSchema";

/**
 * Rewrites one schema for the type compiler, which knows draft 7: references name types, tuples and closed objects are
 * spelled the old way, and what only narrows values (conditions, `not`) is dropped because types cannot say it.
 */
const forTypes = (files: readonly SchemaFile[], from: SchemaFile, node: unknown): unknown => {
  if (Array.isArray(node)) {
    return node.map((item) => forTypes(files, from, item));
  }
  if (!isObject(node)) {
    return node;
  }
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (
      ["$id", "$schema", "$comment", "$defs", "if", "then", "else", "not", "discriminator", "examples"].includes(key)
    ) {
      continue;
    }
    if (key === "allOf") {
      // A part with neither a type nor a reference only narrows what another part describes.
      const parts = (value as readonly Schema[]).filter((part) => "type" in part || "$ref" in part);
      const [only] = parts;
      if (parts.length === 1 && only !== undefined && "$ref" in only) {
        const { type: _type, allOf: _allOf, ...rest } = node;
        return forTypes(files, from, { ...rest, ...only });
      }
      out[key] = parts.map((part) => forTypes(files, from, part));
      continue;
    }
    if (key === "properties" || key === "patternProperties") {
      out[key] = Object.fromEntries(
        Object.entries(value as Schema).map(([name, schema]) => [name, forTypes(files, from, schema)]),
      );
    } else if (key === "const" || key === "enum" || key === "required" || key === "default") {
      out[key] = value;
    } else if (key === "unevaluatedProperties") {
      out["additionalProperties"] = forTypes(files, from, value);
    } else if (key === "prefixItems") {
      out["items"] = forTypes(files, from, value);
      out["minItems"] = (value as unknown[]).length;
      out["additionalItems"] = false;
    } else if (key === "items" && "prefixItems" in node) {
      // `items: false` after `prefixItems`: said above.
    } else if (key === "pattern" && value === "^sha256:[0-9a-f]{64}$") {
      out["tsType"] = "`sha256:${string}`";
    } else if (key === "minItems" || key === "maxItems" || key === "uniqueItems") {
      // Bounds of lists are checked by the validators; as tuple types they would only be in the way.
    } else if (key === "$ref") {
      const name = typeNameOf(resolveRef(files, from, value as string));
      const ref = { $ref: `#/$defs/${name}` };
      // A reference with a neighbour (its description, say) would lose the name of its type.
      if (Object.keys(node).length === 1) {
        return ref;
      }
      out["allOf"] = [...((out["allOf"] as unknown[] | undefined) ?? []), ref];
    } else {
      out[key] = forTypes(files, from, value);
    }
  }
  return out;
};

type Edit = { readonly at: number; readonly end: number; readonly text: string };

/** Makes the compiler's output ours: type aliases, everything read-only, no umbrella type, no reference remarks. */
const polish = (text: string): string => {
  const source = ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const insert = (at: number, inserted: string): number => edits.push({ at, end: at, text: inserted });
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node) || ts.isIndexSignatureDeclaration(node)) {
      insert(node.getStart(source, false), "readonly ");
    }
    if (ts.isArrayTypeNode(node) || ts.isTupleTypeNode(node)) {
      const nested = ts.isArrayTypeNode(node.parent);
      insert(node.getStart(source), nested ? "(readonly " : "readonly ");
      if (nested) {
        insert(node.getEnd(), ")");
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of source.statements) {
    const name =
      ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ? statement.name.text : "";
    if (name === rootName) {
      edits.push({ at: statement.getFullStart(), end: statement.getEnd(), text: "" });
      continue;
    }
    if (ts.isInterfaceDeclaration(statement)) {
      const bases = statement.heritageClauses?.flatMap(({ types }) => types.map((type) => type.getText(source))) ?? [];
      const brace = text.indexOf("{", Math.max(statement.name.getEnd(), statement.heritageClauses?.end ?? 0));
      edits.push({
        at: text.indexOf("interface", statement.getStart(source)),
        end: brace,
        text: `type ${name} = ${bases.map((base) => `${base} & `).join("")}`,
      });
      insert(statement.getEnd(), ";");
    }
    visit(statement);
  }
  let polished = text;
  // From the end, so that places stay valid; of two edits in one place the inner one goes first.
  for (const { at, end, text: replacement } of edits.reverse().sort((a, b) => b.at - a.at)) {
    polished = polished.slice(0, at) + replacement + polished.slice(end);
  }
  return polished;
};

/** Whether a text uses a type name outside of comments and strings. */
const mentions = (text: string, name: string): boolean => {
  let found = false;
  const visit = (node: ts.Node): void => {
    found ||= ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) && node.typeName.text === name;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest, true));
  return found;
};

/** Puts the statements into the order of the schema files, one blank line between them, without those to be dropped. */
const arrange = (text: string, order: readonly string[], isDropped: (name: string) => boolean): string => {
  const source = ts.createSourceFile("types.ts", text, ts.ScriptTarget.Latest, true);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return source.statements
    .filter((statement) => ts.isTypeAliasDeclaration(statement))
    .map((statement) => ({ name: statement.name.text, text: statement.getFullText(source).trim() }))
    .filter(({ name }) => !isDropped(name))
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
    .map(({ text }) =>
      text
        .replace(/^\/\/ .*\n+/, "")
        // Remarks about where the umbrella schema refers to the type say nothing.
        .replaceAll(/^ \* This (?:interface|type) was referenced by [^\n]*\n \* via [^\n]*\n/gm, "")
        .replace(/^\/\*\*\n(?: \*\n)* \*\/\n/, "")
        .replace(/(?:\n \*)+\n \*\//, "\n */")
        .replaceAll(/^(\s*)\/\*\*\n\s*\* (.*)\n\s*\*\/$/gm, "$1/** $2 */")
        .replaceAll("[k: string]", "[name: string]")
        .replace(/= \{\};$/, "= Readonly<Record<string, never>>;"),
    )
    .join("\n\n");
};

/** Types that stand in another package already: those of `files`, which the module `from` exports. */
export type ImportedTypes = { readonly files: readonly SchemaFile[]; readonly from: string };

/** What {@link generateTypes} does otherwise than by default. */
export type TypesOptions = {
  readonly imported?: ImportedTypes;
  /** Name of the file without its ending, `types` by default. */
  readonly file?: string;
  /** What the banner names as the source. */
  readonly source?: string;
  /** Statements to put behind the types; they may use them and imported ones. */
  readonly more?: string;
};

/** Schemas -> one TypeScript type per file and per entry of `$defs`, named by `title` or key, in one file of a folder. */
export const generateTypes = async (
  own: readonly SchemaFile[],
  folder: string,
  { imported, file: fileName = "types", source = "schemas/*.schema.json", more = "" }: TypesOptions = {},
): Promise<Generated> => {
  const files = [...own, ...(imported?.files ?? [])];
  const places = namedPlaces(files);
  const isForeign = (name: string): boolean => {
    const place = places.get(name);
    return place !== undefined && !own.includes(place.file);
  };
  const $defs = Object.fromEntries(
    [...places]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { file, pointer }]) => {
        const schema = pointer === "" ? file.schema : defsOf(file)[pointer.slice("/$defs/".length)];
        // A stub keeps the name of an imported type alive until its statement is dropped.
        return [
          name,
          isForeign(name) ? { title: name } : { ...(forTypes(files, file, schema) as Schema), title: name },
        ];
      }),
  );
  const text = await compile({ title: rootName, type: "object", additionalProperties: false, $defs }, rootName, {
    bannerComment: "",
    additionalProperties: true,
    ignoreMinAndMaxItems: false,
    unreachableDefinitions: true,
    enableConstEnums: false,
    style: { printWidth: 120, trailingComma: "all", bracketSpacing: true },
  });
  const types = arrange(polish(text), [...places.keys()], isForeign);
  const body = `${types}\n${more === "" ? "" : `\n${more}\n`}`;
  const names = [...places.keys()].filter((name) => isForeign(name) && mentions(body, name)).sort();
  const imports =
    names.length === 0 ? "" : `import type { ${names.join(", ")} } from ${JSON.stringify(imported?.from)};\n\n`;
  return new Map([[`${folder}/${fileName}.ts`, `${banner(source)}\n\n${imports}${body}`]]);
};
