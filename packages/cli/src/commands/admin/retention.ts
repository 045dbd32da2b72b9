import { Command, Option } from "commander";
import { DEFAULT_DIR, databaseOption } from "../../server/store-place.ts";
import { applyPlan } from "./retention/apply.ts";
import { hold, list, readmit, release } from "./retention/holds.ts";
import { plan } from "./retention/plan.ts";

const EXAMPLES = `
Examples:
  settld admin retention plan --closed-days 365 --unreferenced-days 30 --out plan.json
  settld admin retention apply plan.json --dry-run
  settld admin retention apply plan.json
  settld admin retention hold --agreement sha256:... --reason "case 12/2026" --by counsel
  settld admin retention release hold_... --reason "case closed" --by counsel
  settld admin retention list`;

/** `settld admin retention`: what evidence is purged, and what is not. */
export function retentionCommand(): Command {
  const retention = new Command("retention")
    .summary("purge evidence by a plan, and hold it back")
    .description(
      "Purges evidence that nobody needs any more: first a plan, a file that somebody reads, then exactly that plan. What " +
        "is purged leaves a signed tombstone, with which logs and bundles still verify. Legal holds win always.",
    )
    .addHelpText("after", EXAMPLES);
  const command = (name: string, summary: string, description: string): Command =>
    retention
      .command(name)
      .summary(summary)
      .description(description)
      .option("--dir <folder>", "folder of the store", DEFAULT_DIR)
      .addOption(databaseOption())
      .addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human"))
      .addHelpText("after", EXAMPLES);

  command(
    "plan",
    "say what would be purged",
    "Writes what would be purged under a rule, and what is kept and why. Changes nothing.",
  )
    .requiredOption("--out <file>", "the plan; must not exist yet")
    .option("--closed-days <n>", "purge evidence of agreements that have all been closed for longer")
    .option("--unreferenced-days <n>", "purge uploads that no agreement names, after so many days")
    .action(plan);

  command(
    "apply",
    "carry out a plan",
    "Purges what a plan names, as far as it still holds: each item is looked at again, and what changed is left and said. " +
      "May be ended at any moment and run again, also beside the server.",
  )
    .argument("<plan>", "the file of the plan")
    .option("--digest <digest>", "digest of the plan that was approved; another plan is refused")
    .option("--settler-key <file>", "the settler's private key, to sign tombstones (default: DIR/settler.jwk)")
    .option("--settler-signer <url>", "a signer that holds the settler's key instead")
    .option("--dry-run", "look at everything and change nothing")
    .action(applyPlan);

  command("hold", "keep evidence, whatever a plan says", "Places a legal hold on an agreement, a tenant, or a digest.")
    .option("--agreement <id>", "on all evidence that an agreement names")
    .option("--tenant <name>", "on all evidence that a tenant uploaded, or that an agreement of its parties names")
    .option("--digest <digest>", "on one evidence")
    .requiredOption("--reason <text>", "why")
    .requiredOption("--by <name>", "who says so")
    .action(hold);

  command("release", "end a legal hold", "Ends a legal hold; it stays in the list.")
    .argument("<hold>", "its id, hold_..., as list shows it")
    .requiredOption("--reason <text>", "why")
    .requiredOption("--by <name>", "who says so")
    .action(release);

  command(
    "readmit",
    "allow purged bytes again",
    "Lets those for whom evidence was purged upload the same bytes again, which is refused otherwise.",
  )
    .argument("<digest>", "the evidence")
    .requiredOption("--reason <text>", "why")
    .requiredOption("--by <name>", "who says so")
    .action(readmit);

  command("list", "show holds and tombstones", "Lists legal holds, and the tombstones of what was purged.").action(
    list,
  );
  return retention;
}
