import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";
import { diffNames, type Finding } from "./difference.ts";

/** One option of a command, by its long name. */
export type OptionState = {
  readonly short: string;
  /** What follows it: nothing, `<x>`, `[x]`, and `...` when there may be several. */
  readonly value: "none" | "one" | "optional" | "some";
  readonly mandatory: boolean;
  readonly choices: readonly string[] | null;
  /** Text of the default, as JSON. */
  readonly default: string;
};

/** One argument of a command, in its place. */
export type ArgumentState = {
  readonly name: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly choices: readonly string[] | null;
  readonly default: string;
};

/** One command, by its words. */
export type CommandState = {
  readonly aliases: readonly string[];
  readonly arguments: readonly ArgumentState[];
  readonly options: Readonly<Record<string, OptionState>>;
};

/** A program: its commands and its exit codes by name. */
export type CliState = {
  readonly commands: Readonly<Record<string, CommandState>>;
  readonly exits: Readonly<Record<string, number>>;
};

const folders: Readonly<Record<string, string>> = { settld: "packages/cli", "settld-conform": "packages/conform" };

/** Where a program is defined. */
export const cliPlace = (name: string): string => `${folders[name] ?? name}/src/main.ts`;

/** Describes the program in a folder, in a process of its own that loads every command. */
const describe = (folder: string): CliState => {
  const script = join(root, "packages/repo/src/contract/cli-read.ts");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@settld/source", "--disable-warning=ExperimentalWarning", script, folder],
    { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 },
  );
  if (status !== 0) {
    throw new Error(`${folder}/src/main.ts does not load: ${/^.*Error.*$/m.exec(stderr)?.[0] ?? stderr}`);
  }
  return JSON.parse(stdout) as CliState;
};

/** Reads the programs themselves, by what commander knows of them. */
export const readCli = (base: string): Record<string, CliState> =>
  Object.fromEntries(
    Object.entries(folders)
      .filter(([, folder]) => existsSync(join(base, folder, "src/main.ts")))
      .map(([name, folder]) => [name, describe(join(base, folder))]),
  );

type Side = { readonly choices: readonly string[] | null; readonly default: string };

const diffSide = (where: string, old: Side, now: Side): Finding[] => {
  const findings: Finding[] = [];
  if (JSON.stringify(old.choices) !== JSON.stringify(now.choices)) {
    const gone =
      (now.choices ?? []).length === 0 ? [] : (old.choices ?? []).filter((one) => !now.choices?.includes(one));
    const fixed = old.choices === null;
    findings.push(
      gone.length > 0 || fixed
        ? { level: "breaking", where, rule: fixed ? "choices fixed" : `choices removed: ${gone.join(", ")}` }
        : { level: "additive", where, rule: "new choices" },
    );
  }
  if (old.default !== now.default) {
    findings.push({ level: "breaking", where, rule: `default changed from ${old.default} to ${now.default}` });
  }
  return findings;
};

const diffOption = (where: string, old: OptionState, now: OptionState): Finding[] => [
  ...(old.short !== "" && old.short !== now.short
    ? [{ level: "breaking" as const, where, rule: `short form ${old.short} removed` }]
    : []),
  ...(old.short === "" && now.short !== "" ? [{ level: "additive" as const, where, rule: "short form added" }] : []),
  ...(old.value === now.value
    ? []
    : [
        {
          level: old.value === "one" && now.value === "optional" ? ("additive" as const) : ("breaking" as const),
          where,
          rule: `value changed from ${old.value} to ${now.value}`,
        },
      ]),
  ...(old.mandatory === now.mandatory
    ? []
    : [
        {
          level: now.mandatory ? ("breaking" as const) : ("additive" as const),
          where,
          rule: now.mandatory ? "now required" : "no longer required",
        },
      ]),
  ...diffSide(where, old, now),
];

const diffArguments = (where: string, old: readonly ArgumentState[], now: readonly ArgumentState[]): Finding[] =>
  Array.from({ length: Math.max(old.length, now.length) }, (_, index): readonly Finding[] => {
    const [before, after] = [old[index], now[index]];
    const place = `${where} argument ${index + 1}`;
    if (after === undefined) return [{ level: "breaking", where: place, rule: "removed" }];
    if (before === undefined) {
      return [{ level: after.required ? "breaking" : "additive", where: place, rule: "added" }];
    }
    // Its name stands in the help alone.
    return [
      ...(before.required === after.required
        ? []
        : [
            {
              level: after.required ? ("breaking" as const) : ("additive" as const),
              where: place,
              rule: after.required ? "now required" : "no longer required",
            },
          ]),
      ...(before.variadic === after.variadic
        ? []
        : [
            {
              level: after.variadic ? ("additive" as const) : ("breaking" as const),
              where: place,
              rule: after.variadic ? "takes several" : "takes one only",
            },
          ]),
      ...diffSide(place, before, after),
    ];
  }).flat();

/** Differences between two states of a program: scripts that call it must keep working. */
export const diffCli = (where: string, old: CliState, now: CliState): Finding[] => [
  ...diffNames(old.commands, now.commands, {
    place: (name) => `${where} ${name}`,
    changed: (name, before, after) => {
      const place = `${where} ${name}`;
      return [
        ...before.aliases
          .filter((alias) => !after.aliases.includes(alias))
          .map((alias): Finding => ({ level: "breaking", where: place, rule: `alias ${alias} removed` })),
        ...diffArguments(place, before.arguments, after.arguments),
        ...diffNames(before.options, after.options, {
          place: (option) => `${place} ${option}`,
          added: (_option, { mandatory }) => (mandatory ? "breaking" : "additive"),
          changed: (option, one, other) => diffOption(`${place} ${option}`, one, other),
        }),
      ];
    },
  }),
  ...diffNames(old.exits, now.exits, {
    place: (name) => `${where} exit ${name}`,
    changed: (name, before, after) =>
      before === after
        ? []
        : [{ level: "breaking", where: `${where} exit ${name}`, rule: `changed from ${before} to ${after}` }],
  }),
];
