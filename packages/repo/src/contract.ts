/**
 * `pnpm contract:check` compares the tree with the last released contract, `pnpm contract:write` records a new one.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gt } from "semver";
import { compareStates } from "./contract/compare.ts";
import { readPending, uncovered } from "./contract/cover.ts";
import { type ContractState, lockFile, readLock, readState } from "./contract/state.ts";
import { root } from "./workspace.ts";

const isReleased = ({ packages }: ContractState): boolean =>
  Object.values(packages).some((version) => version !== "0.0.0");

/** Lines for people and whether the contract holds. */
export type ContractReport = { readonly ok: boolean; readonly lines: readonly string[] };

/** Checks the tree at `base` against its lock. */
export const checkContract = (base: string): ContractReport => {
  const lock = readLock(base);
  const now = readState(base);
  if (lock === undefined) {
    return isReleased(now)
      ? { ok: false, lines: [`${lockFile} is missing, and there are released packages`] }
      : { ok: true, lines: ["nothing is released yet, so there is no contract to keep"] };
  }
  const differences = compareStates(lock, now);
  const open = uncovered(differences, lock, now, readPending(base));
  return {
    ok: open.length === 0,
    lines: [
      ...open.map(({ difference: { level, where, rule }, needs }) => `${where}: ${level}, ${rule}; needs ${needs}`),
      ...differences
        .filter((difference) => !open.some((one) => one.difference === difference))
        .map(({ level, where, rule }) => `${where}: ${level}, ${rule}; announced`),
      `${differences.length} differences to the last released contract, ${open.length} not announced`,
    ],
  };
};

/**
 * Records the present state. Once something is released this is a step of a release: versions must have risen,
 * or the lock could be rewritten to hide a change.
 */
export const writeContract = (base: string): ContractReport => {
  const lock = readLock(base);
  const now = readState(base);
  if (lock !== undefined && isReleased(lock)) {
    const touched = new Set(compareStates(lock, now).map((difference) => difference.package));
    const stuck = [...touched].filter((name) => !gt(now.packages[name] ?? "0.0.0", lock.packages[name] ?? "0.0.0"));
    if (stuck.length > 0) {
      return {
        ok: false,
        lines: [`${lockFile} records a release; raise the version of ${stuck.join(", ")} first (changeset version)`],
      };
    }
  }
  writeFileSync(join(base, lockFile), `${JSON.stringify(now, null, 1)}\n`);
  return { ok: true, lines: [`wrote ${lockFile}`] };
};

if (import.meta.main) {
  const [command] = process.argv.slice(2);
  if (command !== "check" && command !== "write") {
    console.error("usage: contract.ts check|write");
    process.exitCode = 2;
  } else {
    const { ok, lines } = command === "check" ? checkContract(root) : writeContract(root);
    (ok ? console.log : console.error)(lines.join("\n"));
    process.exitCode = ok ? 0 : 1;
  }
}
