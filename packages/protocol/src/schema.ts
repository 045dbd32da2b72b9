import { SettldError } from "./error.ts";
import type { Code } from "./gen/codes.ts";

/** What a validator compiled ahead of time from a JSON Schema leaves behind on failure. */
type SchemaFault = {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
};

/** A validator compiled ahead of time; `errors` holds the first fault of its last call. */
export type SchemaValidator = ((value: unknown) => boolean) & { errors?: readonly SchemaFault[] | null | undefined };

/**
 * Requires that a value matches a schema, and names the first place where it does not.
 *
 * @throws SettldError with the given code, the JSON Pointer of the fault, and what was expected there.
 */
export function assertSchema(validator: SchemaValidator, value: unknown, code: Code): void {
  if (validator(value)) return;
  const fault = validator.errors?.[0];
  if (fault === undefined) throw new Error("validator failed without a fault");
  throw new SettldError(code, `${fault.instancePath}: ${describe(fault)}`, { pointer: fault.instancePath });
}

function describe(fault: SchemaFault): string {
  const { params } = fault;
  switch (fault.keyword) {
    case "additionalProperties":
      return `expected no member ${JSON.stringify(params["additionalProperty"])}`;
    case "required":
      return `expected a member ${JSON.stringify(params["missingProperty"])}, found none`;
    case "const":
      return `expected ${JSON.stringify(params["allowedValue"])}`;
    case "enum":
      return `expected one of ${JSON.stringify(params["allowedValues"])}`;
    case "pattern":
      return `expected a text that matches ${String(params["pattern"])}`;
    default:
      return fault.message ?? fault.keyword;
  }
}
