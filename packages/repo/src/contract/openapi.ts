import { isDeepStrictEqual } from "node:util";
import { deref, type OpenApi, openApiPath, readOpenApi } from "../gen/openapi.ts";
import { isObject, type Schema } from "../gen/schema-set.ts";
import { diffNames, type Finding } from "./difference.ts";
import { type Direction, refsIn, spread } from "./direction.ts";
import { diffSchema, structure } from "./schema-diff.ts";

type Content = Readonly<Record<string, unknown>>;

/** One parameter of an operation, by its place and name. */
type ParameterState = { readonly required: boolean; readonly schema: unknown };

/** One answer, by its status. */
type AnswerState = {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content: Content;
  readonly codes: readonly string[];
};

/** One operation, by method and path. */
type OperationState = {
  readonly id: string;
  /** `public`, or the scope that an API key needs; empty where any key will do. */
  readonly scope: string;
  readonly parameters: Readonly<Record<string, ParameterState>>;
  readonly body: { readonly required: boolean; readonly content: Content } | null;
  /** Status -> name of the shared answer, or the answer itself. */
  readonly answers: Readonly<Record<string, string | AnswerState>>;
};

/** The API without words and examples. */
export type OpenApiState = {
  readonly operations: Readonly<Record<string, OperationState>>;
  /** Answers that operations share. */
  readonly answers: Readonly<Record<string, AnswerState>>;
  readonly schemas: Readonly<Record<string, unknown>>;
};

type Answer = {
  readonly headers?: Readonly<Record<string, Schema>>;
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
  readonly "x-settld-codes"?: readonly string[];
};

