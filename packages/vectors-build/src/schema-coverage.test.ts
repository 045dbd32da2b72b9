import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { expanded } from "./format.ts";
import { openKeywords, type Sample, type Schemas } from "./schema-coverage.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));

const schemas: Schemas = new Map(
  ["common", "event", "trust", "receipt"].map((name) => [
    `${name}.schema.json`,
    read(`schemas/${name}.schema.json`) as Record<string, unknown>,
  ]),
);
// All errors, so that a sample with one has one fault; the discriminator picks the branch that is meant.
const ajv = new Ajv2020({ allErrors: true, discriminator: true, strict: false });
for (const schema of schemas.values()) ajv.addSchema(schema);

const errorsOf = (file: string, value: unknown): Sample["errors"] => {
  const validate = ajv.getSchema(`https://settld.dev/schemas/${file}`);
  validate?.(value);
  return (
    (validate?.errors ?? [])
      // These two come with another error, about the same thing.
      .filter(({ keyword }) => keyword !== "propertyNames" && keyword !== "discriminator")
      .map(({ keyword, instancePath, params, propertyName }: ErrorObject) => ({
        keyword,
        instancePath,
        ...(keyword === "required" ? { missing: params["missingProperty"] as string } : {}),
        ...(propertyName === undefined ? {} : { ofName: true }),
      }))
  );
};

type Test = {
  readonly verdict: string;
  readonly code: string | null;
  readonly index?: number;
  readonly input: Readonly<Record<string, unknown>>;
};
type File = {
  readonly op: string;
  readonly testGroups: readonly { readonly input?: object; readonly tests: readonly Test[] }[];
};

const json = (base64: unknown): unknown => {
  try {
    return JSON.parse(Buffer.from(base64 as string, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
};
const payloadsOf = (bundle: unknown): readonly (readonly [type: string, value: unknown])[] =>
  Buffer.from(bundle as string, "base64")
    .toString("utf8")
    .split("\n")
    .flatMap((line) => {
      const envelope = json(Buffer.from(line).toString("base64")) as
        | { payloadType?: string; payload?: string }
        | undefined;
      return envelope?.payload === undefined ? [] : [[envelope.payloadType ?? "", json(envelope.payload)] as const];
    });

/** The documents that a test is about: each must be valid when the test is accepted, one of them not when a schema decides. */
const documentsOf = (op: string, { input, code }: Test): readonly (readonly [file: string, value: unknown])[] => {
  if (op === "log.reduce") {
    const log = [...((input["prefix"] as unknown[] | undefined) ?? []), ...(input["events"] as unknown[])];
    return log.map((payload) => ["event.schema.json", json(payload)] as const);
  }
  if (op === "trust.evaluate") return [["trust.schema.json", json(input["trust"])]];
  if (op === "bundle.verify" && code === "RECEIPT_SCHEMA") {
    return payloadsOf(input["bundle"])
      .filter(([type]) => type === "application/vnd.in-toto+json")
      .map(([, value]) => ["receipt.schema.json", value] as const);
  }
  if (op === "bundle.verify" && code === null) {
    return payloadsOf(input["bundle"]).map(([type, value]) => [
      type.includes("in-toto")
        ? "receipt.schema.json"
        : type.includes("trust")
          ? "trust.schema.json"
          : "event.schema.json",
      value,
    ]);
  }
  return [];
};

const SCHEMA_CODES = ["EVENT_SCHEMA", "TRUST_SCHEMA", "RECEIPT_SCHEMA"];

const samples: readonly Sample[] = globSync("*/*.json", { cwd: join(root, "vectors"), exclude: ["requirements/**"] })
  .map((path) => read(`vectors/${path}`) as File)
  .flatMap(({ op, testGroups }) =>
    testGroups.flatMap((group) =>
      group.tests.flatMap((one) =>
        documentsOf(op, { ...one, input: expanded({ ...group.input, ...one.input }) as Test["input"] })
          .filter(([, value]) => value !== undefined)
          .map(([file, value]) => ({ file, value, errors: errorsOf(file, value) }))
          // What is malformed and refused for something else shows nothing about the schema.
          .filter(({ errors }) => errors.length === 0 || SCHEMA_CODES.includes(one.code ?? "")),
      ),
    ),
  );

/** What no vector can show, and why. */
const UNREACHABLE: readonly (readonly [place: RegExp, reason: string])[] = [
  [/^refused event\S+\/(?:required\/type|properties\/type\/const)$/, "without a type there is no schema (EVENT-3)"],
  [/^refused event\S+\/(?:required\/kind|properties\/kind\/const)$/, "without a kind there is no branch (POLICY-2)"],
  [/^refused event\S+\$defs\/[A-Za-z]+\/type$/, "what is no object has no type or kind that leads to this branch"],
  [/^refused \S+\/(?:size|value|below|version)\/m\w+imum$/, "what lies beyond is no integer of strict JSON (JSON-8)"],
  [/^accepted receipt\S+\/events\/m\w+imum$/, "a closed log has two events at least, and at most 1000"],
];

test("every keyword refuses a vector by itself, and every limit, choice and optional member is accepted in one", () => {
  expect(samples.length).toBeGreaterThan(1000);
  const { refused, accepted } = openKeywords(schemas, samples);
  const open = [...refused.map((one) => `refused ${one}`), ...accepted.map((one) => `accepted ${one}`)];
  expect(open.filter((one) => !UNREACHABLE.some(([place]) => place.test(one)))).toEqual([]);
  expect(UNREACHABLE.filter(([place]) => !open.some((one) => place.test(one)))).toEqual([]);
});

test("red: a keyword that nothing violates, and a limit that nothing reaches", () => {
  const schema = { type: "object", properties: { n: { type: "integer", minimum: 3 } }, required: ["n"] };
  const one = new Map([["x", schema]]);
  const good: Sample = { file: "x", value: { n: 3 }, errors: [] };
  const small: Sample = { file: "x", value: { n: 2 }, errors: [{ keyword: "minimum", instancePath: "/n" }] };
  const none: Sample = { file: "x", value: {}, errors: [{ keyword: "required", instancePath: "", missing: "n" }] };
  const text: Sample = { file: "x", value: { n: "" }, errors: [{ keyword: "type", instancePath: "/n" }] };
  const list: Sample = { file: "x", value: [], errors: [{ keyword: "type", instancePath: "" }] };
  const all = [good, small, none, text, list];
  expect(openKeywords(one, all)).toEqual({ refused: [], accepted: [] });
  const without = (sample: Sample): unknown =>
    openKeywords(
      one,
      all.filter((other) => other !== sample),
    );
  expect(without(good)).toEqual({ refused: [], accepted: ["x#/properties/n/minimum"] });
  expect(without(small)).toEqual({ refused: ["x#/properties/n/minimum"], accepted: [] });
  expect(without(none)).toEqual({ refused: ["x#/required/n"], accepted: [] });
  expect(without(text)).toEqual({ refused: ["x#/properties/n/type"], accepted: [] });
  expect(without(list)).toEqual({ refused: ["x#/type"], accepted: [] });
});
