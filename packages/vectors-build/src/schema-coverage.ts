/** A JSON Schema as plain data. */
type Schema = { readonly [keyword: string]: unknown };

/** Schemas by file name, such as `event.schema.json`. */
export type Schemas = ReadonlyMap<string, Schema>;

// Keywords that refuse something by themselves. The others only lead to one of these.
const REFUSING = [
  "type",
  "const",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "additionalProperties",
];

// Where a limit is reached the value that stands exactly at it has to be accepted.
const LIMITS: Readonly<Record<string, (value: unknown) => unknown>> = {
  minimum: (value) => value,
  maximum: (value) => value,
  minLength: (value) => (typeof value === "string" ? [...value].length : undefined),
  maxLength: (value) => (typeof value === "string" ? [...value].length : undefined),
  minItems: (value) => (Array.isArray(value) ? value.length : undefined),
  maxItems: (value) => (Array.isArray(value) ? value.length : undefined),
  minProperties: (value) => (isObject(value) ? Object.keys(value).length : undefined),
  maxProperties: (value) => (isObject(value) ? Object.keys(value).length : undefined),
};

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objects = (value: unknown): readonly (readonly [string, Schema])[] =>
  isObject(value) ? Object.entries(value).filter((entry): entry is [string, Schema] => isObject(entry[1])) : [];

type Place = { readonly schema: Schema; readonly path: string };

/** Walks a value along its schema; `visit` gets every part of it with the schema that applies, references resolved. */
const walk = (
  schemas: Schemas,
  { schema, path }: Place,
  value: unknown,
  visit: (place: Place, value: unknown, at: string) => void,
  at = "",
): void => {
  visit({ schema, path }, value, at);
  const go = (next: Schema, suffix: string, part: unknown, where: string): void =>
    walk(schemas, { schema: next, path: `${path}/${suffix}` }, part, visit, where);
  if (typeof schema["$ref"] === "string") walk(schemas, resolveRef(schemas, path, schema["$ref"]), value, visit, at);
  if (Array.isArray(schema["oneOf"]) && isObject(value)) {
    const name = (schema["discriminator"] as { readonly propertyName: string }).propertyName;
    const branch = (schema["oneOf"] as readonly { readonly $ref: string }[])
      .map(({ $ref }) => resolveRef(schemas, path, $ref))
      .find(({ schema: { properties } }) => constOf(properties, name) === value[name]);
    if (branch !== undefined) walk(schemas, branch, value, visit, at);
  }
  if (Array.isArray(value) && isObject(schema["items"])) {
    for (const [index, entry] of value.entries()) go(schema["items"], "items", entry, `${at}/${index}`);
  }
  if (!isObject(value)) return;
  const properties = new Map(objects(schema["properties"]));
  for (const [name, member] of Object.entries(value)) {
    const known = properties.get(name);
    if (known !== undefined) go(known, `properties/${name}`, member, `${at}/${name}`);
    else if (isObject(schema["additionalProperties"])) {
      go(schema["additionalProperties"], "additionalProperties", member, `${at}/${name}`);
    }
  }
};

const constOf = (properties: unknown, name: string): unknown =>
  isObject(properties) && isObject(properties[name]) ? properties[name]["const"] : undefined;

const resolveRef = (schemas: Schemas, path: string, ref: string): Place => {
  const [file = "", pointer = ""] = ref.split("#");
  const name = file === "" ? (path.split("#")[0] ?? "") : file;
  let schema: unknown = schemas.get(name);
  for (const token of pointer.split("/").slice(1)) schema = isObject(schema) ? schema[token] : undefined;
  if (!isObject(schema)) throw new TypeError(`no schema at ${ref}`);
  return { schema, path: `${name}#${pointer}` };
};

/** Everything that schemas refuse, each as `file#/path/keyword`, and every use of a shared definition. */
const refusals = (file: string, schema: Schema): string[] => {
  const found: string[] = [];
  const visit = (one: Schema, path: string): void => {
    for (const keyword of REFUSING) {
      if (keyword in one && !isObject(one[keyword])) found.push(`${path}/${keyword}`);
    }
    for (const name of (one["required"] as readonly string[] | undefined) ?? []) found.push(`${path}/required/${name}`);
    if (typeof one["$ref"] === "string" && one["$ref"].includes("#")) found.push(`${path}/$ref`);
    if (isObject(one["propertyNames"])) found.push(`${path}/propertyNames`);
    for (const [name, member] of objects(one["properties"])) visit(member, `${path}/properties/${name}`);
    for (const [name, member] of objects(one["$defs"])) visit(member, `${path}/$defs/${name}`);
    if (isObject(one["items"])) visit(one["items"], `${path}/items`);
    if (isObject(one["additionalProperties"])) visit(one["additionalProperties"], `${path}/additionalProperties`);
  };
  visit(schema, `${file}#`);
  return found;
};

