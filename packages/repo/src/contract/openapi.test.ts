import { expect, test } from "vitest";
import type { Level } from "./difference.ts";
import { diffOpenApi, type OpenApiState } from "./openapi.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests change arbitrary places.
type Any = any;

/** A small API: one write, one public read, a shared answer, and a schema that both directions reach. */
const makeApi = (): Any => ({
  operations: {
    "POST /v1/things": {
      id: "things.create",
      scope: "things:write",
      parameters: {
        "header Idempotency-Key": { required: true, schema: { type: "string", maxLength: 64 } },
        "query limit": { required: false, schema: { type: "integer", maximum: 100 } },
      },
      body: { required: true, content: { "application/json": { $ref: "#/components/schemas/NewThing" } } },
      answers: {
        "201": {
          headers: { ETag: { type: "string" } },
          content: { "application/json": { $ref: "#/components/schemas/Thing" } },
          codes: [],
        },
        "409": "Conflict",
      },
    },
    "GET /healthz": { id: "server.health", scope: "public", parameters: {}, body: null, answers: { "200": "Health" } },
  },
  answers: {
    Conflict: { headers: {}, content: {}, codes: ["HTTP_A", "HTTP_B"] },
    Health: { headers: {}, content: {}, codes: [] },
  },
  schemas: {
    NewThing: {
      type: "object",
      properties: { name: { type: "string", maxLength: 8 }, money: { $ref: "#/components/schemas/Money" } },
      required: ["name"],
      additionalProperties: false,
    },
    Thing: {
      type: "object",
      properties: {
        id: { type: "string" },
        state: { enum: ["a", "b"] },
        money: { $ref: "#/components/schemas/Money" },
      },
      required: ["id", "state"],
      additionalProperties: false,
    },
    Money: { type: "object", properties: { value: { type: "string" } }, required: [], additionalProperties: false },
  },
});

const post = ({ operations }: Any): Any => operations["POST /v1/things"];

