import { writeOut } from "@settld/output";
import { Command } from "commander";
import { serveAdapter } from "../adapter/serve.ts";
import { openSource } from "../io/source.ts";

/** `settld adapter`: the reference implementation speaks the adapter protocol, like everyone else who wants to conform. */
export function adapterCommand(): Command {
  return new Command("adapter")
    .description(
      "Speaks the adapter protocol of the conformance kit on standard input and output, so that settld-conform can judge this implementation, or compare another one with it.",
    )
    .addHelpText(
      "after",
      `
Examples:
  npx settld-conform run --adapter 'cmd:settld adapter'
  npx settld-conform fuzz --adapter 'cmd:./my-adapter' --against 'cmd:settld adapter' --seed 1`,
    )
    .action(async () => {
      await serveAdapter(openSource("-"), writeOut);
    });
}
