import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { apiDocument, operationsOf, sourceDocument } from "./document.ts";
import { type Interaction, interactions, NOT_FOR_THE_CLIENT, NOT_IN_PACT } from "./interactions.ts";
import { clientAt } from "./pact-file.ts";

const operations = await operationsOf();
const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ $id: "api", ...(await apiDocument()) });

/** What is wrong with a value by a schema of the document. */
const fault = (schema: unknown, value: unknown): string | undefined => {
  const inside = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"api#')) as object;
  return ajv.validate(inside, value) ? undefined : ajv.errorsText();
};

/** What the client sends for an interaction, whatever it is answered. */
const sentFor = async ({ call, as, operation }: Interaction) => {
  const sent: { method: string; url: URL; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    sent.push({ method: request.method ?? "", url: new URL(request.url ?? "", "http://x"), body });
    response.writeHead(404, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await Promise.resolve(call(clientAt(`http://127.0.0.1:${port}`, as))).catch(() => {});
  server.closeAllConnections();
  server.close();
  const [request] = sent;
  if (request === undefined) throw new Error(`${operation}: nothing was sent`);
  return request;
};

const pathOf = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);

test("every request that the client makes is an operation of the document, with its parameters and its body", async () => {
  for (const interaction of await interactions()) {
    const { method, url, body } = await sentFor(interaction);
    const operation = operations.get(interaction.operation);
    expect(`${method} ${url.pathname}`, interaction.operation).toMatch(
      new RegExp(`^${operation?.method} ${pathOf(operation?.path ?? "").source.slice(1)}`),
    );
    for (const name of url.searchParams.keys()) expect(operation?.query, interaction.operation).toContain(name);
    if (operation?.bodySchema === undefined) continue;
    expect(fault(operation.bodySchema, JSON.parse(body)), interaction.operation).toBeUndefined();
  }
});

/** A schema in which nothing is required and what is not known is refused: what is read has to be described. */
const closed = (node: unknown, isPart = false): unknown => {
  if (Array.isArray(node)) return node.map((one) => closed(one, isPart));
  if (typeof node !== "object" || node === null) return node;
  const members = Object.entries(node).filter(([name]) => !LOOSE.includes(name));
  // The parts of `allOf` describe one object together, so none of them can be closed by itself.
  const inner = Object.fromEntries(members.map(([name, member]) => [name, closed(member, name === "allOf")]));
  const isWhole = "properties" in inner && !("allOf" in inner) && !("additionalProperties" in inner) && !isPart;
  return isWhole ? { ...inner, additionalProperties: false } : inner;
};

const LOOSE: readonly string[] = ["required", "pattern", "minLength"];

test("everything that the client reads of an answer is in the document", async () => {
  const strict = new Ajv2020({ strict: false });
  strict.addSchema(closed({ $id: "api", ...(await apiDocument()) }) as object);
  for (const { operation, status, answer } of await interactions()) {
    if (answer === undefined) continue;
    const schema = operations.get(operation)?.answerSchemas.get(status);
    expect(schema, `${operation}: no JSON at ${status}`).toBeDefined();
    const text = JSON.stringify(closed(schema)).replaceAll('"$ref":"#', '"$ref":"api#');
    expect(strict.validate(JSON.parse(text) as object, answer) ? "" : strict.errorsText(), operation).toBe("");
  }
});

test("every operation of the document is in the pact, or not for it with a reason", async () => {
  const inPact = new Set((await interactions()).map(({ operation }) => String(operation)));
  const excused = { ...NOT_IN_PACT, ...NOT_FOR_THE_CLIENT };
  for (const id of operations.keys()) {
    expect(inPact.has(id) !== (excused[id] !== undefined), `${id} is in the pact, or excused, and not both`).toBe(true);
  }
  for (const id of Object.keys(excused)) expect([...operations.keys()], "an excuse for nothing").toContain(id);
  const paths = Object.values(sourceDocument()["paths"] as Record<string, object>);
  expect(paths.flatMap((item) => Object.keys(item)).length).toBe(operations.size);
});
