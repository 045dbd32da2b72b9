/**
 * `pnpm load`: starts a server with its store, loads it, and ends with a table and the reconciliation. Exits with 1 when
 * the book does not agree with the logs, with 2 for a wrong option.
 */
import { parseArgs } from "node:util";
import { EVIDENCE_BYTES } from "../settlement.ts";
import { type LoadTest, runLoad } from "./load.ts";
import { reportOf } from "./report.ts";

const HELP = `pnpm load [options]

  --store sqlite|postgres   a folder, or a PostgreSQL that is started for it (or DATABASE_URL's); default sqlite
  --processes N             servers over one PostgreSQL; default 1
  --profile steady|burst    default steady
  --clients N               connections, each with one request under way; default 16
  --duration S              seconds that are measured; default 20
  --warm-up S               seconds before; default 5
  --accounts N              buyers, each with a seller and a checker; default: clients
  --reads R                 share of requests that are reads, 0 to 1; default 0.5
  --evidence BYTES          size of the evidence of each settlement; default ${EVIDENCE_BYTES}
  --route any|agreement     whether an agreement stays with one process; default any
  --json                    one line of JSON`;

type Given = Readonly<Record<string, string | boolean | undefined>>;

function testOf(given: Given): LoadTest {
  const one = <T extends string>(name: string, allowed: readonly T[]): T => {
    const value = given[name] ?? allowed[0];
    const found = allowed.find((text) => text === value);
    if (found === undefined) throw new RangeError(`--${name}: expected ${allowed.join(" or ")}, found ${value}`);
    return found;
  };
  const number = (name: string, least: number, most: number, otherwise: number): number => {
    const value = Number(given[name] ?? otherwise);
    if (value >= least && value <= most) return value;
    throw new RangeError(`--${name}: expected a number from ${least} to ${most}, found ${given[name]}`);
  };
  const whole = (...parameters: Parameters<typeof number>): number => Math.floor(number(...parameters));
  const clients = whole("clients", 1, 1_000, 16);
  const test: LoadTest = {
    store: one("store", ["sqlite", "postgres"]),
    processes: whole("processes", 1, 16, 1),
    profile: one("profile", ["steady", "burst"]),
    clients,
    duration: number("duration", 1, 3_600, 20),
    warmUp: number("warm-up", 1, 600, 5),
    accounts: whole("accounts", 1, 1_000, clients),
    reads: number("reads", 0, 0.95, 0.5),
    evidence: whole("evidence", 1, 2 ** 24, EVIDENCE_BYTES),
    route: one("route", ["any", "agreement"]),
  };
  if (test.store === "sqlite" && test.processes > 1) throw new RangeError("--processes: a folder takes one process");
  return test;
}

function read(): { readonly test: LoadTest; readonly json: boolean } | undefined {
  const text = { type: "string" } as const;
  const names = [
    "store",
    "processes",
    "profile",
    "clients",
    "duration",
    "warm-up",
    "accounts",
    "reads",
    "evidence",
    "route",
  ];
  const options = {
    ...Object.fromEntries(names.map((name) => [name, text])),
    json: { type: "boolean" } as const,
    help: { type: "boolean" } as const,
  };
  try {
    const { values } = parseArgs({ options });
    if (values.help !== true) return { test: testOf(values as Given), json: values.json === true };
    console.log(HELP);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}

const asked = read();
if (asked !== undefined) {
  // A PostgreSQL of its own flushes to disk, as one in earnest does.
  process.env["SETTLD_POSTGRES_FSYNC"] = "on";
  const result = await runLoad(asked.test);
  console.log(asked.json ? JSON.stringify(result) : reportOf(result));
  if (result.problems.length > 0) process.exitCode = 1;
}
