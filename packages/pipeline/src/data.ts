import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { readJson, root } from "./files.ts";

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });

/** A file of planning data that is not as it should be. */
export class DataError extends Error {}

/**
 * Reads a data file, JSON or YAML, and holds it against its schema.
 *
 * @param schema - path of the schema from the root.
 * @throws DataError with every place that does not fit.
 */
export const readData = <T>(base: string, path: string, schema: string): T => {
  const file = join(base, path);
  if (!existsSync(file)) throw new DataError(`${path}: expected a file, found none`);
  const text = readFileSync(file, "utf8");
  let value: unknown;
  try {
    value = path.endsWith(".yaml") ? parse(text) : JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`);
  }
  assertData(value, path, schema);
  return value as T;
};

/**
 * Holds a value against a schema.
 *
 * @throws DataError with every place that does not fit.
 */
export const assertData = (value: unknown, path: string, schema: string): void => {
  const key = join(root, schema);
  const valid = ajv.getSchema(key) ?? ajv.addSchema(readJson<object>(key), key).getSchema(key);
  if (valid === undefined) throw new Error(`${schema} does not compile`);
  if (valid(value)) return;
  const faults = (valid.errors ?? []).map(
    ({ instancePath, message, params }) => `${path}${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
  throw new DataError(faults.join("\n"));
};

/** Where the schemas of this package are. */
export const SCHEMAS = "packages/pipeline/schemas";
