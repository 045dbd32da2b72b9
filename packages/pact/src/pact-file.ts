import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MatchersV3, PactV4, type V3MockServer } from "@pact-foundation/pact";
import { Settld } from "@settld/sdk";
import { idOf, START } from "./fixtures.ts";
import type { Interaction, Who } from "./interactions.ts";

// Its makers are not told of our tests.
process.env["PACT_DO_NOT_TRACK"] = "1";

/** The pact that is committed. */
export const PACT_FILE: string = fileURLToPath(new URL("../pacts/settld-sdk-settld-server.json", import.meta.url));

const { fromProviderState, like, regex } = MatchersV3;

/** A client that believes what it is told, so that each call is one request, at a clock that stands. */
export const clientAt = (baseUrl: string, who: Who): Settld =>
  new Settld({
    baseUrl,
    apiKey: who,
    verification: "off",
    maxRetries: 0,
    settler: "https://settler.example",
    ...(who === "operator" ? {} : { party: idOf(who) }),
    platform: { now: () => START },
  });

const hasPlaces = (path: string): boolean => /\$\{/.test(path);
const withExamples = (path: string): string => path.replaceAll(/\$\{(\w+)\}/g, "$1_1");

const add = (pact: PactV4, methods: Methods, interaction: Interaction) => {
  const { operation, stage, as, path, query, body, status, answer, bytes } = interaction;
  const isBytes = body instanceof Uint8Array;
  const method = methods[operation] ?? "GET";
  return pact
    .addInteraction()
    .given(`an agreement that is ${stage}`)
    .uponReceiving(`${operation} by the ${as}`)
    .withRequest(method, hasPlaces(path) ? (fromProviderState(path, withExamples(path)) as never) : path, (request) => {
      const headers = {
        Authorization: `Bearer ${as}`,
        ...(method === "POST" ? { "Idempotency-Key": regex("^[!-~]{1,255}$", "pact") } : {}),
      };
      request.headers(headers);
      if (query !== undefined) request.query(query);
      if (isBytes) request.body("application/octet-stream", Buffer.from(body as Uint8Array));
      else if (body !== undefined) request.jsonBody(body);
    })
    .willRespondWith(status, (response) => {
      response.headers({ "Settld-Request": like("req_1"), "Settld-Revision": like("2026-11") });
      if (bytes?.exact === true) response.body(bytes.mediaType, Buffer.from(bytes.example));
      else if (bytes !== undefined) response.headers({ "Content-Type": bytes.mediaType });
      else if (answer !== undefined) response.jsonBody(like(answer));
    });
};

/** The method of each operation. */
export type Methods = Readonly<Record<string, string>>;

/**
 * Drives the real client against Pact's mock server, interaction by interaction, and returns what each call gave and the
 * pact that was written meanwhile.
 */
export const consume = async (
  interactions: readonly Interaction[],
  methods: Methods,
): Promise<{ readonly results: ReadonlyMap<string, unknown>; readonly pact: string }> => {
  const folder = mkdtempSync(join(tmpdir(), "settld-pact-"));
  const results = new Map<string, unknown>();
  try {
    const pact = new PactV4({ consumer: "settld-sdk", provider: "settld-server", dir: folder, logLevel: "error" });
    for (const interaction of interactions) {
      await add(pact, methods, interaction).executeTest(async (mock: V3MockServer) => {
        results.set(interaction.operation, await interaction.call(clientAt(mock.url, interaction.as)));
      });
    }
    const [file = ""] = readdirSync(folder);
    return { results, pact: steady(readFileSync(join(folder, file), "utf8")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

// Which version of Pact wrote it says nothing about the contract.
const steady = (text: string): string => {
  const {
    metadata: _,
    interactions,
    ...rest
  } = JSON.parse(text) as {
    readonly metadata: unknown;
    readonly interactions: readonly { readonly description: string }[];
  };
  const sorted = [...interactions].sort((a, b) => (a.description < b.description ? -1 : 1));
  const metadata = { pactSpecification: { version: "4.0" } };
  return `${JSON.stringify({ ...rest, interactions: sorted, metadata }, null, 2)}\n`;
};
