/**
 * `node --conditions=@settld/source cli-read.ts FOLDER` loads the command line of a package with all its commands and
 * prints what commander knows of it.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ArgumentState, CliState, CommandState, OptionState } from "./cli.ts";

// The part of commander's classes that is read; the program brings its own commander.
type Argument = {
  readonly name: () => string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly argChoices?: readonly string[];
  readonly defaultValue?: unknown;
};
type Option = {
  readonly long?: string;
  readonly short?: string;
  readonly required: boolean;
  readonly optional: boolean;
  readonly variadic: boolean;
  readonly mandatory: boolean;
  readonly argChoices?: readonly string[];
  readonly defaultValue?: unknown;
};
type Command = {
  readonly name: () => string;
  readonly aliases: () => readonly string[];
  readonly registeredArguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly commands: readonly Command[];
};

const text = (value: unknown): string => JSON.stringify(value) ?? "none";

const optionState = (option: Option): OptionState => {
  const takes = option.required ? "one" : option.optional ? "optional" : "none";
  return {
    short: option.short ?? "",
    value: option.variadic ? "some" : takes,
    mandatory: option.mandatory,
    choices: option.argChoices ?? null,
    default: text(option.defaultValue),
  };
};

const argumentState = (argument: Argument): ArgumentState => ({
  name: argument.name(),
  required: argument.required,
  variadic: argument.variadic,
  choices: argument.argChoices ?? null,
  default: text(argument.defaultValue),
});

const describe = (command: Command, above: string, into: Record<string, CommandState>): void => {
  const name = above === "" ? command.name() : `${above} ${command.name()}`;
  into[name] = {
    aliases: command.aliases(),
    arguments: command.registeredArguments.map(argumentState),
    options: Object.fromEntries(
      command.options
        .map((option): [string, OptionState] => [option.long ?? option.short ?? "", optionState(option)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
  for (const child of command.commands) describe(child, name, into);
};

const load = (folder: string, file: string): Promise<unknown> => import(pathToFileURL(join(folder, file)).href);

const folder = process.argv[2] ?? "";
const { buildProgram } = (await load(folder, "src/main.ts")) as {
  readonly buildProgram: (args: readonly string[], all: boolean) => Promise<Command>;
};
const { EXIT } = (await load(folder, "src/exit.ts")) as { readonly EXIT: CliState["exits"] };
const commands: Record<string, CommandState> = {};
describe(await buildProgram([], true), "", commands);
process.stdout.write(JSON.stringify({ commands, exits: EXIT }));
