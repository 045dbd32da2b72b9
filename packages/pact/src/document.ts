import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startTestServer } from "@settld/server/testing";

/** An operation of the API document. */
export type Operation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Names of the parameters by place. */
  readonly query: readonly string[];
  readonly bodySchema: unknown;
  readonly answerSchemas: ReadonlyMap<number, unknown>;
};

type Node = Readonly<Record<string, unknown>>;

let document: Promise<Node> | undefined;

/** The API document as a server hands it out, in which every reference stays inside. */
export const apiDocument = async (): Promise<Node> => {
  document ??= (async () => {
    const server = await startTestServer();
    try {
      return (await (await fetch(`${server.url}/openapi.json`)).json()) as Node;
    } finally {
      await server.close();
    }
  })();
  return document;
};

/** The operations of the document by their ids. */
export const operationsOf = async (): Promise<ReadonlyMap<string, Operation>> => {
  const all = await apiDocument();
  const resolve = (node: unknown): Node => {
    const reference = (node as Node | undefined)?.["$ref"];
    if (typeof reference !== "string") return (node ?? {}) as Node;
    return reference
      .slice(2)
      .split("/")
      .reduce<Node>((found, name) => found[name] as Node, all);
  };
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(all["paths"] as Record<string, Record<string, Node>>)) {
    for (const [method, operation] of Object.entries(item)) {
      const id = operation["operationId"] as string;
      const json = (content: unknown): unknown =>
        resolve((content as Node | undefined)?.["application/json"])["schema"];
      found.set(id, {
        id,
        method: method.toUpperCase(),
        path,
        query: ((operation["parameters"] ?? []) as readonly unknown[])
          .map(resolve)
          .filter((parameter) => parameter["in"] === "query")
          .map((parameter) => String(parameter["name"])),
        bodySchema: json(resolve(operation["requestBody"])["content"]),
        answerSchemas: new Map(
          Object.entries(operation["responses"] as Node).map(([status, answer]) => [
            Number(status),
            json(resolve(answer)["content"]),
          ]),
        ),
      });
    }
  }
  return found;
};

/** The document of the sources, to see that the served one has the same operations. */
export const sourceDocument = (): Node =>
  JSON.parse(readFileSync(fileURLToPath(new URL("../../../schemas/openapi.json", import.meta.url)), "utf8")) as Node;
