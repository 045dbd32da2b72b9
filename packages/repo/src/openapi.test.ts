import { join } from "node:path";
import { createConfig, lint, lintFromString } from "@redocly/openapi-core";
import {
  digestOf,
  type Envelope,
  EVENT_TYPES,
  LIMITS,
  PAYLOAD_TYPES,
  pae,
  parseEnvelope,
  parseEvent,
  parseJson,
  thumbprint,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { testCast } from "@settld/testkit";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { readClauses } from "./contract/clauses.ts";
import { bundleOpenApi, type OpenApi, openApiPath, readOpenApi } from "./gen/openapi.ts";
import { generateOpenApiTypes } from "./gen/openapi-code.ts";
import { readCodeRegistry } from "./gen/registry.ts";
import { readSchemaFiles } from "./gen/schema-set.ts";
import { checkOpenApi, type OpenApiContext, outsideRefs } from "./openapi.ts";
import { root } from "./workspace.ts";

const files = readSchemaFiles(root);
const context: OpenApiContext = {
  registry: readCodeRegistry(root),
  clauses: new Map(readClauses(root).map(({ id, file }) => [id, file])),
  files,
};

const read = (): OpenApi => {
  const document = readOpenApi(root);
  if (document === undefined) {
    throw new Error(`${openApiPath} is missing`);
  }
  return document;
};

// `/healthz` and its like refuse nothing, so a rule of ours asks for refusals where there is something to refuse.
const config = await createConfig({ extends: ["recommended-strict"], rules: { "operation-4xx-response": "off" } });

const sentences = (problems: Awaited<ReturnType<typeof lint>>): string[] =>
  problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ""}`);

const examples = (): OpenApi["components"]["examples"] => read().components.examples;

/** Every envelope inside a value, with its place. */
const envelopesIn = (where: string, value: unknown): [string, Envelope][] => {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const inside = Object.entries(value).flatMap(([name, member]) => envelopesIn(`${where}/${name}`, member));
  return "payloadType" in value ? [[where, value as Envelope], ...inside] : inside;
};

/** A linter's judgement of text that stands beside the real document. */
const lintText = async (document: unknown): Promise<string[]> =>
  sentences(
    await lintFromString({
      source: JSON.stringify(document),
      absoluteRef: join(root, "schemas/other.json"),
      config,
    }),
  );

describe("the document", () => {
  test("a linter finds nothing in it, nor in the bundle that a server serves", async () => {
    expect(sentences(await lint({ ref: join(root, openApiPath), config }))).toEqual([]);
    expect(await lintText(bundleOpenApi(read(), files))).toEqual([]);
  });

  test("our own rules find nothing in it", () => {
    expect(checkOpenApi(read(), context)).toEqual([]);
  });

  test("the bundle refers to nothing outside of itself, and keeps every operation", () => {
    const document = read();
    expect(outsideRefs(document, files)).toEqual([]);
    const bundle = bundleOpenApi(document, files);
    expect(Object.keys(bundle.paths)).toEqual(Object.keys(document.paths));
    expect(bundle.components.schemas["EventPayload"]?.["discriminator"]).toMatchObject({
      mapping: { "agreement.offered": "#/components/schemas/AgreementOffered" },
    });
  });

  test("a component may not take the name of a protocol type, because in the bundle they are neighbours", () => {
    const document = structuredClone(read());
    const schemas = document.components.schemas as Record<string, unknown>;
    schemas["Amount"] = { title: "Amount", description: "Another one.", type: "string" };
    expect(() => bundleOpenApi(document, files)).toThrow(/component Amount has the name of a type/);
  });

  test("types come from the protocol where it has them, and objects of answers have no room for the unknown", async () => {
    const types = (await generateOpenApiTypes(read(), files)).get("packages/sdk/src/gen/api.ts") ?? "";
    expect(types).toMatch(/^import type \{ .*\bDigest, Envelope, .*\} from "@settld\/protocol";$/m);
    expect(types).toContain("export type OfferRequest = Envelope;");
    expect(types).toContain("readonly limit?: number;");
    expect(types).not.toContain("[name: string]: unknown");
    expect(types).not.toMatch(/^export type Amount =/m);
  });

  test("its event types are those of the protocol", () => {
    expect(read().components.schemas["EventType"]?.["enum"]).toEqual(EVENT_TYPES);
  });
});

describe("the linter sees", () => {
  // biome-ignore lint/suspicious/noExplicitAny: twins bend the document into shapes that no type allows.
  const twins: readonly (readonly [string, (document: any) => void, RegExp])[] = [
    ["a missing answer", (d) => delete d.paths["/v1/agreements"].get.responses["200"], /operation-2xx-response/],
    ["a reference to nothing", (d) => delete d.components.schemas.Money, /no-unresolved-refs/],
    ["an example that is none", (d) => (d.components.examples.Agreement.value.events = "2"), /examples/],
    ["a parameter of no path", (d) => (d.components.parameters.Agreement.name = "deal"), /path-parameters-defined/],
    ["an operation twice", (d) => (d.paths["/v1/trust"].put.operationId = "trust.retrieve"), /operationId-unique/],
    ["a component without a use", (d) => (d.components.schemas.Extra = { type: "string" }), /no-unused-components/],
    ["a keyword that is none", (d) => (d.components.schemas.Money.additionalProps = false), /struct/],
  ];

  test.each(twins)("%s", async (_name, bend, expected) => {
    const document = structuredClone(read());
    bend(document);
    expect((await lintText(document)).join("\n")).toMatch(expected);
  });
});

describe("our rules see", () => {
  // biome-ignore lint/suspicious/noExplicitAny: twins bend the document into shapes that no type allows.
  const twins: readonly (readonly [string, (document: any) => void, RegExp])[] = [
    ["an operation of no resource", (d) => (d.paths["/v1/trust"].put.operationId = "importTrust"), /resource\.verb/],
    ["a tag that is none", (d) => (d.paths["/v1/trust"].put.tags = ["Other"]), /one tag/],
    ["a long summary", (d) => (d.paths["/v1/trust"].put.summary = "Import it."), /short phrase/],
    ["an open route", (d) => (d.paths["/v1/trust"].get.security = []), /open without a key/],
    ["a closed probe", (d) => delete d.paths["/healthz"].get.security, /wants a key/],
    ["a route without a scope", (d) => delete d.paths["/v1/trust"].put["x-settld-scope"], /none of the scopes/],
    ["a scope that opens nothing", (d) => d.components.schemas.Scope.enum.push("moon:write"), /opens no route/],
    ["a POST without its key", (d) => d.paths["/v1/deposits"].post.parameters.pop(), /POST without Idempotency-Key/],
    [
      "a key where repeating is safe",
      (d) => d.paths["/v1/trust"].put.parameters.push({ $ref: "#/components/parameters/IdempotencyKey" }),
      /may be repeated anyway/,
    ],
    ["a missing answer", (d) => delete d.paths["/v1/trust"].get.responses["401"], /HTTP_UNAUTHENTICATED/],
    ["a path without 404", (d) => delete d.paths["/v1/keys/{key}"].delete.responses["404"], /HTTP_NOT_FOUND/],
    ["If-Match without 412", (d) => delete d.paths["/v1/agreements/{agreement}/fund"].post.responses["412"], /PRECOND/],
    ["If-None-Match without 304", (d) => delete d.paths["/v1/agreements/{agreement}"].get.responses["304"], /and 304/],
    ["a route outside of /v1", (d) => (d.paths["/v2/keys"] = d.paths["/v1/keys"]), /under \/v1\//],
    ["an answer without its id", (d) => delete d.components.responses.NotFound.headers["Settld-Request"], /Settld-Req/],
    ["429 without a time", (d) => delete d.components.responses.RateLimited.headers["Retry-After"], /Retry-After/],
    [
      "an agreement without its tag",
      (d) => delete d.paths["/v1/agreements/{agreement}"].get.responses["200"].headers.ETag,
      /ETag/,
    ],
    [
      "a refusal in plain JSON",
      (d) => {
        const { content } = d.components.responses.NotFound;
        content["application/json"] = content["application/problem+json"];
        delete content["application/problem+json"];
      },
      /404 is no application\/problem\+json/,
    ],
    ["a refusal without codes", (d) => delete d.components.responses.NotFound["x-settld-codes"], /stands on refusals/],
    [
      "an answer without an example",
      (d) => delete d.paths["/v1/keys"].get.responses["200"].content["application/json"].examples,
      /no example/,
    ],
    ["a list without pages", (d) => d.paths["/v1/parties"].get.parameters.pop(), /without limit and cursor/],
    ["a list of another form", (d) => delete d.components.schemas.ApiKeyList.properties.hasMore, /is no \{object/],
    [
      "a code that is none",
      (d) => d.components.responses.NotFound["x-settld-codes"].push("HTTP_GONE"),
      /not in the reg/,
    ],
    [
      "a code of another status",
      (d) => d.components.responses.NotFound["x-settld-codes"].push("HTTP_BODY"),
      /status 400/,
    ],
    ["a code twice", (d) => d.components.responses.NotFound["x-settld-codes"].push("HTTP_NOT_FOUND"), /stands twice/],
    [
      "an example that the registry belies",
      (d) =>
        (d.components.responses.NotFound.content["application/problem+json"].examples.HTTP_NOT_FOUND.value.title =
          "No."),
      /title of its example/,
    ],
    ["a code that nobody gives", (d) => delete d["x-settld-codes-elsewhere"].KEY_TEST, /KEY_TEST of STORE-4/],
    ["a code that a route gives after all", (d) => (d["x-settld-codes-elsewhere"].TIME_SKEW = "Never."), /by a route/],
    ["an open request", (d) => delete d.components.schemas.CreateDeposit.additionalProperties, /nobody reads/],
    ["a member in another style", (d) => (d.components.schemas.Money.properties.asset_code = {}), /likeThis/],
    ["a schema without a name", (d) => delete d.components.schemas.Money.title, /a title that is its name/],
    ["a clause that is not there", (d) => (d.tags[0].description = "By HTTP-99."), /HTTP-99/],
    ["another revision", (d) => (d.info.version = "1.0.0"), /revision of the registry/],
  ];

  test.each(twins)("%s", (_name, bend, expected) => {
    const document = structuredClone(read());
    bend(document);
    expect(checkOpenApi(document, context).join("\n")).toMatch(expected);
  });
});

describe("examples", () => {
  const keys = new Map<string, Uint8Array>();
  const envelopes = Object.entries(examples()).flatMap(([name, { value }]) => envelopesIn(name, value));

  beforeAll(async () => {
    for (const { publicKey } of Object.values(await testCast())) {
      keys.set(thumbprint(publicKey), publicKey);
    }
  });

  test.each(envelopes)("%s is really signed", async (_where, envelope) => {
    const { payload, payloadType, signatures } = parseEnvelope(envelope, {
      payloadType: envelope.payloadType,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 2,
    });
    const value = parseJson(payload, { canonical: true });
    expect(payloadType === PAYLOAD_TYPES.event ? parseEvent(value, payload.length) : value).toEqual(value);
    for (const { keyid, sig } of signatures) {
      const key = keys.get(keyid);
      expect(key).toBeDefined();
      expect(await verifyEd25519(defaultCrypto, key ?? new Uint8Array(32), pae(payloadType, payload), sig)).toBe(
        undefined,
      );
    }
  });

  test("their digests are those of their payloads", () => {
    const offered = examples()["Offered"]?.value as {
      readonly agreement: { readonly id: string };
      readonly event: { readonly digest: string };
      readonly appended: readonly [{ readonly envelope: Envelope }];
    };
    const digest = digestOf(Buffer.from(offered.appended[0].envelope.payload, "base64"));
    expect([offered.agreement.id, offered.event.digest]).toEqual([digest, digest]);
  });
});

describe("an entry of an account log", () => {
  const ajv = new Ajv2020({ strict: false, schemas: files.map(({ schema }) => schema) });
  const isEntry = (value: unknown): boolean => ajv.validate("https://settld.dev/schemas/account.schema.json", value);
  const [, envelope] = envelopesIn("Entries", examples()["Entries"])[0] ?? [];
  const payload = Buffer.from(envelope?.payload ?? "", "base64");
  const entry = parseJson(payload) as Readonly<Record<string, unknown>>;
  const prev = digestOf(payload);

  test("names the one before, except for the first", () => {
    expect(isEntry(entry)).toBe(true);
    expect(isEntry({ ...entry, seq: 1, prev })).toBe(true);
    expect(isEntry({ ...entry, seq: 1 })).toBe(false);
    expect(isEntry({ ...entry, prev })).toBe(false);
  });

  test("moves a positive sum of a party, and nothing else", () => {
    for (const twin of [
      { value: "0" },
      { value: "-1" },
      { type: "deposit.returned" },
      { account: { owner: "nobody", assetCode: "USD", assetScale: 2 } },
      { note: "hello" },
      { seq: -1, prev },
    ]) {
      expect(isEntry({ ...entry, ...twin })).toBe(false);
    }
  });
});