/** Limits and choices of schemas that a value can stand at, as `file#/path/keyword` or `file#/path/enum/value`. */
const edges = (file: string, schema: Schema): string[] => {
  const found: string[] = [];
  const visit = (one: Schema, path: string): void => {
    for (const keyword of Object.keys(LIMITS)) if (keyword in one) found.push(`${path}/${keyword}`);
    for (const choice of (one["enum"] as readonly unknown[] | undefined) ?? []) found.push(`${path}/enum/${choice}`);
    if (Array.isArray(one["type"])) for (const type of one["type"]) found.push(`${path}/type/${type}`);
    const required = (one["required"] as readonly string[] | undefined) ?? [];
    for (const [name, member] of objects(one["properties"])) {
      if (!required.includes(name)) found.push(`${path}/with/${name}`, `${path}/without/${name}`);
      visit(member, `${path}/properties/${name}`);
    }
    for (const [name, member] of objects(one["$defs"])) visit(member, `${path}/$defs/${name}`);
    if (isObject(one["items"])) visit(one["items"], `${path}/items`);
    if (isObject(one["additionalProperties"])) visit(one["additionalProperties"], `${path}/additionalProperties`);
  };
  visit(schema, `${file}#`);
  return found;
};

/** An error of a validator: the keyword, where it stands in the value, and the member that is missing. */
export type SchemaError = {
  readonly keyword: string;
  readonly instancePath: string;
  readonly missing?: string;
  /** Whether the name of a member is wrong, and not its value. */
  readonly ofName?: boolean;
};

/** A document with the schema that it is read by, and the errors that it has there. */
export type Sample = { readonly file: string; readonly value: unknown; readonly errors: readonly SchemaError[] };

/**
 * What the samples leave open: keywords that no sample violates as its only fault, and limits, choices and optional
 * members that no sample without a fault shows.
 */
export const openKeywords = (
  schemas: Schemas,
  samples: readonly Sample[],
): { readonly refused: string[]; readonly accepted: string[] } => {
  const violated = new Set<string>();
  const shown = new Set<string>();
  for (const { file, value, errors } of samples) {
    const root = { schema: schemas.get(file) ?? {}, path: `${file}#` };
    const [error, second] = errors;
    if (error === undefined) walk(schemas, root, value, (place, part) => show(place, part, shown));
    else if (second === undefined) {
      const { keyword, instancePath, missing, ofName } = error;
      walk(schemas, root, value, ({ schema, path }, _part, at) => {
        if (typeof schema["$ref"] === "string" && `${instancePath}/`.startsWith(`${at}/`)) violated.add(`${path}/$ref`);
        if (at !== instancePath) return;
        if (ofName === true) {
          if ("propertyNames" in schema) violated.add(`${path}/propertyNames`);
        } else if (keyword in schema)
          violated.add([path, keyword, ...(missing === undefined ? [] : [missing])].join("/"));
      });
    }
  }
  const open = (list: readonly string[], done: ReadonlySet<string>): string[] => list.filter((one) => !done.has(one));
  return {
    refused: open(
      [...schemas].flatMap(([file, schema]) => refusals(file, schema)),
      violated,
    ),
    accepted: open(
      [...schemas].flatMap(([file, schema]) => edges(file, schema)),
      shown,
    ),
  };
};

const show = ({ schema, path }: Place, value: unknown, shown: Set<string>): void => {
  for (const [keyword, size] of Object.entries(LIMITS)) {
    if (keyword in schema && schema[keyword] === size(value)) shown.add(`${path}/${keyword}`);
  }
  if (Array.isArray(schema["enum"])) shown.add(`${path}/enum/${value}`);
  if (Array.isArray(schema["type"])) shown.add(`${path}/type/${typeof value === "number" ? "integer" : typeof value}`);
  if (!isObject(value)) return;
  for (const [name] of objects(schema["properties"]))
    shown.add(`${path}/${name in value ? "with" : "without"}/${name}`);
};
