import type { Plan } from "./plan-data.ts";
import type { Result } from "./results.ts";

/** A figure of the sprint: a number with its source, or null with the reason. */
export type Metric = {
  readonly id: string;
  readonly group: "Delivery" | "Reliability" | "Trust" | "Revenue";
  readonly value: number | null;
  readonly unit: string;
  /** What it was computed from, or why it could not be. */
  readonly source: string;
};

const NOBODY = "nothing is released and nobody uses it; the programs report nothing home";

/** A figure that a command printed, when it passed. */
const measured = (result: Result | undefined, measure: string): number | null =>
  result?.exit === 0 ? (result.measures[measure] ?? null) : null;

/** The figures that the owner tracks each sprint. None is guessed. */
export const metricsOf = ({ backlog, results, commands }: Plan): Metric[] => {
  // Committed to the sprint is what has a day in its closure sequence.
  const committed = backlog.tickets.filter(({ day }) => day !== undefined);
  const done = committed.filter(({ status }) => status === "done");
  const load = commands.find(({ measures }) => measures?.["p95SettlementMs"] !== undefined)?.run ?? "";
  const p95 = measured(results[load], "p95SettlementMs");
  const drift = results["pnpm determinism"];
  const none = (id: string, group: Metric["group"], unit: string, source: string): Metric => ({
    id,
    group,
    value: null,
    unit,
    source,
  });
  return [
    {
      id: "ticket_completion",
      group: "Delivery",
      value: committed.length === 0 ? null : Math.round((1000 * done.length) / committed.length) / 10,
      unit: "% of committed tickets",
      source: `planning/jira/backlog.json: ${done.length} of ${committed.length} with a day in the closure sequence`,
    },
    p95 === null
      ? none("p95_settlement_latency", "Reliability", "ms", `\`${load}\` is not recorded as passed`)
      : {
          id: "p95_settlement_latency",
          group: "Reliability",
          value: p95,
          unit: "ms",
          source: `\`${load}\` of ${results[load]?.at}, on a developer's machine: the step that settles and closes`,
        },
    none("api_uptime", "Reliability", "%", "no server runs in production"),
    none("incident_count", "Reliability", "incidents", "no server runs in production"),
    drift === undefined
      ? none("determinism_drift", "Trust", "incidents", "`pnpm determinism` is not recorded")
      : {
          id: "determinism_drift",
          group: "Trust",
          value: drift.exit === 0 ? 0 : 1,
          unit: "incidents",
          source: `\`pnpm determinism\` of ${drift.at}: ${drift.last}`,
        },
    none("first_verified_run_activation", "Revenue", "% of installations", NOBODY),
    none("paid_conversion", "Revenue", "% of activated", NOBODY),
    none("pilot_close_rate", "Revenue", "% of pilots", "no pilot has been offered"),
  ];
};
