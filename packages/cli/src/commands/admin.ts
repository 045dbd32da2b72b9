import { Command } from "commander";
import { backupCommand, rollbackCommand } from "./admin/copies.ts";
import { evidenceKeysCommand } from "./admin/evidence-keys.ts";
import { exportCommand } from "./admin/export.ts";
import { keysCommand } from "./admin/keys.ts";
import { retentionCommand } from "./admin/retention.ts";
import { rewrapCommand } from "./admin/rewrap.ts";

/** `settld admin`: what an operator does with the folder of a server. */
export function adminCommand(): Command {
  return new Command("admin")
    .description(
      "For whoever may read and write the folder of a server. Works while the server runs and while it does not.",
    )
    .addHelpText("after", EXAMPLES)
    .addCommand(keysCommand())
    .addCommand(exportCommand())
    .addCommand(backupCommand())
    .addCommand(rollbackCommand())
    .addCommand(evidenceKeysCommand())
    .addCommand(rewrapCommand())
    .addCommand(retentionCommand());
}

const EXAMPLES = `
Examples:
  settld admin keys create --tenant acme
  settld admin export --out acme-export
  settld admin evidence-keys add --file evidence.keys
  settld admin retention plan --closed-days 365 --out plan.json`;
