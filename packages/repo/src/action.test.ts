import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type * as Linter from "@actions/workflow-parser/actions/action-parser";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readJson, root } from "./workspace.ts";

type Step = {
  readonly shell?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
};

type Action = {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
};

const FILE = ".github/actions/conform/action.yml";
const text = readFileSync(join(root, FILE), "utf8");

// GitHub's own parser of actions. Its modules import JSON in a way that only bundlers take.
const linter = join(mkdtempSync(join(tmpdir(), "settld-linter-")), "linter.mjs");
await build({
  stdin: {
    contents: 'export { parseAction } from "@actions/workflow-parser/actions/action-parser";',
    resolveDir: join(root, "packages/repo"),
  },
  bundle: true,
  format: "esm",
  platform: "node",
  outfile: linter,
});
const { parseAction } = (await import(linter)) as typeof Linter;
const silent = { error: () => {}, info: () => {}, verbose: () => {} };

/** What is wrong with an action: GitHub's own schema first, then rules of ours. */
const faultsOf = (content: string): string[] => {
  const { context } = parseAction({ name: FILE, content }, silent);
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0) return errors;
  const { runs } = parse(content) as Action;
  return runs.steps.flatMap(({ run = "", uses, shell, env = {} }) => [
    ...(run.includes("${{") ? ["a script has an expression in it, which is code from outside"] : []),
    ...(run !== "" && shell !== "bash" ? ["a script does not say that it is for bash"] : []),
    ...(uses === undefined || /@[0-9a-f]{40}$/.test(uses) ? [] : [`${uses} is not pinned by commit`]),
    // Names that a program looks for would let an input change how it runs.
    ...Object.keys(env).flatMap((name) => (name.startsWith("SETTLD_") ? [] : [`${name} is no name of ours`])),
  ]);
};

describe("the action", () => {
  test("is sound", () => {
    expect(faultsOf(text)).toEqual([]);
  });

  test.each<[string, (yaml: string) => string]>([
    ["Unexpected value 'cleanup'", (yaml) => yaml.replace("outputs:", "cleanup: 1\noutputs:")],
    ["a script has an expression in it", (yaml) => yaml.replace('"$SETTLD_ADAPTER"', `"$${"{{"} inputs.adapter }}"`)],
    ["is no name of ours", (yaml) => yaml.replace("SETTLD_ARGS: $", "NODE_OPTIONS: $")],
    ["is not pinned by commit", (yaml) => `${yaml}\n    - uses: actions/setup-node@v6\n`],
    ["a script does not say", (yaml) => yaml.replace("shell: bash", "shell: sh")],
  ])("red: %s", (fault, change) => {
    expect(faultsOf(change(text)).join("\n")).toContain(fault);
  });

  test("calls the version of settld-conform that stands beside it", () => {
    const { version } = readJson<{ readonly version: string }>(join(root, "packages/conform/package.json"));
    const { inputs } = parse(text) as Action;
    expect(`${inputs["version"]?.default}`).toBe(version);
  });
});

describe("the script of the action", () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-action-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
    rmSync(dirname(linter), { recursive: true });
  });
  // Stands for npx: notes its arguments, writes a report where it is told to, and ends as it is told to.
  const npx = join(folder, "npx");
  writeFileSync(
    npx,
    `#!/usr/bin/env bash
printf '%s\\0' "$@" >"$FAKE_ARGS"
while [[ $# -gt 0 && "$1" != --report ]]; do shift; done
if [[ -n "$FAKE_REPORT" ]]; then printf '%s' "$FAKE_REPORT" >"$2"; fi
exit "$FAKE_EXIT"
`,
  );
  chmodSync(npx, 0o755);
  const [{ run = "", env = {} } = {}] = (parse(text) as Action).runs.steps;
  const defaults = (parse(text) as Action).inputs;

  const execute = (
    inputs: Readonly<Record<string, string>>,
    report: string,
    exitCode: number,
  ): {
    readonly status: number | null;
    readonly args: readonly string[];
    readonly output: string;
    readonly stderr: string;
  } => {
    const [args, output] = [join(folder, "args"), join(folder, "output")];
    for (const file of [args, output]) writeFileSync(file, "");
    const given = Object.entries(env).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(expression)?.[1] ?? "";
      return [name, inputs[input] ?? `${defaults[input]?.default ?? ""}`];
    });
    const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: [folder, process.env["PATH"]].join(delimiter),
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: output,
        FAKE_ARGS: args,
        FAKE_REPORT: report,
        FAKE_EXIT: `${exitCode}`,
        ...Object.fromEntries(given),
      },
    });
    return {
      status,
      args: readFileSync(args, "utf8").split("\0").slice(0, -1),
      output: readFileSync(output, "utf8"),
      stderr,
    };
  };

  test("hands every input over as it is", () => {
    const adapter = "cmd:./a \"b\" '$(touch x)' `id` ; exit 0 && $HOME *";
    const inputs = {
      adapter,
      profile: "kernel\nissuer",
      baseline: "a b.json",
      args: "--tag\nmoney $(id)\n\n--repeat\n3",
    };
    const { status, args } = execute(inputs, '{"conclusion":"conforms"}', 0);
    expect(status).toBe(0);
    expect(args.slice(0, 2)).toEqual(["--yes", `settld-conform@${defaults["version"]?.default}`]);
    const own = args.slice(2, args.indexOf("--report"));
    const expected = ["run", "--adapter", adapter, "--profile", "kernel", "--profile", "issuer"];
    expect(own).toEqual([...expected, "--baseline", "a b.json", "--tag", "money $(id)", "--repeat", "3"]);
  });

  test.each([
    ['{"conclusion":"fails"}', 1, "fails"],
    ['{"conclusion":"broken"}', 3, "broken"],
    ["", 2, "none"],
    ['{"conclusion":"conforms\\nreport=x"}', 0, "none"],
    ["no json", 0, "none"],
  ])("tells the conclusion of %j and ends with %i", (report, exitCode, conclusion) => {
    const { status, output } = execute({ adapter: "cmd:x" }, report, exitCode);
    expect(status).toBe(exitCode);
    expect(output).toMatch(new RegExp(`^conclusion=${conclusion}\nexit-code=${exitCode}\nreport=.*/report\\.json\n`));
    expect(output.trim().split("\n")).toHaveLength(6);
  });

  test.each(["latest", "^1.0.0", "1.0.0 --evil", "file:.", ""])("refuses %j as a version", (version) => {
    const { status, args, stderr } = execute({ adapter: "cmd:x", version }, "", 0);
    expect([status, args]).toEqual([2, []]);
    expect(stderr).toMatch(/^settld-conform: CLI_USAGE: version: /);
  });
});
