/**
 * `pnpm contract:check` compares the tree with the last released contract, `pnpm contract:write` records a new one.
 *
 *   check [--json]         every difference, its level, and what it needs; red when something is not announced
 *   check --map [NAME]     what a difference, or a clause, code, file, vector or operation touches
 *   write                  records the present state: before the first release freely, later with raised versions only
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gt } from "semver";
import { placesOf } from "./contract/api.ts";
import { compareStates } from "./contract/compare.ts";
import { affectedBy, type Coverage, readGroups, readPending, uncovered } from "./contract/cover.ts";
import type { Difference } from "./contract/difference.ts";
import { readEmbeds } from "./contract/embeds.ts";
import { impactLines, impactOf, readImpact } from "./contract/impact.ts";
import { lockFile, readLock, writeLock } from "./contract/lock.ts";
import { type ContractState, readState } from "./contract/state.ts";
import { root } from "./workspace.ts";

const isReleased = ({ packages }: ContractState): boolean =>
  Object.values(packages).some((version) => version !== "0.0.0");

/** One difference, for programs. */
export type ContractFinding = Difference & {
  readonly affected: readonly string[];
  /** What would announce it; `null` when that has happened. */
  readonly needs: string | null;
};

/** Lines for people, the findings for programs, and whether the contract holds. */
export type ContractReport = {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly findings?: readonly ContractFinding[];
};

/** The lock was changed by hand, or a part of it is gone. */
const broken = (error: unknown): ContractReport => ({ ok: false, lines: [(error as Error).message] });

const coverageOf = (base: string, lock: ContractState, now: ContractState): Coverage => ({
  lock,
  now,
  pending: readPending(base),
  embeds: readEmbeds(base),
  groups: readGroups(base),
});

/** Checks the tree at `base` against its lock. */
export const checkContract = (base: string): ContractReport => {
  let lock: ContractState | undefined;
  try {
    lock = readLock(base);
  } catch (error) {
    return broken(error);
  }
  const now = readState(base);
  if (lock === undefined) {
    return isReleased(now)
      ? { ok: false, lines: [`${lockFile} is missing, and there are released packages`] }
      : { ok: true, lines: ["nothing is released yet and nothing is locked, so there is no contract to keep"] };
  }
  const coverage = coverageOf(base, lock, now);
  const differences = compareStates(lock, now, placesOf(base));
  const open = uncovered(differences, coverage);
  const findings = differences.map((difference) => ({
    ...difference,
    affected: affectedBy(difference, coverage),
    needs: open.find((one) => one.difference === difference)?.needs ?? null,
  }));
  const line = ({ where, level, rule, needs }: ContractFinding): string =>
    `${where}: ${level}, ${rule}; ${needs === null ? "announced" : `needs ${needs}`}`;
  return {
    ok: open.length === 0,
    findings,
    lines: [
      ...findings.filter(({ needs }) => needs !== null).map(line),
      ...findings.filter(({ needs }) => needs === null).map(line),
      `${differences.length} differences to the last released contract, ${open.length} not announced`,
      ...(open.length > 0 && !isReleased(lock)
        ? ["nothing is released yet: `pnpm contract:write` records what is meant to stay"]
        : []),
    ],
  };
};

/**
 * Records the present state. Once something is released this is a step of a release: versions must have risen,
 * or the lock could be rewritten to hide a change.
 */
export const writeContract = (base: string): ContractReport => {
  let lock: ContractState | undefined;
  try {
    lock = readLock(base);
  } catch (error) {
    return broken(error);
  }
  const now = readState(base);
  if (lock !== undefined && isReleased(lock)) {
    const coverage = coverageOf(base, lock, now);
    const touched = new Set(
      compareStates(lock, now, placesOf(base)).flatMap((difference) => affectedBy(difference, coverage)),
    );
    const before = lock.packages;
    const stuck = [...touched].filter((name) => !gt(now.packages[name] ?? "0.0.0", before[name] ?? "0.0.0"));
    if (stuck.length > 0) {
      return {
        ok: false,
        lines: [`${lockFile} records a release; raise the version of ${stuck.join(", ")} first (pnpm release:version)`],
      };
    }
  }
  writeLock(base, now);
  return { ok: true, lines: [`wrote ${lockFile} and contract/`] };
};

/** The impact map of the present differences, or of one name. */
const map = (base: string, names: readonly string[], json: boolean): ContractReport => {
  const graph = readImpact(base);
  const differences = names.length > 0 ? [] : (checkContract(base).findings ?? []);
  const starts = names.length > 0 ? names : [...new Set(differences.map(({ where }) => where))];
  if (starts.length === 0)
    return { ok: true, lines: ["no differences to map; name a clause, code, file, vector or operation"] };
  const impacts = starts.map((start) => impactOf(graph, start));
  const unknown = impacts.filter(({ found }) => !found);
  return {
    ok: unknown.length === 0 || names.length === 0,
    lines: json ? [JSON.stringify(impacts, null, 1)] : impacts.flatMap(impactLines),
  };
};

const main = (): number => {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" }, map: { type: "boolean" } },
    allowPositionals: true,
  });
  const [command, ...names] = positionals;
  const isCheck = command === "check" && (values.map === true || names.length === 0);
  if (!isCheck && !(command === "write" && names.length === 0)) {
    console.error("usage: contract.ts check [--json] | check --map [NAME...] [--json] | write");
    return 2;
  }
  const built = existsSync(join(root, "packages/protocol/dist"));
  if (!built) {
    console.error("packages/protocol/dist is missing: the contract is read from what is built; run `pnpm build`");
    return 2;
  }
  if (values.map === true) {
    const { ok, lines } = map(root, names, values.json === true);
    console.log(lines.join("\n"));
    return ok ? 0 : 1;
  }
  const { ok, lines, findings } = command === "check" ? checkContract(root) : writeContract(root);
  const text =
    values.json === true ? JSON.stringify({ ok, findings: findings ?? [], lines }, null, 1) : lines.join("\n");
  (ok ? console.log : console.error)(text);
  return ok ? 0 : 1;
};

if (import.meta.main) {
  try {
    process.exitCode = main();
  } catch (error) {
    // A tree that cannot be read has no contract; where it cannot is in the words.
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
