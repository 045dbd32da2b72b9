import { createHash } from "node:crypto";
import { SettldError } from "@settld/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseReport, readInput } from "../report/read-report.ts";
import { ALL_PROFILES, PROFILES, type ProfileName } from "../requirements.ts";
import { isDay, parseBaseline } from "../run/baseline.ts";
import type { PlanOptions } from "../run/plan.ts";
import { type Filters, parseShard } from "../run/select.ts";

/** Options that choose vectors. */
export type FilterValues = {
  readonly path?: readonly string[];
  readonly tag?: readonly string[];
  readonly clause?: readonly string[];
  readonly id?: readonly string[];
  readonly failedFrom?: string;
  readonly shard?: string;
};

/** Options that decide what is run and how it is judged. */
export type PlanValues = FilterValues & {
  readonly profile?: readonly ProfileName[];
  readonly repeat: number;
  readonly seed: number;
  readonly baseline?: string;
  readonly today?: string;
};

/** Options of running adapters. */
export type AdapterValues = { readonly parallel?: number; readonly timeout?: number };

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

/** Adds the options that choose vectors. */
export const addFilters = (command: Command): Command =>
  command
    .option("--path <glob>", "files of vectors, such as 'money/*'; may be repeated", collect)
    .option("--tag <tag>", "area, op, verdict, code or category of the code; may be repeated", collect)
    .option(
      "--clause <clause>",
      "clause, such as JSON-3, or area of clauses, such as JSON; may be repeated",
      collect,
      [],
    )
    .option("--id <id>", "one vector; may be repeated", collect)
    .option("--failed-from <report>", "cases that did not pass in an earlier report")
    .option("--shard <part>", "part of the vectors, such as 2/4");

/**
 * Adds the options that decide what is run and how it is judged.
 *
 * @param names - profiles that may be asked for.
 */
export const addPlan = (command: Command, names: readonly ProfileName[] = PROFILES): Command =>
  addFilters(command)
    .addOption(
      new Option("--profile <name>", "judge this profile instead of those that are claimed; may be repeated").argParser(
        (value: string, previous?: readonly string[]) => {
          if (names.some((name) => name === value)) return collect(value, previous);
          throw new InvalidArgumentError(`Allowed choices are ${names.join(", ")}.`);
        },
      ),
    )
    .option("--repeat <n>", "ask each case so often, each time in another order", integer(1, 1000), 1)
    .option("--seed <n>", "decides the order of cases", integer(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--baseline <file>", "list of known failures")
    .option("--today <day>", "day that decides which entries of the baseline are still valid (default: today's, UTC)");

/** Adds the options of running adapters. */
export const addAdapter = (command: Command): Command =>
  command
    .option("--parallel <n>", "processes of the adapter at most (default: one a core, at most 4)", integer(1, 64))
    .option("--timeout <seconds>", "longest silence of the adapter (default: 60)", integer(1, 86_400));

/** A parser of integers for options. */
export const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
  };

/**
 * Reads what the options of {@link addPlan} name.
 *
 * @throws SettldError `CLI_USAGE`, `CLI_INPUT`, `CONF_REPORT`, `CONF_BASELINE` or `CONF_VECTOR_UNKNOWN`.
 */
export const readPlan = async (values: PlanValues, isKnown: (id: string) => boolean): Promise<PlanOptions> => ({
  filters: await readFilters(values),
  profiles: ALL_PROFILES.filter((name) => values.profile?.includes(name)),
  repeat: values.repeat,
  seed: values.seed,
  baseline: await readBaseline(values, isKnown),
});

const readBaseline = async (
  { baseline, today }: PlanValues,
  isKnown: (id: string) => boolean,
): Promise<PlanOptions["baseline"]> => {
  if (today !== undefined && !isDay(today)) {
    throw new SettldError("CLI_USAGE", `--today: expected a day such as 2026-11-30, found ${today}`);
  }
  if (baseline === undefined) return undefined;
  const entries = parseBaseline(await readInput(baseline), baseline, isKnown);
  // The one place that looks at a clock, and it says nothing about the implementation (CONF-14).
  return { entries, today: today ?? new Date().toISOString().slice(0, 10) };
};

/**
 * Reads what the options of {@link addFilters} name.
 *
 * @throws SettldError `CLI_USAGE`, `CLI_INPUT` or `CONF_REPORT`.
 */
export const readFilters = async (values: FilterValues): Promise<Filters> => ({
  path: values.path ?? [],
  tag: values.tag ?? [],
  clause: values.clause ?? [],
  id: values.id ?? [],
  failedFrom: values.failedFrom === undefined ? undefined : await readFailed(values.failedFrom),
  shard: values.shard === undefined ? undefined : parseShard(values.shard),
});

const readFailed = async (path: string): Promise<NonNullable<Filters["failedFrom"]>> => {
  const bytes = await readInput(path);
  const { cases } = parseReport(bytes, path);
  // What was not run has not passed either, so a run that was interrupted can be taken up.
  const failed = cases.filter(({ status }) => status !== "pass" && status !== "not-applicable");
  return {
    ids: new Set(failed.map(({ id }) => id)),
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
  };
};
