import { createHash } from "node:crypto";
import { Ajv, type AnySchemaObject } from "ajv";
import type { Case } from "./cases.ts";
import type { Program, Validators } from "./program.ts";
import { Runtime } from "./program.ts";
import { applyEdit, type Json, type SchemaEdit } from "./schema-mutants.ts";

type Schemas = ReadonlyMap<string, { readonly [keyword: string]: Json }>;

/** A document that some cases give to a validator, and what it says. */
type Document = { readonly value: unknown; readonly valid: boolean; readonly cases: Set<number> };

/**
 * Compiles changed schemas, and finds the cases that a change can matter to: those that give a validator a document on
 * which the changed one decides otherwise. Validators keep nothing from one document to the next, so no other case
 * can notice.
 */
export class SchemaJudge {
  readonly #schemas: Schemas;
  readonly #targets: Readonly<Record<string, string>>;
  readonly #validators: Validators;
  readonly #documents = new Map<string, Map<string, Document>>();

  constructor(schemas: Schemas, targets: Readonly<Record<string, string>>, validators: Validators) {
    this.#schemas = schemas;
    this.#targets = targets;
    this.#validators = validators;
  }

  /** Runs all cases once, and keeps what they give to validators. */
  async prepare(
    program: Program,
    cases: readonly Case[],
    onCase: () => void | Promise<void> = () => {},
  ): Promise<void> {
    let current = 0;
    const watched = Object.fromEntries(
      Object.entries(this.#validators).map(([name, validate]) => {
        const documents = new Map<string, Document>();
        this.#documents.set(name, documents);
        const watch = Object.assign(
          (value: unknown): boolean => {
            const valid = validate(value);
            const key = createHash("sha256").update(JSON.stringify(value)).digest("base64");
            const known = documents.get(key);
            if (known === undefined) documents.set(key, { value, valid, cases: new Set([current]) });
            else known.cases.add(current);
            watch.errors = (validate as { errors?: unknown }).errors;
            return valid;
          },
          { errors: undefined as unknown },
        );
        return [name, watch];
      }),
    );
    const { answer } = program(0, new Runtime(0, watched));
    for (const [index, one] of cases.entries()) {
      current = index;
      await onCase();
      await answer(one.op, one.read());
    }
    const compiled = this.#compile(this.#schemas, Object.keys(this.#targets));
    const differing = this.#affected(compiled);
    if (differing.size > 0) throw new Error("expected schemas compiled here to decide like the generated validators");
  }

  /** The validators with an edit, and the cases that may tell; `undefined` when there is nothing to compile any more. */
  edit(edit: SchemaEdit): { readonly validators: Validators; readonly cases: ReadonlySet<number> } | undefined {
    const schemas = applyEdit(this.#schemas, edit);
    let changed: Validators;
    try {
      changed = this.#compile(schemas, this.#using(String(edit.path[0]), edit.path.slice(1)));
    } catch {
      return undefined;
    }
    return { validators: { ...this.#validators, ...changed }, cases: this.#affected(changed) };
  }

  #affected(changed: Validators): Set<number> {
    const cases = new Set<number>();
    for (const [name, validate] of Object.entries(changed)) {
      for (const document of this.#documents.get(name)?.values() ?? []) {
        if (validate(document.value) !== document.valid) for (const index of document.cases) cases.add(index);
      }
    }
    return cases;
  }

  // Names of validators whose schema is, or refers to, the definition that an edit changes.
  #using(file: string, path: readonly (string | number)[]): string[] {
    const place = path[0] === "$defs" ? `${file}#/$defs/${path[1]}` : file;
    return Object.entries(this.#targets)
      .filter(([, target]) => this.#reach(target).has(place))
      .map(([name]) => name);
  }

  #reach(target: string, seen: Set<string> = new Set()): Set<string> {
    if (seen.has(target)) return seen;
    seen.add(target);
    const [file = "", fragment] = target.split("#");
    const { $defs = {}, ...whole } = this.#schemas.get(file) ?? {};
    const node = fragment === undefined ? whole : ($defs as Record<string, Json>)[fragment.slice("/$defs/".length)];
    for (const ref of refsOf(node ?? null)) this.#reach(ref.startsWith("#") ? file + ref : ref, seen);
    return seen;
  }

  #compile(schemas: Schemas, names: readonly string[]): Validators {
    const ajv = new Ajv({
      // As the generator of the validators, but not strict: a loosened schema is a poor schema on purpose.
      strict: false,
      discriminator: true,
      allErrors: false,
      ownProperties: true,
      validateFormats: false,
      inlineRefs: false,
      logger: false,
      validateSchema: false,
      schemas: [...schemas.values()].map(({ $schema: _, ...schema }) => schema as AnySchemaObject),
    });
    const bases = new Map([...schemas].map(([name, { $id }]) => [name, String($id)]));
    return Object.fromEntries(
      names.map((name) => {
        const [file = "", fragment] = (this.#targets[name] ?? "").split("#");
        const validate = ajv.getSchema(`${bases.get(file)}${fragment === undefined ? "" : `#${fragment}`}`);
        if (validate === undefined) throw new Error(`no schema ${this.#targets[name]}`);
        return [name, validate as (value: unknown) => boolean];
      }),
    );
  }
}

const refsOf = function* (node: Json): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === "$ref" && typeof value === "string") yield value;
    else yield* refsOf(value);
  }
};
