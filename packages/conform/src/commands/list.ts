import { formatTable, printJson, printLines, stdoutColors } from "@settld/output";
import { canonicalize } from "@settld/protocol";
import { Command, Option } from "commander";
import { vectorCatalogue } from "../catalogue.ts";
import { ALL_PROFILES, type ProfileName, type RequirementSet, scoringOf } from "../requirements.ts";
import { select } from "../run/select.ts";
import { scenarioCatalogue } from "../server/catalogue.ts";
import type { Vector } from "../vectors.ts";
import { addFilters, type FilterValues, readFilters } from "./options.ts";

type Options = FilterValues & { readonly json?: true; readonly profile?: ProfileName };

/** `settld-conform list`: the vectors. */
export const listCommand = (): Command =>
  addFilters(
    new Command("list").description("Lists the vectors: id, op, clause and fault; of a server, the scenarios."),
  )
    .addOption(
      new Option("--profile <name>", "only what this profile is judged by; server has scenarios").choices(ALL_PROFILES),
    )
    .option("--json", "one line of JSON a vector, without its input, with the reason where a profile does not score it")
    .addHelpText(
      "after",
      `
Examples:
  settld-conform list --clause JSON
  settld-conform list --tag bundle.verify --json`,
    )
    .action(async (options: Options) => {
      const { profile } = options;
      const isServer = profile === "server";
      const { all, requirements } = isServer ? scenarioCatalogue() : vectorCatalogue();
      const vectors = select(all, await readFilters(options), profile === undefined ? [] : [profile], requirements);
      if (options.json === true) {
        for (const vector of vectors) await printJson(jsonOf(vector, requirements));
        return;
      }
      const { bold } = stdoutColors();
      const rows = vectors.map(({ id, op, clause, fault, code }) => [
        { text: id, paint: bold },
        op,
        clause,
        (isServer ? code : fault) ?? "",
      ]);
      await printLines(formatTable(rows));
    });

const jsonOf = ({ id, path, op, clause, why, since, fault, verdict, code }: Vector, set: RequirementSet): string => {
  const scoring = scoringOf(set, { id, op });
  return canonicalize({ id, path, op, clause, why, since, fault, verdict, code, scoring });
};
