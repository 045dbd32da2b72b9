import {
  componentOf,
  deref,
  type OpenApi,
  openApiPath,
  operationsOf,
  type Parameter,
  type Ref,
  type Resolved,
} from "./openapi.ts";
import type { Generated } from "./registry.ts";
import { isObject, resolveRef, type Schema, type SchemaFile, typeNameOf } from "./schema-set.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** A heading's anchor, as GitHub makes it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

/** What stands for a schema in a table. */
const typeText = (files: readonly SchemaFile[], schema: Schema): string => {
  const { $ref, type, enum: values, const: constant, items, anyOf } = schema;
  if (typeof $ref === "string") {
    const component = componentOf(schema);
    if (component !== undefined) {
      return `[${component}](#${anchor(component)})`;
    }
    const place = resolveRef(files, undefined, $ref);
    return `[${typeNameOf(place)}](../${place.file.path})`;
  }
  if (Array.isArray(anyOf)) {
    return anyOf.map((one) => typeText(files, one)).join(" or ");
  }
  if (constant !== undefined) {
    return `\`${JSON.stringify(constant)}\``;
  }
  if (Array.isArray(values)) {
    return values.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  }
  if (type === "array" && isObject(items)) {
    return `list of ${typeText(files, items)}`;
  }
  if (isObject(schema["additionalProperties"])) {
    return `object with values ${typeText(files, schema["additionalProperties"])}`;
  }
  return type === undefined ? "bytes" : String(type);
};

const bounds = ({ minimum, maximum, default: fallback }: Schema): string =>
  [
    ...(minimum === undefined || maximum === undefined || Number(maximum) > 1e15 ? [] : [`${minimum} to ${maximum}`]),
    ...(fallback === undefined ? [] : [`default \`${fallback}\``]),
  ]
    .map((text) => `, ${text}`)
    .join("");

const descriptionOf = (document: OpenApi, files: readonly SchemaFile[], schema: Schema): string => {
  if (typeof schema["description"] === "string") {
    return schema["description"];
  }
  const { $ref } = schema;
  if (typeof $ref !== "string") {
    return "";
  }
  const component = componentOf(schema);
  const target =
    component === undefined ? placeSchema(files, $ref) : (document.components.schemas[component] as Schema | undefined);
  return String(target?.["description"] ?? "");
};

const placeSchema = (files: readonly SchemaFile[], ref: string): Schema | undefined => {
  const { file, pointer } = resolveRef(files, undefined, ref);
  return pointer === "" ? file.schema : (file.schema["$defs"] as Readonly<Record<string, Schema>>)[pointer.slice(8)];
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ""
    : `| ${head.join(" | ")} |\n|${head.map(() => " --- |").join("")}\n${rows.map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n")}\n\n`;

const parameterRow = (files: readonly SchemaFile[], parameter: Parameter): string[] => [
  `\`${parameter.name}\``,
  parameter.required === true ? `${parameter.in}, required` : parameter.in,
  `${typeText(files, parameter.schema)}${bounds(parameter.schema)}`,
  parameter.description,
];

// Base64 of a payload would fill the page.
const TEXT_MAX = 72;

const shorten = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(shorten);
  }
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shorten(member)]));
  }
  return typeof value === "string" && value.length > TEXT_MAX ? `${value.slice(0, 24)}...` : value;
};

const firstExample = (document: OpenApi, content: Schema | undefined): unknown => {
  const [media] = Object.values(content ?? {}) as { examples?: Readonly<Record<string, { value: unknown } | Ref>> }[];
  const [example] = Object.values(media?.examples ?? {});
  return example === undefined ? undefined : deref<{ readonly value: unknown }>(document, example).value;
};

const codeBlock = (value: unknown): string =>
  value === undefined ? "" : `\`\`\`json\n${JSON.stringify(shorten(value), undefined, 2)}\n\`\`\`\n\n`;

const contentText = (files: readonly SchemaFile[], content: Schema | undefined): string =>
  Object.entries(content ?? {})
    .map(([mediaType, media]) => {
      const { schema } = media as { readonly schema: Schema };
      const isJson = mediaType.endsWith("json") && componentOf(schema) !== undefined;
      return isJson ? typeText(files, schema) : `\`${mediaType}\``;
    })
    .join(", ");

const refName = (value: object): string | undefined =>
  "$ref" in value && typeof value.$ref === "string" ? value.$ref.split("/").at(-1) : undefined;

