import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError, makeFolder, reasonOf, writeFileAtomic } from "@settld/output";
import { REVISION, SettldError } from "@settld/protocol";
import { OPS } from "../adapter/ops.ts";
import type { Outcome } from "../adapter/outcome.ts";
import { VERSION } from "../version.ts";
import type { FuzzInput } from "./generator.ts";
import { isObject, tryParse } from "./json.ts";
import type { Shrunk } from "./shrink.ts";

/** One side of a difference, as a file has it. */
export type ReproAnswer = { readonly adapter: string; readonly outcome: Outcome };

/** A difference as a file: everything that is needed to show it again, with any two adapters. */
export type Repro = {
  readonly kit: { readonly name: "settld-conform"; readonly version: string };
  readonly revision: string;
  /** Where the case came from; the input below may be smaller. */
  readonly seed: number;
  readonly case: number;
  readonly from: string;
  /** Op, what both said, and the fact in which they differ. */
  readonly difference: string;
  readonly op: string;
  readonly input: FuzzInput["input"];
  readonly answers: readonly [ReproAnswer, ReproAnswer];
};

/** The file for a finding. */
export const reproOf = (finding: Shrunk, names: readonly [string, string]): Repro => ({
  kit: { name: "settld-conform", version: VERSION },
  revision: REVISION,
  seed: finding.key.seed,
  case: finding.key.number,
  from: finding.found.from,
  difference: finding.group,
  op: finding.found.op,
  input: finding.input,
  answers: [
    { adapter: names[0], outcome: finding.outcomes[0] },
    { adapter: names[1], outcome: finding.outcomes[1] },
  ],
});

/** Writes a file for a difference into a folder, which is made when it is missing, and returns its path. */
export const writeRepro = async (folder: string, repro: Repro): Promise<string> => {
  const path = join(folder, `fuzz-${repro.seed}-${repro.case}.json`);
  try {
    await makeFolder(folder);
    await writeFileAtomic(path, `${JSON.stringify(repro, null, 1)}\n`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new SettldError("CLI_OUTPUT", `expected to write a file, found ${reasonOf(error)}: ${path}`, {
      cause: error,
    });
  }
  return path;
};

/**
 * Reads the op and the input of a file that {@link writeRepro} wrote.
 *
 * @throws SettldError `CLI_INPUT` when it cannot be read or is no such file.
 */
export const readRepro = async (path: string): Promise<FuzzInput> => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new SettldError("CLI_INPUT", `expected a file, found ${reasonOf(error)}: ${path}`, { cause: error });
  }
  const value = tryParse(bytes);
  const { op, input } = isObject(value) ? value : {};
  if (typeof op !== "string" || !OPS.includes(op) || !isObject(input)) {
    throw new SettldError(
      "CLI_INPUT",
      `expected a file of settld-conform fuzz with op and input, found another: ${path}`,
    );
  }
  return { op, input };
};
