import { CODES } from "@settld/protocol";
import type { AuditKind } from "../api.ts";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import type { Notes } from "../scene.ts";
import { listAt, textAt } from "../values.ts";
import type { World } from "../world.ts";

// Longest JSON body (HTTP-1).
const BODY_BYTES_MAX = 2_097_152;

const raw = (body: string): Uint8Array => Buffer.from(body);
const json = { "content-type": "application/json" };

// What every answer so far had to be; with a filter there may be few, so some are asked for here.
const audit = async (world: World, notes: Notes, ...kinds: readonly AuditKind[]): Promise<undefined> => {
  const { buyer } = await world.cast(notes);
  const { apiKey } = buyer.tenant;
  await world.api.call(apiKey, "account.retrieve");
  await world.api.call(apiKey, "agreements.list");
  await world.api.call(apiKey, "accounts.list");
  await world.api.call(apiKey, "parties.list");
  await world.api.call(undefined, "account.retrieve");
  await world.api.call(apiKey, "agreements.list", { query: { limit: 101 } });
  await world.api.call(apiKey, "withdrawals.create", { body: {} });
  await world.api.call(apiKey, "audit.retrieve");
  await world.api.raw(apiKey, "GET", "/v1/nothing");
  for (const kind of kinds) notes.differences.push(...world.api.faults(kind));
};

