import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { readData, SCHEMAS } from "./data.ts";
import { digestOf, readJson } from "./files.ts";

/** A command that shows something: what it takes into account, and what figures it prints. */
export type Command = {
  readonly run: string;
  readonly what: string;
  /**
   * `quick` ones run in every check, `full` ones when they are asked for; `apart` ones need somebody who is not here, or
   * contain this check, and run only by their name.
   */
  readonly class: "quick" | "full" | "apart";
  /** Files and folders on which its result depends. */
  readonly inputs: readonly string[];
  /** Figures by name: a regular expression with one group, over what it prints. The last match counts. */
  readonly measures?: Readonly<Record<string, string>>;
  readonly minutesMax?: number;
};

/** Where the commands are listed. */
export const COMMANDS_FILE = "planning/commands.json";

/** Reads the list of commands. */
export const readCommands = (base: string): readonly Command[] =>
  readData<{ readonly commands: readonly Command[] }>(base, COMMANDS_FILE, `${SCHEMAS}/commands.schema.json`).commands;

const scriptsOf = (base: string): Readonly<Record<string, string>> =>
  readJson<{ readonly scripts: Readonly<Record<string, string>> }>(join(base, "package.json")).scripts;

/** What a command line calls: a script of the root package, a target of the Makefile, or a program of the repository. */
export const commandFault = (base: string, run: string): string | undefined => {
  const [program = "", ...rest] = run.split(" ");
  const [name = ""] = rest.filter((word) => !word.startsWith("--"));
  if (program === "pnpm") {
    return Object.hasOwn(scriptsOf(base), name) ? undefined : `expected a script of package.json, found ${name}`;
  }
  if (program === "make") {
    const makefile = join(base, "Makefile");
    const targets = existsSync(makefile) ? readFileSync(makefile, "utf8").match(/^[\w-]+(?=:)/gm) : null;
    return targets?.includes(name) === true ? undefined : `expected a target of the Makefile, found ${name}`;
  }
  if (program === "node") {
    return existsSync(join(base, name)) ? undefined : `expected a program of the repository, found ${name}`;
  }
  return `expected pnpm, make or node, found ${program}`;
};

/** What a shell has to run for a command line: scripts are run as they stand, without asking a package manager. */
const shellText = (base: string, run: string): string => {
  const [program, name = "", ...args] = run.split(" ");
  return program === "pnpm" ? [scriptsOf(base)[name] ?? "false", ...args].join(" ") : run;
};

/** How a command ended. */
export type Run = { readonly exit: number; readonly seconds: number; readonly output: string };

/** Runs a command line in a tree, with the tools of that tree. */
export const runCommand = (base: string, run: string, minutesMax: number = 10): Promise<Run> =>
  new Promise((done) => {
    const start = performance.now();
    // Scripts call pnpm by its name; whoever started this knows where it is.
    const pnpm = process.env["npm_execpath"] ?? "";
    const env: NodeJS.ProcessEnv = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS$)/.test(name))),
      PATH: [
        join(base, "node_modules/.bin"),
        ...(basename(pnpm).startsWith("pnpm") ? [dirname(pnpm)] : []),
        process.env["PATH"],
      ].join(delimiter),
      NO_COLOR: "1",
      DO_NOT_TRACK: "1",
      TURBO_TELEMETRY_DISABLED: "1",
    };
    const child = spawn("sh", ["-c", shellText(base, run)], {
      cwd: base,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: minutesMax * 60_000,
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", (code) =>
      done({
        exit: code ?? 124,
        seconds: Math.round((performance.now() - start) / 100) / 10,
        output: Buffer.concat(chunks).toString("utf8"),
      }),
    );
  });

/** Figures that a command printed; one that is not there is left out. */
export const measure = ({ measures = {} }: Command, output: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(measures).flatMap(([name, pattern]) => {
      const found = [...output.matchAll(new RegExp(pattern, "gm"))].at(-1)?.[1];
      return found === undefined ? [] : [[name, Number(found.replaceAll(",", ""))]];
    }),
  );

/** Files of a tree that git knows or would take, with their digests. */
export type Tree = ReadonlyMap<string, string>;

/** What is written from results is no input of any. */
const WRITTEN = /^(planning\/|docs\/(testing|CHANGELOG|phase-board|pilot-results)\.md$|docs\/phases\/)/;

/** Reads the digests of a tree's files. */
export const readTree = (base: string): Tree => {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: base,
    maxBuffer: 1 << 26,
  });
  const paths = [...new Set(listed.toString("utf8").split("\0"))].filter(
    (path) => path !== "" && !WRITTEN.test(path) && existsSync(join(base, path)),
  );
  return new Map(paths.sort().map((path) => [path, digestOf(readFileSync(join(base, path)))]));
};

/** One digest of everything that a command takes into account, and of the command itself. */
export const treeDigest = (tree: Tree, { run, inputs }: Pick<Command, "run" | "inputs">): string => {
  const lines = [...tree]
    .filter(([path]) => inputs.some((input) => input === "." || path === input || path.startsWith(`${input}/`)))
    .map(([path, digest]) => `${digest} ${path}\n`);
  return digestOf(`${run}\n${lines.join("")}`);
};