const operationText = (document: OpenApi, files: readonly SchemaFile[], one: Resolved): string => {
  const { method, path, operation, parameters, answers, isPublic } = one;
  const scope = operation["x-settld-scope"];
  const access = isPublic ? "no key" : scope === "any" ? "any key" : `scope \`${scope}\``;
  const body = operation.requestBody;
  const isRefusal = (status: number): boolean => status >= 400;
  const rows = answers
    .filter(({ status }) => !isRefusal(status))
    .map(({ status, answer }) => [String(status), contentText(files, answer.content), answer.description]);
  const refusals = Object.entries(operation.responses)
    .filter(([status]) => isRefusal(Number(status)))
    .map(([status, answer]) => `${status} [${refName(answer)}](#${anchor(refName(answer) ?? "")})`);
  const headers = parameters
    .filter((parameter) => parameter.in === "header")
    .map(({ name, required }) => `[\`${name}\`](#headers)${required === true ? " (required)" : ""}`);
  const lines = [
    ...(headers.length === 0 ? [] : [`Headers: ${headers.join(", ")}`]),
    ...(body === undefined ? [] : [`Body: ${contentText(files, body.content)}`]),
  ];
  const success = answers.find(({ status }) => status < 300)?.answer.content;
  return `### ${operation.operationId}

**\`${method} ${path}\`** (${access}): ${operation.summary}

${operation.description === undefined ? "" : `${operation.description}\n\n`}${table(
  ["parameter", "in", "type", "meaning"],
  parameters.filter((parameter) => parameter.in !== "header").map((parameter) => parameterRow(files, parameter)),
)}${lines.map((line) => `${line}\n\n`).join("")}${codeBlock(firstExample(document, body?.content))}${table(["status", "answer", "meaning"], rows)}${codeBlock(firstExample(document, success))}${refusals.length === 0 ? "" : `Refusals: ${refusals.join(", ")}\n\n`}`;
};

const headersText = (document: OpenApi, files: readonly SchemaFile[]): string => {
  const requests = Object.values(document.components.parameters)
    .filter((parameter) => parameter.in === "header")
    .map((parameter) => parameterRow(files, parameter));
  const names = new Map(
    [
      ...operationsOf(document).flatMap(({ answers }) => answers.map(({ answer }) => answer)),
      ...Object.values(document.components.responses),
    ].flatMap(({ headers }) =>
      Object.entries(headers ?? {}).map(([name, header]) => [refName(header as object) ?? "", name] as const),
    ),
  );
  const answers = Object.entries(document.components.headers).map(([component, header]) => [
    `\`${names.get(component)}\``,
    "answer",
    typeText(files, header["schema"] as Schema),
    String(header["description"]),
  ]);
  return `## Headers\n\n${table(["header", "in", "type", "meaning"], [...requests, ...answers])}`;
};

const refusalsText = (document: OpenApi): string => {
  const sections = Object.entries(document.components.responses)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, answer]) => {
      const codes = (answer["x-settld-codes"] ?? []).map((code) => `[${code}](codes.md#${code})`);
      return `### ${name}\n\n${answer.description} ${codes.join(", ")}\n\n${codeBlock(firstExample(document, answer.content))}`;
    });
  return `## Refusals\n\nEach is a [Problem](#problem) with one of the codes that stand behind its description.\n\n${sections.join("")}`;
};

const objectText = (document: OpenApi, files: readonly SchemaFile[], name: string, schema: Schema): string => {
  const required = (schema["required"] ?? []) as readonly string[];
  const properties = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, Schema>>);
  const rows = properties.map(([member, value]) => [
    `\`${member}\``,
    `${typeText(files, value)}${bounds(value)}${required.includes(member) ? "" : ", optional"}`,
    descriptionOf(document, files, value),
  ]);
  const [base] = (schema["allOf"] ?? []) as readonly Schema[];
  const narrowed = ((schema["allOf"] ?? []) as readonly Schema[])[1]?.["properties"] as
    | Readonly<Record<string, Schema>>
    | undefined;
  const content = narrowed?.["payload"]?.["contentSchema"] as Schema | undefined;
  const isObjectType = rows.length > 0;
  const text =
    base !== undefined
      ? `${typeText(files, base)} with a payload that is a ${content === undefined ? "document" : typeText(files, content)}.\n\n`
      : isObjectType
        ? ""
        : `${typeText(files, schema)}${schema["pattern"] === undefined ? "" : `, \`${schema["pattern"]}\``}\n\n`;
  return `### ${name}

${schema["description"]}

${text}${table(["member", "type", "meaning"], rows)}`;
};

/** Document -> the reference page for people: a section a resource, then the objects. */
export const generateOpenApiPage = (document: OpenApi, files: readonly SchemaFile[]): Generated => {
  const operations = operationsOf(document);
  const sections = document.tags.map(({ name, description }) => {
    const mine = operations.filter(({ operation }) => operation.tags.includes(name));
    const overview = table(
      ["operation", "route", "what it does"],
      mine.map(({ method, path, operation: { operationId, summary } }) => [
        `[${operationId}](#${anchor(operationId)})`,
        `\`${method} ${path}\``,
        summary,
      ]),
    );
    return `## ${name}\n\n${description}\n\n${overview}${mine.map((one) => operationText(document, files, one)).join("")}`;
  });
  const objects = Object.entries(document.components.schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => objectText(document, files, name, schema));
  const text = `<!-- Generated by pnpm gen from ${openApiPath}. Do not edit. -->

# HTTP API

${document.info.description}

The document itself is [\`${openApiPath}\`](../${openApiPath}); a server serves it at \`/openapi.json\`. Long texts in the examples are cut.

${sections.join("")}${headersText(document, files)}${refusalsText(document)}## Objects

${objects.join("")}`;
  return new Map([["docs/api.md", `${text.trimEnd()}\n`]]);
};