const rules: readonly [rule: string, level: Level, change: (api: Any) => unknown, where: RegExp][] = [
  ["operation removed", "breaking", ({ operations }) => delete operations["GET /healthz"], /GET \/healthz$/],
  ["operation added", "additive", (api) => (api.operations["GET /v1/things"] = post(api)), /GET \/v1\/things$/],
  ["operationId changed", "breaking", (api) => (post(api).id = "things.make"), /POST \/v1\/things$/],
  ["scope changed", "breaking", (api) => (post(api).scope = "operator"), /POST \/v1\/things$/],
  ["public no more", "breaking", ({ operations }) => (operations["GET /healthz"].scope = ""), /GET \/healthz$/],
  ["public now", "additive", (api) => (post(api).scope = "public"), /POST \/v1\/things$/],
  ["parameter removed", "breaking", (api) => delete post(api).parameters["query limit"], /query limit$/],
  [
    "required parameter added",
    "breaking",
    (api) => (post(api).parameters["query x"] = { required: true, schema: {} }),
    /query x$/,
  ],
  [
    "optional parameter added",
    "additive",
    (api) => (post(api).parameters["query x"] = { required: false, schema: {} }),
    /query x$/,
  ],
  [
    "parameter now required",
    "breaking",
    (api) => (post(api).parameters["query limit"].required = true),
    /query limit$/,
  ],
  [
    "parameter no longer required",
    "additive",
    (api) => (post(api).parameters["header Idempotency-Key"].required = false),
    /Idempotency-Key$/,
  ],
  [
    "parameter narrowed",
    "breaking",
    (api) => (post(api).parameters["query limit"].schema.maximum = 50),
    /query limit#\/maximum$/,
  ],
  [
    "parameter widened",
    "additive",
    (api) => (post(api).parameters["query limit"].schema.maximum = 500),
    /query limit#\/maximum$/,
  ],
  ["body removed", "breaking", (api) => (post(api).body = null), /body$/],
  [
    "required body added",
    "breaking",
    ({ operations }) => (operations["GET /healthz"].body = { required: true, content: {} }),
    /healthz body$/,
  ],
  [
    "optional body added",
    "additive",
    ({ operations }) => (operations["GET /healthz"].body = { required: false, content: {} }),
    /healthz body$/,
  ],
  ["media type of a body removed", "breaking", (api) => (post(api).body.content = {}), /body application\/json$/],
  ["media type of a body added", "additive", (api) => (post(api).body.content["text/csv"] = {}), /body text\/csv$/],
  ["answer removed", "breaking", (api) => delete post(api).answers["409"], /409$/],
  ["new success", "breaking", (api) => (post(api).answers["200"] = "Health"), /200$/],
  ["new failure", "additive", (api) => (post(api).answers["422"] = "Conflict"), /422$/],
  ["header of an answer removed", "breaking", (api) => delete post(api).answers["201"].headers.ETag, /header ETag$/],
  ["header of an answer added", "additive", (api) => (post(api).answers["201"].headers.X = {}), /header X$/],
  ["code of an answer removed", "breaking", ({ answers }) => answers.Conflict.codes.pop(), /409 code HTTP_B$/],
  ["code of an answer added", "additive", ({ answers }) => answers.Conflict.codes.push("HTTP_C"), /409 code HTTP_C$/],
  [
    "new required member of a request",
    "breaking",
    ({ schemas }) => schemas.NewThing.required.push("money"),
    /NewThing#\/required$/,
  ],
  [
    "new optional member of a request",
    "additive",
    ({ schemas }) => (schemas.NewThing.properties.more = {}),
    /NewThing#\/properties\/more$/,
  ],
  ["member of a request removed", "breaking", ({ schemas }) => delete schemas.NewThing.properties.money, /money$/],
  [
    "limit of a request relaxed",
    "additive",
    ({ schemas }) => (schemas.NewThing.properties.name.maxLength = 9),
    /maxLength$/,
  ],
  [
    "limit of a request tightened",
    "breaking",
    ({ schemas }) => (schemas.NewThing.properties.name.maxLength = 7),
    /maxLength$/,
  ],
  ["new member of an answer", "additive", ({ schemas }) => (schemas.Thing.properties.more = {}), /Thing.*more$/],
  ["member of an answer removed", "breaking", ({ schemas }) => delete schemas.Thing.properties.id, /properties\/id$/],
  [
    "member of an answer may be missing",
    "breaking",
    ({ schemas }) => schemas.Thing.required.pop(),
    /Thing#\/required$/,
  ],
  [
    "member of an answer is always there",
    "additive",
    ({ schemas }) => schemas.Thing.required.push("money"),
    /required$/,
  ],
  [
    "new value in an answer",
    "breaking",
    ({ schemas }) => schemas.Thing.properties.state.enum.push("c"),
    /state\/enum$/,
  ],
  [
    "value of an answer removed",
    "additive",
    ({ schemas }) => schemas.Thing.properties.state.enum.pop(),
    /state\/enum$/,
  ],
  [
    "schema of both directions relaxed",
    "breaking",
    ({ schemas }) => (schemas.Money.properties.value.type = ["string", "integer"]),
    /Money.*type$/,
  ],
  ["component added", "additive", ({ schemas }) => (schemas.New = {}), /New$/],
  ["component removed", "breaking", ({ schemas }) => delete schemas.Money, /Money$/],
];

test.each(rules)("%s is %s", (_rule, level, change, where) => {
  const now = makeApi();
  change(now);
  const findings = diffOpenApi(makeApi() as OpenApiState, now);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ level, where: expect.stringMatching(where) });
  expect(findings[0]?.where).toMatch(/^schemas\/openapi\.json /);
});

test.each<[string, (api: Any) => unknown]>([
  ["nothing", () => undefined],
  ["order of operations", (api) => (api.operations = Object.fromEntries(Object.entries(api.operations).reverse()))],
  ["order of required names", ({ schemas }) => schemas.Thing.required.reverse()],
  [
    "an answer written out instead of shared",
    (api) => (post(api).answers["409"] = { headers: {}, content: {}, codes: ["HTTP_A", "HTTP_B"] }),
  ],
])("twin: %s is no difference", (_what, change) => {
  const now = makeApi();
  change(now);
  expect(diffOpenApi(makeApi() as OpenApiState, now)).toEqual([]);
});

test("a document that goes breaks, one that comes adds", () => {
  expect(diffOpenApi(makeApi() as OpenApiState, undefined)).toMatchObject([{ level: "breaking" }]);
  expect(diffOpenApi(undefined, makeApi() as OpenApiState)).toMatchObject([{ level: "additive" }]);
});
