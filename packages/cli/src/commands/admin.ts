import { Command } from "commander";
import { exportCommand } from "./admin/export.ts";
import { keysCommand } from "./admin/keys.ts";

/** `settld admin`: what an operator does with the folder of a server. */
export function adminCommand(): Command {
  return new Command("admin")
    .description(
      "For whoever may read and write the folder of a server. Works while the server runs and while it does not.",
    )
    .addHelpText("after", EXAMPLES)
    .addCommand(keysCommand())
    .addCommand(exportCommand());
}

const EXAMPLES = `
Examples:
  settld admin keys create --tenant acme
  settld admin export --out acme-export`;
