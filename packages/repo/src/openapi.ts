/**
 * What the API's document has to say beyond being a valid one: the rules of ours, each a sentence when it is broken.
 */
import { clausePattern, codePattern } from "./contract/clauses.ts";
import { areas } from "./contract/names.ts";
import {
  bundleOpenApi,
  componentOf,
  deref,
  type OpenApi,
  operationsOf,
  type Resolved,
  schemaOf,
} from "./gen/openapi.ts";
import { codesOf, scopesOf, successesOf } from "./gen/openapi-routes.ts";
import type { CodeRegistry } from "./gen/registry.ts";
import { isObject, type Schema, type SchemaFile } from "./gen/schema-set.ts";

/** What the rules compare the document with. */
export type OpenApiContext = {
  readonly registry: CodeRegistry;
  /** Id of a clause -> file that it stands in. */
  readonly clauses: ReadonlyMap<string, string>;
  readonly files: readonly SchemaFile[];
};

const problemType = "application/problem+json";

// Open without a key, by HTTP-4.
const publicPath = /^\/(?:healthz|readyz|openapi\.json|\.well-known\/.*)$/;

// Every answer says what it belongs to, by HTTP-10.
const everywhere = ["Settld-Request", "Settld-Revision"];

type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly clause: string;
  readonly retryable: boolean;
};

/** Codes by status of an operation. */
const codesAt = ({ answers }: Resolved, status: number): readonly string[] =>
  answers.find((one) => one.status === status)?.answer["x-settld-codes"] ?? [];

const takes = ({ parameters }: Resolved, name: string): boolean =>
  parameters.some((parameter) => parameter.in === "header" && parameter.name === name);

/** Names and grouping: what becomes of an operation in a client. */
const checkShape = (one: Resolved, document: OpenApi): string[] => {
  const { operation, path, isPublic } = one;
  const scope = operation["x-settld-scope"];
  const wrong: string[] = [];
  if (!/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(operation.operationId)) {
    wrong.push("operationId is not resource.verb");
  }
  if (operation.tags.length !== 1 || !document.tags.some(({ name }) => name === operation.tags[0])) {
    wrong.push("expected one tag of the document");
  }
  if (operation.summary.length > 60 || operation.summary.endsWith(".")) {
    wrong.push("summary is no short phrase");
  }
  if (isPublic !== publicPath.test(path)) {
    wrong.push(
      isPublic ? "is open without a key, which HTTP-4 does not say" : "wants a key, which HTTP-4 does not say",
    );
  }
  if (isPublic ? scope !== undefined : scope !== "any" && !scopesOf(document).includes(scope ?? "")) {
    wrong.push(isPublic ? "has a scope that nobody checks" : "x-settld-scope is none of the scopes");
  }
  return wrong;
};

/** What every route of its kind can answer. */
const checkCodes = (one: Resolved): string[] => {
  const { method, path, operation, parameters, isPublic } = one;
  const expected: [number, string][] = [];
  const add = (condition: boolean, status: number, ...codes: readonly string[]): void => {
    expected.push(...(condition ? codes.map((code): [number, string] => [status, code]) : []));
  };
  const body = operation.requestBody;
  const component = componentOf(schemaOf(body?.content));
  add(!isPublic, 400, "HTTP_PARAMETER");
  add(!isPublic, 401, "HTTP_UNAUTHENTICATED");
  add(!isPublic && operation["x-settld-scope"] !== "any", 403, "HTTP_FORBIDDEN");
  add(!isPublic, 429, "HTTP_RATE_LIMITED");
  add(!isPublic, 500, "HTTP_INTERNAL");
  add(!isPublic, 503, "HTTP_UNAVAILABLE");
  add(parameters.some((parameter) => parameter.in === "path") && method !== "PUT", 404, "HTTP_NOT_FOUND");
  add(body !== undefined, 408, "HTTP_TIMEOUT");
  add(body !== undefined, 413, "HTTP_TOO_LARGE");
  add(body !== undefined, 415, "HTTP_MEDIA_TYPE");
  add(component !== undefined, 400, "JSON_SYNTAX");
  add(method === "POST", 400, "HTTP_IDEMPOTENCY_KEY_MISSING");
  add(method === "POST", 409, "HTTP_IDEMPOTENCY_IN_FLIGHT");
  add(method === "POST", 422, "HTTP_IDEMPOTENCY_KEY_REUSED");
  add(takes(one, "If-Match"), 412, "HTTP_PRECONDITION_FAILED");
  const wrong = expected
    .filter(([status, code]) => !codesAt(one, status).includes(code))
    .map(([status, code]) => `expected ${code} among the codes of ${status}`);
  if ((method === "POST") !== takes(one, "Idempotency-Key")) {
    wrong.push(
      method === "POST" ? "a POST without Idempotency-Key" : "Idempotency-Key on a method that may be repeated anyway",
    );
  }
  if (takes(one, "If-None-Match") !== one.answers.some(({ status }) => status === 304)) {
    wrong.push("If-None-Match and 304 go together");
  }
  if (!publicPath.test(path) && !path.startsWith("/v1/")) {
    wrong.push("expected a path under /v1/");
  }
  return wrong;
};

