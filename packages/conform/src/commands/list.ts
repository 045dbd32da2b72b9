import { formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize } from "@settld/protocol";
import { Command } from "commander";
import { allVectors } from "../data.ts";
import { select } from "../run/select.ts";
import type { Vector } from "../vectors.ts";
import { addFilters, type FilterValues, readFilters } from "./options.ts";

type Options = FilterValues & { readonly json?: true };

/** `settld-conform list`: the vectors. */
export const listCommand = (): Command =>
  addFilters(new Command("list").description("Lists the vectors: id, op, clause and fault."))
    .option("--json", "one line of JSON a vector, without its input")
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
        for (const vector of vectors) await printJson(jsonOf(vector));
        return;
      }
      const { bold } = stdoutColors();
      const rows = vectors.map(({ id, op, clause, fault }) => [{ text: id, paint: bold }, op, clause, fault ?? ""]);
      await printLines(formatTable(rows));
    });

const jsonOf = ({ id, path, op, clause, why, since, fault, verdict, code }: Vector): string =>
  canonicalize({ id, path, op, clause, why, since, fault, verdict, code });
