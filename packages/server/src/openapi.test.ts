import { CODES } from "@settld/protocol";
import { expect, test } from "vitest";
import * as answers from "./gen/answers.js";
import { OPENAPI } from "./gen/openapi.ts";
import { ROUTES } from "./gen/routes.ts";
import * as validators from "./gen/validators.js";

const requests = new Map(Object.entries(validators));
const results = new Map(Object.entries(answers));

type Content = Readonly<Record<string, { readonly examples?: Readonly<Record<string, { readonly $ref: string }>> }>>;
type Operation = {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};

const paths = OPENAPI["paths"] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const { examples } = OPENAPI["components"] as { examples: Readonly<Record<string, { readonly value: unknown }>> };

const examplesOf = (content: Content | undefined): unknown[] =>
  Object.values(content?.["application/json"]?.examples ?? {}).map(
    ({ $ref }) => examples[$ref.split("/").at(-1) ?? ""]?.value,
  );

const operationOf = (path: string, method: string): Operation => {
  const operation = paths[path]?.[method.toLowerCase()];
  if (operation === undefined) {
    throw new Error(`the document has no ${method} ${path}`);
  }
  return operation;
};

test("every route is in the document, and the other way round", () => {
  const inDocument = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(ROUTES.map(({ method, path }) => `${method} ${path}`)).toEqual(inDocument);
});

test("every code of a route is one of the registry, at a status that the route answers", () => {
  for (const { operationId, codes, answers } of ROUTES) {
    for (const code of codes) {
      expect(answers[CODES[code].httpStatus], `${operationId} ${code}`).toBe("problem");
    }
  }
});

test("validators take the examples of bodies, and nothing more in them", () => {
  let seen = 0;
  for (const { method, path, body } of ROUTES) {
    for (const example of examplesOf(operationOf(path, method).requestBody?.content)) {
      const validator = body?.validator === undefined ? undefined : requests.get(body.validator);
      expect(validator?.(example), path).toBe(true);
      expect(validator?.({ ...(example as object), more: 1 }), path).toBe(false);
      seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(9);
});

test("validators of answers take the examples of answers, and nothing more in them", () => {
  let seen = 0;
  for (const { method, path, answers: names, success } of ROUTES) {
    for (const status of success) {
      const name = names[status];
      for (const example of examplesOf(operationOf(path, method).responses[status]?.content)) {
        const validator = name === undefined ? undefined : results.get(name);
        expect(validator?.(example), path).toBe(true);
        expect(validator?.({ ...(example as object), more: 1 }), path).toBe(false);
        seen += 1;
      }
    }
  }
  expect(seen).toBeGreaterThan(25);
});

test("validators of parameters want what stands in the path, and refuse what they do not know", () => {
  const agreement = `sha256:${"0".repeat(64)}`;
  const list = validators.agreementsListEventsParameters;
  expect(list({ agreement, limit: 100, from: 0 })).toBe(true);
  for (const wrong of [
    {},
    { agreement: "1" },
    { agreement, limit: 101 },
    { agreement, limit: "5" },
    { agreement, x: 1 },
  ]) {
    expect(list(wrong)).toBe(false);
  }
  expect(list({ agreement, from: -1 })).toBe(false);
  expect(list.errors?.[0]?.instancePath).toBe("/from");
});

test("every route that needs a key has a validator of its parameters", () => {
  for (const { operationId, isPublic, parameters } of ROUTES) {
    expect(parameters === undefined, operationId).toBe(isPublic);
    expect(parameters === undefined || typeof requests.get(parameters) === "function", operationId).toBe(true);
  }
});