const contentOf = (content: Answer["content"]): Content =>
  Object.fromEntries(Object.entries(content ?? {}).map(([type, { schema }]) => [type, structure(schema ?? true)]));

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** Reads the API of the repository at `base`. */
export const readOpenApiState = (base: string): OpenApiState => {
  const document = readOpenApi(base) as OpenApi;
  const answerOf = ({ headers, content, "x-settld-codes": codes }: Answer): AnswerState => ({
    headers: Object.fromEntries(
      byName(headers ?? {}).map(([name, header]) => [
        name,
        structure((deref(document, header as never) as Schema)["schema"] ?? true),
      ]),
    ),
    content: contentOf(content),
    codes: [...(codes ?? [])].sort(),
  });
  return {
    operations: Object.fromEntries(
      Object.entries(document.paths)
        .flatMap(([path, item]) =>
          Object.entries(item).map(([method, operation]): [string, OperationState] => [
            `${method.toUpperCase()} ${path}`,
            {
              id: operation.operationId,
              scope: operation.security?.length === 0 ? "public" : (operation["x-settld-scope"] ?? ""),
              parameters: Object.fromEntries(
                (operation.parameters ?? [])
                  .map((parameter) => deref(document, parameter))
                  .map((parameter) => [
                    `${parameter.in} ${parameter.name}`,
                    { required: parameter.required === true, schema: structure(parameter.schema) },
                  ]),
              ),
              body:
                operation.requestBody === undefined
                  ? null
                  : { required: operation.requestBody.required, content: contentOf(operation.requestBody.content) },
              answers: Object.fromEntries(
                Object.entries(operation.responses).map(([status, answer]) => [
                  status,
                  "$ref" in answer ? (answer.$ref.split("/").at(-1) ?? "") : answerOf(answer as Answer),
                ]),
              ),
            },
          ]),
        )
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    answers: Object.fromEntries(
      byName(document.components.responses).map(([name, answer]) => [name, answerOf(answer as Answer)]),
    ),
    schemas: Object.fromEntries(byName(document.components.schemas).map(([name, schema]) => [name, structure(schema)])),
  };
};

const resolved = (state: OpenApiState, answer: string | AnswerState): AnswerState => {
  const found = typeof answer === "string" ? state.answers[answer] : answer;
  if (found === undefined) throw new Error(`${openApiPath}: no answer ${String(answer)} in components`);
  return found;
};

const component = /^.*#\/components\/schemas\//;

/** Direction of every component: what requests reach is input, what answers reach is output. */
const componentDirections = (state: OpenApiState): ReadonlyMap<string, Direction> => {
  const names = (node: unknown): string[] =>
    refsIn(node, openApiPath)
      .filter((ref) => component.test(ref))
      .map((ref) => ref.replace(component, ""));
  const start = new Map<string, Direction>();
  const add = (node: unknown, direction: Direction): void => {
    for (const name of names(node)) {
      const before = start.get(name);
      start.set(name, before === undefined || before === direction ? direction : "both");
    }
  };
  for (const operation of Object.values(state.operations)) {
    add(Object.values(operation.parameters), "input");
    add(operation.body?.content, "input");
    for (const answer of Object.values(operation.answers)) add(resolved(state, answer).content, "output");
  }
  return spread(start, (name) => names(state.schemas[name]));
};

const diffContent = (place: string, direction: Direction, old: Content, now: Content): Finding[] =>
  diffNames(old, now, {
    place: (type) => `${place} ${type}`,
    changed: (type, before, after) => diffSchema({ where: `${place} ${type}`, direction }, before, after),
  });

const diffAnswer = (place: string, old: AnswerState, now: AnswerState): Finding[] => {
  const flags = (names: readonly string[]): Record<string, true> =>
    Object.fromEntries(names.map((name) => [name, true]));
  return [
    ...diffNames(old.headers, now.headers, {
      place: (name) => `${place} header ${name}`,
      changed: (name, before, after) =>
        diffSchema({ where: `${place} header ${name}`, direction: "output" }, before, after),
    }),
    ...diffContent(place, "output", old.content, now.content),
    ...diffNames(flags(old.codes), flags(now.codes), { place: (code) => `${place} code ${code}`, changed: () => [] }),
  ];
};

const diffOperation = (
  place: string,
  [old, before]: readonly [OpenApiState, OperationState],
  [now, after]: readonly [OpenApiState, OperationState],
): Finding[] => {
  const breaking = (rule: string): Finding => ({ level: "breaking", where: place, rule });
  const flipped = (where: string, was: boolean, is: boolean): Finding[] =>
    was === is
      ? []
      : [{ level: is ? "breaking" : "additive", where, rule: is ? "now required" : "no longer required" }];
  const body = `${place} body`;
  return [
    // Clients are generated from it: it is the name of a method.
    ...(before.id === after.id ? [] : [breaking(`operationId changed from ${before.id} to ${after.id}`)]),
    ...(before.scope === after.scope
      ? []
      : [
          {
            level: after.scope === "public" ? ("additive" as const) : ("breaking" as const),
            where: place,
            rule: `scope changed from "${before.scope}" to "${after.scope}"`,
          },
        ]),
    ...diffNames(before.parameters, after.parameters, {
      place: (name) => `${place} ${name}`,
      added: (_name, { required }) => (required ? "breaking" : "additive"),
      changed: (name, one, other) => [
        ...flipped(`${place} ${name}`, one.required, other.required),
        ...diffSchema({ where: `${place} ${name}`, direction: "input" }, one.schema, other.schema),
      ],
    }),
    ...(before.body === null && after.body !== null
      ? flipped(body, false, after.body.required).concat(
          after.body.required ? [] : [{ level: "additive", where: body, rule: "added" }],
        )
      : []),
    ...(before.body !== null && after.body === null ? [{ ...breaking("removed"), where: body }] : []),
    ...(before.body !== null && after.body !== null
      ? [
          ...flipped(body, before.body.required, after.body.required),
          ...diffContent(body, "input", before.body.content, after.body.content),
        ]
      : []),
    ...diffNames(before.answers, after.answers, {
      place: (status) => `${place} ${status}`,
      // A client that knows one success takes another for a failure, or for what it is not.
      added: (status) => (/^[123]/.test(status) ? "breaking" : "additive"),
      changed: (status, one, other) => diffAnswer(`${place} ${status}`, resolved(old, one), resolved(now, other)),
    }),
  ];
};

/** Differences between two states of the API, operation by operation, then the schemas that they share. */
export const diffOpenApi = (old: OpenApiState | undefined, now: OpenApiState | undefined): Finding[] => {
  if (old === undefined || now === undefined || isDeepStrictEqual(old, now)) {
    return old !== undefined && now === undefined
      ? [{ level: "breaking", where: openApiPath, rule: "removed" }]
      : old === undefined && now !== undefined
        ? [{ level: "additive", where: openApiPath, rule: "added" }]
        : [];
  }
  const directions = componentDirections(old);
  const fresh = componentDirections(now);
  return [
    ...diffNames(old.operations, now.operations, {
      place: (name) => `${openApiPath} ${name}`,
      changed: (name, before, after) => diffOperation(`${openApiPath} ${name}`, [old, before], [now, after]),
    }),
    ...diffNames(old.schemas, now.schemas, {
      place: (name) => `${openApiPath} ${name}`,
      changed: (name, before, after) => {
        const direction = directions.get(name) ?? "both";
        const both = (fresh.get(name) ?? direction) === direction ? direction : "both";
        return isObject(before) || isObject(after)
          ? diffSchema({ where: `${openApiPath} ${name}`, direction: both }, before, after)
          : [];
      },
    }),
  ];
};
