import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AuditReport } from "@settld/server";
import { makeDatabase } from "@settld/testkit/postgres";
import { makeParties, partiesToJson } from "../settlement.ts";
import { SettlementClient } from "../settlement-client.ts";
import type { Found, Load, Plan } from "./plan.ts";
import { EXEC_ARGV, type Place, type Servers, startServers } from "./servers.ts";

/** A whole load test. */
export type LoadTest = Load & {
  readonly store: "sqlite" | "postgres";
  /** Server processes; a folder takes one. */
  readonly processes: number;
  /** Buyers, each with a seller and a checker. One makes all settlements go through two accounts. */
  readonly accounts: number;
};

/** What a server process used while it was measured. */
export type Process = { readonly cpu: number; readonly memory: number; readonly loopP99: number };

/** What a load test came to. */
export type Result = {
  readonly test: LoadTest;
  readonly found: Found;
  readonly servers: readonly Process[];
  readonly audit: AuditReport;
  /** What is wrong; nothing of it may be. */
  readonly problems: readonly string[];
};

/** Runs a load test on servers and a store of its own, which are gone afterwards. */
export async function runLoad(test: LoadTest, beforeAudit?: (place: Place) => Promise<void>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "settld-load-"));
  const database = test.store === "postgres" ? await makeDatabase() : undefined;
  const place: Place = { folder, ...(database === undefined ? {} : { databaseUrl: database.url }) };
  try {
    const servers = await startServers(place, test.processes);
    try {
      const plan = await planOf(test, servers);
      const before = await Promise.all(servers.metrics.map((url) => figuresOf(url)));
      const start = performance.now();
      const found = await generate(plan);
      const seconds = (performance.now() - start) / 1_000;
      const processes = await Promise.all(
        servers.metrics.map(async (url, index): Promise<Process> => {
          const { cpu, ...after } = await figuresOf(url);
          return { ...after, cpu: (cpu - (before[index]?.cpu ?? 0)) / seconds };
        }),
      );
      await beforeAudit?.(place);
      const audit = await auditOf(servers);
      return { test, found, servers: processes, audit, problems: problemsOf(found, audit) };
    } finally {
      await servers.close();
    }
  } finally {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function planOf(test: LoadTest, { known, urls }: Servers): Promise<Plan> {
  const client = new SettlementClient(known, "load");
  const parties: Plan["parties"][number][] = [];
  for (let index = 0; index < test.accounts; index++) {
    parties.push(partiesToJson(await makeParties(known, `${index}`, (ask) => client.send(ask))));
  }
  client.close();
  return { ...test, urls, settler: known.settler, parties };
}

async function generate(plan: Plan): Promise<Found> {
  const program = fileURLToPath(new URL("./generator.ts", import.meta.url));
  const child = fork(program, { execArgv: [...EXEC_ARGV], serialization: "advanced" });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the generator ended with ${code}`);
  });
  child.send(plan);
  const [found] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => {});
  return found as Found;
}

async function figuresOf(url: string): Promise<Process> {
  const text = await (await fetch(url)).text();
  const value = (name: string): number => {
    const line = text.split("\n").find((one) => one.startsWith(`${name} `));
    if (line === undefined) throw new Error(`expected the metric ${name}, found none`);
    return Number(line.slice(name.length + 1));
  };
  return {
    cpu: value("settld_process_cpu_seconds_total"),
    memory: value("settld_process_resident_memory_bytes"),
    loopP99: value('settld_event_loop_lag_seconds{quantile="0.99"}'),
  };
}

async function auditOf({ known }: Servers): Promise<AuditReport> {
  const headers = { authorization: `Bearer ${known.operatorKey}` };
  const response = await fetch(`${known.url}/v1/audit`, { headers, signal: AbortSignal.timeout(AUDIT_MS_MAX) });
  if (!response.ok) throw new Error(`expected a reconciliation, found ${response.status} ${await response.text()}`);
  return (await response.json()) as AuditReport;
}

const AUDIT_MS_MAX = 600_000;

// A book that agrees with its logs, and every agreement of which a client was told.
function problemsOf({ made, asked, settlements }: Found, { ok, findings, agreements }: AuditReport): string[] {
  return [
    ...(ok ? [] : findings.map(({ what, where, message }) => `reconciliation: ${what} ${where}: ${message}`)),
    ...(agreements >= made ? [] : [`lost: ${made} agreements were acknowledged, the store has ${agreements}`]),
    ...(agreements <= asked ? [] : [`too many: ${asked} agreements were asked for, the store has ${agreements}`]),
    ...(settlements > 0 ? [] : ["nothing was settled"]),
  ];
}
