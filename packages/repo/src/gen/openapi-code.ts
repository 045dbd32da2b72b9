import {
  camelOf,
  componentOf,
  type OpenApi,
  openApiPath,
  openApiSchemaFile,
  operationsOf,
  pascalOf,
  schemaOf,
} from "./openapi.ts";
import { closeObjects, operationTypes } from "./openapi-routes.ts";
import type { Generated } from "./registry.ts";
import type { Schema, SchemaFile } from "./schema-set.ts";
import { generateTypes } from "./types.ts";
import { generateValidators } from "./validators.ts";

const serverFolder = "packages/server/src/gen";

/** The objects of answers, which are open for clients, closed. */
const closed = (file: SchemaFile): SchemaFile => ({
  ...file,
  schema: closeObjects(file.schema) as Schema,
});

/** Document -> types: all of it for the server, bodies, answers and queries for the client. */
export const generateOpenApiTypes = async (document: OpenApi, files: readonly SchemaFile[]): Promise<Generated> => {
  const imported = { files, from: "@settld/protocol" };
  // Clients ignore members that they do not know, so the types have none for them.
  const server = await generateTypes([closed(openApiSchemaFile(document, files, "all"))], serverFolder, {
    imported,
    source: openApiPath,
    more: operationTypes(document, "all"),
  });
  const sdk = await generateTypes([closed(openApiSchemaFile(document, files, "query"))], "packages/sdk/src/gen", {
    imported,
    source: openApiPath,
    file: "api",
    more: operationTypes(document, "query"),
  });
  return new Map([...server, ...sdk]);
};

const validatorNames = (document: OpenApi, id: string): Record<string, string> =>
  Object.fromEntries(
    operationsOf(document)
      .filter(({ isPublic }) => !isPublic)
      .flatMap(({ operation }): [string, string][] => {
        const name = pascalOf(operation.operationId);
        const body = componentOf(schemaOf(operation.requestBody?.content));
        return [
          [`${camelOf(name)}Parameters`, `${id}#/$defs/${name}Parameters`],
          ...(body === undefined ? [] : [[`${camelOf(name)}Body`, `${id}#/$defs/${body}`] as [string, string]]),
        ];
      }),
  );

const answerNames = (document: OpenApi, id: string): Record<string, string> =>
  Object.fromEntries(
    operationsOf(document).flatMap(({ answers }) =>
      answers.flatMap(({ answer: { content } }) => {
        const name = componentOf(schemaOf(content) ?? schemaOf(content, "application/problem+json"));
        return name === undefined ? [] : [[camelOf(name), `${id}#/$defs/${name}`]];
      }),
    ),
  );

/** Document -> validators of request bodies and parameters for the server, and of answers for its tests. */
export const generateOpenApiValidators = async (
  document: OpenApi,
  files: readonly SchemaFile[],
): Promise<Generated> => {
  const requests = openApiSchemaFile(document, files, "all");
  const answers = closed(openApiSchemaFile(document, files, "none"));
  const source = openApiPath;
  return new Map([
    ...(await generateValidators([...files, requests], validatorNames(document, requests.id), serverFolder, [], {
      source,
    })),
    ...(await generateValidators([...files, answers], answerNames(document, answers.id), serverFolder, [], {
      source,
      file: "answers",
    })),
  ]);
};
