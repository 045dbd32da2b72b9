import {
  escapeTerminal,
  formatTable,
  isSystemError,
  printJson,
  printLines,
  reasonOf,
  writeFileAtomic,
} from "@settld/output";
import { canonicalize, digestOf, type JsonValue } from "@settld/protocol";
import type { RetentionPlan, RetentionRule } from "@settld/server";
import { inputError } from "../../../exit.ts";
import { readDays } from "../../../server/days.ts";
import { readIdentity } from "../../../server/identity.ts";
import { loadServer } from "../../../server/load-server.ts";
import { withStore } from "../../../server/store-folder.ts";
import { type PlaceOptions, storePlace } from "../../../server/store-place.ts";

type Options = PlaceOptions & {
  readonly out: string;
  readonly closedDays?: string;
  readonly unreferencedDays?: string;
  readonly format: "human" | "json";
};

/** `settld admin retention plan`. */
export async function plan({ out, format, closedDays, unreferencedDays, ...options }: Options): Promise<void> {
  const place = storePlace(options);
  const server = await loadServer();
  const rule: RetentionRule = {
    ...(closedDays === undefined ? {} : { closedDays: readDays(closedDays, "--closed-days", server.DAYS_MAX) }),
    ...(unreferencedDays === undefined
      ? {}
      : { unreferencedDays: readDays(unreferencedDays, "--unreferenced-days", server.DAYS_MAX) }),
  };
  if (Object.keys(rule).length === 0) {
    throw inputError(
      "CLI_USAGE",
      "expected --closed-days or --unreferenced-days, found neither: nothing would be purged",
    );
  }
  const made = await withStore(server, place, async (store) => {
    const settler = (await readIdentity(store))?.settler;
    if (settler === undefined) {
      throw inputError("CLI_INPUT", `expected a store that was served at least once, found a new one: ${place.name}`);
    }
    return server.planRetention(store, { settler, rule, now: Date.now() });
  });
  const bytes = server.planBytes(made);
  try {
    await writeFileAtomic(out, bytes, { overwrite: false, mode: 0o600 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_OUTPUT", `--out: expected to write a plan, found ${reasonOf(error)}: ${out}`, error);
  }
  const digest = digestOf(bytes);
  if (format === "json") {
    const { purge, keep } = totalsOf(made);
    await printJson(
      canonicalize({ object: "retention_plan_summary", digest, out, purge, keep } as unknown as JsonValue),
    );
    return;
  }
  const { purge, keep } = totalsOf(made);
  const counts = (of: Readonly<Record<string, number>>): string[][] =>
    Object.entries(of).map(([why, count]) => [`${count}`, why]);
  await printLines([
    `plan ${digest} in ${escapeTerminal(out)}`,
    "purge",
    ...formatTable([...counts(purge.kinds), [`${purge.bytes}`, "bytes"]], { align: ["right"], indent: 2 }),
    "keep",
    ...formatTable(counts(keep), { align: ["right"], indent: 2 }),
  ]);
}

type Totals = {
  readonly purge: {
    readonly objects: number;
    readonly bytes: number;
    readonly kinds: Readonly<Record<string, number>>;
  };
  /** Objects by each reason; one may have several. */
  readonly keep: Readonly<Record<string, number>>;
};

function totalsOf({ purge, keep }: RetentionPlan): Totals {
  const kinds: Record<string, number> = {};
  const reasons: Record<string, number> = {};
  for (const { kind } of purge) kinds[kind] = (kinds[kind] ?? 0) + 1;
  for (const { why } of keep) {
    for (const reason of new Set(why.map((one) => one.reason))) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return {
    purge: { objects: purge.length, bytes: purge.reduce((sum, { size }) => sum + size, 0), kinds },
    keep: reasons,
  };
}
