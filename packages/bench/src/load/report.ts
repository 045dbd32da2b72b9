import type { LoadTest, Result } from "./load.ts";
import { ALL } from "./mix.ts";
import type { Row } from "./plan.ts";

const ORDER = ["offer", "accept", "fund", "upload", "submit", "attest and close", "receipt"];

/** A load test for people. */
export function reportOf({ test, found, servers, audit, problems }: Result): string {
  const { seconds, requests, settlements, errors, cpu } = found;
  const all = Object.values(seconds).reduce((sum, one) => sum + one, 0);
  const perSecond = (count: number): string => (count / all).toFixed(0);
  const lines = [
    describe(test),
    "",
    ...tableOf(found.rows, seconds),
    "",
    `${perSecond(settlements)} settlements and ${perSecond(requests)} requests a second, in ${all.toFixed(1)} s`,
    ...servers.map(
      (one, index) =>
        `server ${index + 1}: ${percent(one.cpu)} of a core, ${(one.memory / 2 ** 20).toFixed(0)} MiB, ` +
        `event loop late by ${(one.loopP99 * 1_000).toFixed(0)} ms (p99)`,
    ),
    `all servers together: ${((1_000 * all * servers.reduce((sum, one) => sum + one.cpu, 0)) / requests).toFixed(2)} ms of processor a request`,
    `load generator: ${percent(cpu)} of a core`,
    Object.keys(errors).length === 0 ? "errors: none" : "errors:",
    ...Object.entries(errors)
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, count]) => `  ${String(count).padStart(6)}  ${what}`),
    `reconciliation: ${audit.ok ? "clean" : "NOT CLEAN"}, ${audit.agreements} agreements, ${audit.events} events, ` +
      `${audit.transactions} transactions, ${audit.accounts} accounts`,
    ...problems.map((problem) => `PROBLEM ${problem}`),
  ];
  return lines.join("\n");
}

function describe({
  store,
  processes,
  profile,
  clients,
  duration,
  warmUp,
  accounts,
  reads,
  evidence,
  route,
}: LoadTest): string {
  const where = store === "sqlite" ? "SQLite" : `PostgreSQL, ${processes} process${processes === 1 ? "" : "es"}`;
  return (
    `${where}; ${profile}, ${clients} clients, ${duration} s after ${warmUp} s; ${accounts} buyers; ` +
    `${percent(reads)} reads; evidence of ${evidence} bytes${processes > 1 ? `; route: ${route}` : ""}`
  );
}

function tableOf(rows: readonly Row[], seconds: Readonly<Record<string, number>>): string[] {
  const place = ({ phase, operation }: Row): string => {
    const index = ORDER.indexOf(operation);
    return `${phase} ${operation === ALL ? "z" : index < 0 ? `y ${operation}` : `a ${index}`}`;
  };
  const ms = (value: number): string => value.toFixed(1).padStart(9);
  const head = ["p50 ms", "p95 ms", "p99 ms", "max ms"].map((text) => text.padStart(9)).join("");
  return [
    `${"".padEnd(30)}${"count".padStart(8)}${"per s".padStart(8)}${head}`,
    ...rows
      .toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
      .map((row) => {
        const { phase, operation, count, p50, p95, p99, max } = row;
        const rate = (count / (seconds[phase] ?? 0)).toFixed(0).padStart(8);
        return `${`${phase}: ${operation}`.padEnd(30)}${String(count).padStart(8)}${rate}${ms(p50)}${ms(p95)}${ms(p99)}${ms(max)}`;
      }),
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(0)}%`;
