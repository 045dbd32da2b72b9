/**
 * Goes through a playbook with real processes, and ends with figures.
 *
 *   node packages/repo/src/drill.ts rollback     docs/playbooks/rollback.md
 *   node packages/repo/src/drill.ts incident     docs/playbooks/incident.md
 *   --store sqlite|postgres                      over which store; default sqlite
 *   --short                                      with few agreements
 *
 * It works in a temporary folder and needs nothing but the repository; PostgreSQL it starts by itself. Exit codes: 0 when everything held, 1 when not.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drillIncident } from "./drill/incident.ts";
import { schemaVersion } from "./drill/next-version.ts";
import { makePlace, STORES } from "./drill/place.ts";
import { drillRollback } from "./drill/rollback.ts";
import { makeSteps } from "./drill/steps.ts";

/** The drills by name. */
const DRILLS = { rollback: drillRollback, incident: drillIncident } as const;

// Agreements that are settled before it begins; the short form is for every change.
const DEALS = 20;
const DEALS_SHORT = 2;

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    options: { short: { type: "boolean" }, store: { type: "string", default: "sqlite" } },
    allowPositionals: true,
  });
  const [name = ""] = positionals;
  const drill = name in DRILLS ? DRILLS[name as keyof typeof DRILLS] : undefined;
  if (drill === undefined || positionals.length !== 1) {
    console.error(`expected one of ${Object.keys(DRILLS).join(", ")}`);
    return 2;
  }
  const store = STORES.find((one) => one === values.store);
  if (store === undefined) {
    console.error(`--store: expected one of ${STORES.join(", ")}`);
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), `settld-drill-${name}-`));
  const steps = makeSteps(`drill ${name} (${store})`, (line) => console.log(line));
  const place = await makePlace(store, scratch, schemaVersion(store));
  try {
    await drill(steps, scratch, values.short === true ? DEALS_SHORT : DEALS, place);
  } catch (error) {
    steps.check(`nothing is thrown: ${(error as Error).message}`, false);
  } finally {
    await place.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const { lines, ok } = steps.end();
  for (const line of lines) console.log(line);
  return ok ? 0 : 1;
};

if (import.meta.main) {
  process.exitCode = await main();
}