/** Headers and media types of the answers. */
const checkAnswers = (one: Resolved): string[] =>
  one.answers.flatMap(({ status, answer }) => {
    const wrong: string[] = [];
    const headers = Object.keys(answer.headers ?? {});
    const wanted = [
      ...everywhere,
      ...(status === 429 || status === 503 ? ["Retry-After"] : []),
      ...(status < 300 && one.method === "POST" ? ["Idempotency-Replayed"] : []),
      ...(status === 304 || (status < 300 && (takes(one, "If-Match") || takes(one, "If-None-Match"))) ? ["ETag"] : []),
    ];
    for (const name of wanted.filter((name) => !headers.includes(name))) {
      wrong.push(`${status} has no header ${name}`);
    }
    const types = Object.keys(answer.content ?? {});
    const isRefusal = status >= 400;
    if (
      isRefusal &&
      (types.join() !== problemType || componentOf(schemaOf(answer.content, problemType)) !== "Problem")
    ) {
      wrong.push(`${status} is no ${problemType}`);
    }
    if (isRefusal !== "x-settld-codes" in answer) {
      wrong.push(`${status}: x-settld-codes stands on refusals, and on nothing else`);
    }
    const isComponent = componentOf(schemaOf(answer.content)) !== undefined;
    if (isComponent && Object.keys(answer.content?.["application/json"]?.examples ?? {}).length === 0) {
      wrong.push(`${status} has no example`);
    }
    return wrong;
  });

/** Lists are pages (HTTP-9), and what is listed says what it is. */
const checkPages = (one: Resolved, document: OpenApi): string[] => {
  const name = successesOf(one)
    .map(({ answer }) => componentOf(schemaOf(answer.content)))
    .find((component) => component?.endsWith("List"));
  const query = one.parameters.filter((parameter) => parameter.in === "query").map((parameter) => parameter.name);
  const isPaged = query.includes("limit") && query.includes("cursor");
  if (name === undefined) {
    return isPaged ? ["is paged and answers no list"] : [];
  }
  const schema = document.components.schemas[name];
  const members = Object.keys((schema?.["properties"] ?? {}) as Schema).join();
  return [
    ...(isPaged ? [] : [`answers ${name} without limit and cursor`]),
    ...(members === "object,data,hasMore,nextCursor" ? [] : [`${name} is no {object, data, hasMore, nextCursor}`]),
  ];
};

