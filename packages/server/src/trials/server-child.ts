/**
 * The process that the crash trial kills: `server-child.ts <folder>`. It loads everything, prints `loaded`, and when a
 * line comes in opens the store of the folder, or of the database SETTLD_TRIAL_DATABASE, serves it, and prints `listening <url>`.
 */
import { appendFileSync, existsSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { listen } from "../listen.ts";
import type { Payout, Rail } from "../money/rail.ts";
import { createServer } from "../server.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import { testSigner } from "../testing/index.ts";

/** The file in which the rail of the child writes down every payout that it was asked for. */
export const RAIL_LOG = "rail.log";

/** A line of {@link RAIL_LOG}. */
export type RailLine = Pick<Payout, "id" | "destination"> & { readonly value: string };

/** A rail that keeps a journal: it pays one id once, and refuses destinations that begin with `refuse`. */
function journalRail(folder: string): Rail {
  const path = join(folder, RAIL_LOG);
  // Read each time: several servers may share it.
  const isKnown = (id: string): boolean =>
    existsSync(path) &&
    readFileSync(path, "utf8")
      .split("\n")
      .slice(0, -1)
      .some((line) => (JSON.parse(line) as RailLine).id === id);
  return {
    name: "journal",
    async pay({ id, amount, destination }) {
      if (!isKnown(id)) {
        // Time for somebody else to pay the same, if anybody does.
        await new Promise((resolve) => setTimeout(resolve, 2));
        const line: RailLine = { id, destination, value: amount.value };
        appendFileSync(path, `${JSON.stringify(line)}\n`);
      }
      return destination.startsWith("refuse")
        ? { status: "refused", reason: "the journal refuses it" }
        : { status: "paid" };
    },
  };
}

async function main(folder: string): Promise<void> {
  const url = process.env["SETTLD_TRIAL_DATABASE"];
  const settler = { id: "https://settler.example", signer: await testSigner("settler") };
  const registry = { id: "https://registry.example", signer: await testSigner("registry") };
  writeSync(1, "loaded\n");
  for await (const _ of createInterface({ input: process.stdin })) {
    const server = await createServer({
      store:
        url === undefined
          ? await openSqliteStore({ folder: join(folder, "store"), mode: "serve" })
          : await openPostgresStore({ url, pool: { max: 4 } }),
      settler,
      registry,
      rail: journalRail(folder),
      allowTestKeys: true,
      limits: { requestsPerSecond: 1e6, requestsBurst: 1e6 },
      // Short, because what a killed process was delivering waits for twice as long.
      webhooks: { allowLoopback: true, timeoutMs: 500 },
      onRequest: ({ error }) => error !== undefined && console.error(error),
    });
    const listening = await listen(server);
    writeSync(1, `listening ${listening.url}\n`);
  }
}

if (import.meta.main) await main(process.argv[2] ?? "");