const scenarios: readonly Scenario[] = [
  {
    id: "http-body-not-json",
    clause: "HTTP-1",
    why: "A body that is no strict JSON has the code of area JSON.",
    code: "JSON_SYNTAX",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      return world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body: raw('{"party":'), headers: json });
    },
  },
  {
    id: "http-body-duplicate-name",
    clause: "HTTP-1",
    why: "Two members of one name are two readings of one request.",
    code: "JSON_DUPLICATE_NAME",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = raw('{"destination":"a","destination":"b"}');
      return world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body, headers: json });
    },
  },
  {
    id: "http-body-schema",
    clause: "HTTP-1",
    why: "A body that does not match its schema is refused, and the refusal names the place.",
    code: "HTTP_BODY",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = { party: buyer.id, amount: { value: "-1", ...world.asset }, destination: "somewhere" };
      const reply = await world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body });
      notes.same("pointer", textAt(reply.body, "pointer"), "/amount/value");
      return reply;
    },
  },
  {
    id: "http-body-unknown-member",
    clause: "HTTP-1",
    why: "A member that the schema does not have may be a misspelt one, so it is not ignored.",
    code: "HTTP_BODY",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = { party: buyer.id, amount: { value: "1", ...world.asset }, destination: "x", more: 1 };
      return world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body });
    },
  },
  {
    id: "http-query-value",
    clause: "HTTP-1",
    why: "A query parameter out of its range is refused and named.",
    code: "HTTP_PARAMETER",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const reply = await world.api.call(buyer.tenant.apiKey, "agreements.list", { query: { limit: 101 } });
      notes.same("pointer", textAt(reply.body, "pointer"), "/limit");
      return reply;
    },
  },
  {
    id: "http-query-unknown",
    clause: "HTTP-1",
    why: "An unknown parameter would be a filter that filters nothing.",
    code: "HTTP_PARAMETER",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      return world.api.call(buyer.tenant.apiKey, "agreements.list", { query: { statuss: "closed" } });
    },
  },
  {
    id: "http-path-value",
    clause: "HTTP-1",
    why: "A path parameter that is no digest is refused as one, whoever asks.",
    code: "HTTP_PARAMETER",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      return world.api.call(buyer.tenant.apiKey, "agreements.retrieve", { path: { agreement: "sha256:1" } });
    },
  },
  {
    id: "http-media-type",
    clause: "HTTP-1",
    why: "A body of another media type is not read.",
    code: "HTTP_MEDIA_TYPE",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const headers = { "content-type": "text/plain" };
      return world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body: raw("{}"), headers });
    },
  },
  {
    id: "http-body-too-large",
    clause: "HTTP-1",
    why: "A body over the limit is refused and not parsed.",
    code: "HTTP_TOO_LARGE",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const body = raw(`{"destination":"${"x".repeat(BODY_BYTES_MAX)}"}`);
      return world.api.call(buyer.tenant.apiKey, "withdrawals.create", { body, headers: json });
    },
  },
  {
    id: "http-route-unknown",
    clause: "HTTP-3",
    why: "A route that does not exist is not found.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      return world.api.raw(buyer.tenant.apiKey, "GET", "/v1/no-such-thing");
    },
  },
  {
    id: "http-method",
    clause: "HTTP-3",
    why: "Another method of a route that exists says which ones there are.",
    code: "HTTP_METHOD",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const reply = await world.api.raw(buyer.tenant.apiKey, "DELETE", "/v1/account");
      const allow = reply.headers.get("allow") ?? "none";
      notes.check(/\bGET\b/.test(allow), "Allow", "GET in it", allow);
      return reply;
    },
  },
  {
    id: "http-openapi-served",
    clause: "HTTP-4",
    why: "A server hands out the document that describes it, to everybody, and it has every operation of the specification.",
    run: async (world, notes) => {
      const { servedText, served, api } = world;
      const version = textAt(servedText, "openapi");
      notes.check(/^3\.1\.\d+$/.test(version), "openapi", "3.1", version);
      for (const { id, method, path } of api.own.operations.values()) {
        const found = served.operations.get(id);
        const text = found === undefined ? "none" : `${found.method} ${found.path}`;
        notes.same(`operation ${id}`, text, `${method} ${path}`);
      }
      return undefined;
    },
  },
  {
    id: "http-public-routes",
    clause: "HTTP-4",
    why: "Probes, the API document and the keys are open to everybody.",
    run: async (world, notes) => {
      for (const operation of ["server.health", "server.ready", "server.openapi", "server.jwks"]) {
        notes.ok(await world.api.call(undefined, operation), 200);
      }
      return undefined;
    },
  },
  {
    id: "http-refusals-are-problems",
    clause: "HTTP-2",
    why: "Every refusal of the whole run is a problem document with a code of the registry, and its status and clause.",
    last: true,
    run: (world, notes) => audit(world, notes, "problem"),
  },
  {
    id: "http-codes-as-documented",
    clause: "HTTP-2",
    why: "An operation refuses with the codes that its document names at that status.",
    last: true,
    run: (world, notes) => audit(world, notes, "codes"),
  },
  {
    id: "http-answers-have-headers",
    clause: "HTTP-10",
    why: "Every answer of the whole run has a request id of its own, the revision, and a date.",
    last: true,
    run: (world, notes) => audit(world, notes, "headers"),
  },
  {
    id: "http-answers-match-document",
    clause: "HTTP-1",
    why: "Every answer of the whole run matches the API document of the specification.",
    last: true,
    run: (world, notes) => audit(world, notes, "document"),
  },
  {
    id: "http-answers-match-served-document",
    clause: "HTTP-4",
    why: "Every answer of the whole run matches the API document that the server itself hands out.",
    last: true,
    run: (world, notes) => audit(world, notes, "served"),
  },
  {
    id: "http-problem-request",
    clause: "HTTP-10",
    why: "The id in a refusal is the one of its header, so that an operator finds it in the log.",
    code: "HTTP_UNAUTHENTICATED",
    run: async (world, notes) => {
      const reply = await world.api.call(undefined, "account.retrieve");
      notes.same("request", textAt(reply.body, "request"), reply.headers.get("settld-request"));
      notes.same("title", textAt(reply.body, "title"), CODES.HTTP_UNAUTHENTICATED.summary);
      return reply;
    },
  },
  {
    id: "http-account",
    clause: "HTTP-4",
    why: "A key says whom it speaks for, what it may do, and what the operator allows.",
    run: async (world, notes) => {
      const { buyer } = await world.cast(notes);
      const { body } = notes.ok(await world.api.call(buyer.tenant.apiKey, "account.retrieve"), 200);
      notes.check(listAt(body, "parties").includes(buyer.id), "parties", buyer.id, listAt(body, "parties"));
      notes.same("settler", textAt(body, "settler"), world.settler);
      notes.check(!listAt(body, "key", "scopes").includes("operator"), "scopes", "none of an operator", "operator");
      return undefined;
    },
  },
];

/** Bodies, parameters, refusals, headers, documents. */
export const answers: ScenarioGroup = { name: "answers", scenarios };