/** Codes of the registry: known, at their own status, once, with an example that says what the registry says. */
const checkRegistry = (document: OpenApi, { registry, clauses }: OpenApiContext): string[] => {
  const wrong: string[] = [];
  const used = new Set<string>();
  const { codes } = registry;
  for (const one of operationsOf(document)) {
    for (const code of codesOf(one)) {
      used.add(code);
    }
    for (const { status, answer } of one.answers) {
      const list = answer["x-settld-codes"] ?? [];
      const where = `${one.operation.operationId} ${status}`;
      for (const code of list.filter((code) => codes[code]?.http !== status)) {
        wrong.push(
          `${where}: ${code} ${code in codes ? `has the status ${codes[code]?.http}` : "is not in the registry"}`,
        );
      }
      if (new Set(list).size !== list.length) {
        wrong.push(`${where}: a code stands twice`);
      }
    }
  }
  for (const [name, { content }] of Object.entries(document.components.responses)) {
    for (const example of Object.values(content?.[problemType]?.examples ?? {})) {
      const { value } = deref(document, example as { readonly value: Problem });
      const entry = codes[value.code];
      const expected = {
        type: `${registry.uriBase}codes/${value.code}`,
        title: entry?.summary,
        status: entry?.http,
        clause: entry?.clause,
        retryable: entry?.retryable,
      };
      const differs = Object.entries(expected).filter(([key, text]) => value[key as keyof Problem] !== text);
      wrong.push(...differs.map(([key]) => `response ${name}: ${key} of its example is not what the registry says`));
    }
  }
  const elsewhere = document["x-settld-codes-elsewhere"];
  for (const code of Object.keys(elsewhere)) {
    if (!(code in codes) || used.has(code)) {
      wrong.push(
        `x-settld-codes-elsewhere: ${code} ${used.has(code) ? "is given by a route" : "is not in the registry"}`,
      );
    }
  }
  for (const [code, { clause }] of Object.entries(codes)) {
    if (clauses.get(clause) === "spec/server.md" && !used.has(code) && !(code in elsewhere)) {
      wrong.push(`${code} of ${clause} is given by no route; list it, or say in x-settld-codes-elsewhere why not`);
    }
  }
  return wrong;
};

/** Component schemas: closed where the server reads, open where it answers, and named as they are in programs. */
const checkSchemas = (document: OpenApi): string[] => {
  const bodies = new Set(
    operationsOf(document).flatMap(({ operation }) => componentOf(schemaOf(operation.requestBody?.content)) ?? []),
  );
  const wrong: string[] = [];
  const visit = (where: string, node: unknown, isBody: boolean): void => {
    if (Array.isArray(node)) {
      for (const item of node) {
        visit(where, item, isBody);
      }
    } else if (isObject(node)) {
      if (isBody && node["type"] === "object" && !("allOf" in node) && node["additionalProperties"] !== false) {
        wrong.push(`schema ${where}: a request with room for members that nobody reads`);
      }
      for (const name of Object.keys(isObject(node["properties"]) ? node["properties"] : {})) {
        if (!/^[a-z][A-Za-z0-9]*$/.test(name)) {
          wrong.push(`schema ${where}: member ${name} is not written likeThis`);
        }
      }
      for (const value of Object.values(node)) {
        visit(where, value, isBody);
      }
    }
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (schema["title"] !== name || typeof schema["description"] !== "string") {
      wrong.push(`schema ${name}: expected a title that is its name, and a description`);
    }
    visit(name, schema, bodies.has(name));
  }
  return wrong;
};

/** Clauses and codes that the text names exist. */
const checkText = (document: OpenApi, { registry, clauses }: OpenApiContext): string[] => {
  const text = JSON.stringify(document);
  const ids = new Set([...text.matchAll(clausePattern(areas))].map(([id]) => id));
  const codes = new Set([...text.matchAll(codePattern(areas))].map(([code]) => code));
  return [
    ...[...ids].filter((id) => !clauses.has(id)).map((id) => `names clause ${id}, which is not in spec/`),
    ...[...codes].filter((code) => !(code in registry.codes)).map((code) => `names ${code}, which is no code`),
  ];
};

/** Checks the document by our own rules; returns one sentence per violation. */
export const checkOpenApi = (document: OpenApi, context: OpenApiContext): string[] => {
  const operations = operationsOf(document);
  const unused = scopesOf(document).filter(
    (scope) => !operations.some(({ operation }) => operation["x-settld-scope"] === scope),
  );
  return [
    ...(document.info.version === context.registry.revision
      ? []
      : ["info.version is not the revision of the registry"]),
    ...operations.flatMap((one) =>
      [...checkShape(one, document), ...checkCodes(one), ...checkAnswers(one), ...checkPages(one, document)].map(
        (sentence) => `${one.operation.operationId}: ${sentence}`,
      ),
    ),
    ...unused.map((scope) => `scope ${scope} opens no route`),
    ...checkRegistry(document, context),
    ...checkSchemas(document),
    ...checkText(document, context),
  ];
};

/** References of a bundled document that name something outside of it. */
export const outsideRefs = (document: OpenApi, files: readonly SchemaFile[]): string[] => {
  const text = JSON.stringify(bundleOpenApi(document, files));
  return [...text.matchAll(/"\$ref":"([^"#][^"]*)"/g)].map(([, ref = ""]) => ref);
};
