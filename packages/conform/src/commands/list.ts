import { formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize } from "@settld/protocol";
import { Command } from "commander";
import { allVectors, requirements } from "../data.ts";
import { type RequirementSet, scoringOf } from "../requirements.ts";
import { select } from "../run/select.ts";
import type { Vector } from "../vectors.ts";
import { addFilters, type FilterValues, readFilters } from "./options.ts";

type Options = FilterValues & { readonly json?: true };

/** `settld-conform list`: the vectors. */
export const listCommand = (): Command =>
  addFilters(new Command("list").description("Lists the vectors: id, op, clause and fault."))
    .option("--json", "one line of JSON a vector, without its input, with the reason where a profile does not score it")
    .addHelpText(
      "after",
      `
Examples:
  settld-conform list --clause JSON
  settld-conform list --tag bundle.verify --json`,
    )
    .action(async (options: Options) => {
      const vectors = select(allVectors(), await readFilters(options));
      if (options.json === true) {
        const set = requirements();
        for (const vector of vectors) await printJson(jsonOf(vector, set));
        return;
      }
      const { bold } = stdoutColors();
      const rows = vectors.map(({ id, op, clause, fault }) => [{ text: id, paint: bold }, op, clause, fault ?? ""]);
      await printLines(formatTable(rows));
    });

const jsonOf = ({ id, path, op, clause, why, since, fault, verdict, code }: Vector, set: RequirementSet): string => {
  const scoring = scoringOf(set, { id, op });
  return canonicalize({ id, path, op, clause, why, since, fault, verdict, code, scoring });
};
