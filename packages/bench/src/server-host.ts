/**
 * The server of the settlement bench, as a process of its own: `server-host.ts <folder>`, or over the database of
 * SETTLD_DATABASE_URL when the folder is empty. Prints one line of JSON when it serves, and ends with its standard input.
 */
import { base64urlEncode } from "@settld/protocol";
import { createServer, listen, newApiKey, openSqliteStore } from "@settld/server";
import { openPostgresStore } from "@settld/server/postgres";
import { testSigner } from "@settld/testkit";

/** What the host prints. */
export type Host = { readonly url: string; readonly operatorKey: string; readonly settlerKey: string };

const [, , folder = ""] = process.argv;
const store =
  folder === ""
    ? await openPostgresStore({ url: process.env["SETTLD_DATABASE_URL"] ?? "" })
    : await openSqliteStore({ folder, mode: "serve" });
const signer = await testSigner("bench settler");
const server = await createServer({
  store,
  settler: { id: "https://settler.example", signer },
  registry: { id: "https://registry.example", signer: await testSigner("bench registry") },
  allowTestKeys: true,
  limits: { requestsPerSecond: 1e6, requestsBurst: 1e6 },
});
const { key, row } = newApiKey("operator", ["operator"], "bench", Date.now());
await store.write({ apiKeys: [row] });
const { url, close } = await listen(server);
const host: Host = { url, operatorKey: key, settlerKey: base64urlEncode(signer.publicKey) };
console.log(JSON.stringify(host));
process.stdin.resume().on("end", async () => {
  await close(0);
  await server.close();
});
