import { expect, test } from "vitest";
import { root } from "../workspace.ts";
import { type CliState, diffCli, readCli } from "./cli.ts";
import type { Level } from "./difference.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests change arbitrary places.
type Any = any;

const option = (more: object = {}) => ({
  short: "",
  value: "one",
  mandatory: false,
  choices: null,
  default: "none",
  ...more,
});

const makeCli = (): Any => ({
  commands: {
    tool: { aliases: [], arguments: [], options: {} },
    "tool run": {
      aliases: ["go"],
      arguments: [
        { name: "file", required: true, variadic: false, choices: null, default: "none" },
        { name: "more", required: false, variadic: true, choices: null, default: "none" },
      ],
      options: {
        "--format": option({ short: "-f", choices: ["human", "json"], default: '"human"' }),
        "--jobs": option(),
        "--key": option({ mandatory: true }),
      },
    },
  },
  exits: { ok: 0, usage: 2 },
});

const run = ({ commands }: Any): Any => commands["tool run"];
const format = (cli: Any): Any => run(cli).options["--format"];

const rules: readonly [rule: string, level: Level, change: (cli: Any) => unknown, where: string][] = [
  ["command removed", "breaking", ({ commands }) => delete commands["tool run"], "x tool run"],
  ["command added", "additive", (cli) => (cli.commands["tool see"] = run(cli)), "x tool see"],
  ["alias removed", "breaking", (cli) => run(cli).aliases.pop(), "x tool run"],
  ["option removed", "breaking", (cli) => delete run(cli).options["--jobs"], "x tool run --jobs"],
  ["optional option added", "additive", (cli) => (run(cli).options["--new"] = option()), "x tool run --new"],
  [
    "mandatory option added",
    "breaking",
    (cli) => (run(cli).options["--new"] = option({ mandatory: true })),
    "x tool run --new",
  ],
  ["option now mandatory", "breaking", (cli) => (run(cli).options["--jobs"].mandatory = true), "x tool run --jobs"],
  ["option mandatory no more", "additive", (cli) => (run(cli).options["--key"].mandatory = false), "x tool run --key"],
  ["option takes no value", "breaking", (cli) => (run(cli).options["--jobs"].value = "none"), "x tool run --jobs"],
  ["value may be left out", "additive", (cli) => (run(cli).options["--jobs"].value = "optional"), "x tool run --jobs"],
  ["short form removed", "breaking", (cli) => (format(cli).short = ""), "x tool run --format"],
  ["short form added", "additive", (cli) => (run(cli).options["--jobs"].short = "-j"), "x tool run --jobs"],
  ["choice removed", "breaking", (cli) => format(cli).choices.pop(), "x tool run --format"],
  ["choice added", "additive", (cli) => format(cli).choices.push("csv"), "x tool run --format"],
  ["choices fixed", "breaking", (cli) => (run(cli).options["--jobs"].choices = ["1"]), "x tool run --jobs"],
  ["choices free", "additive", (cli) => (format(cli).choices = null), "x tool run --format"],
  ["default changed", "breaking", (cli) => (format(cli).default = '"json"'), "x tool run --format"],
  ["argument removed", "breaking", (cli) => run(cli).arguments.pop(), "x tool run argument 2"],
  [
    "optional argument added",
    "additive",
    (cli) => run(cli).arguments.push({ ...run(cli).arguments[1] }),
    "x tool run argument 3",
  ],
  [
    "required argument added",
    "breaking",
    (cli) => run(cli).arguments.push({ ...run(cli).arguments[0] }),
    "x tool run argument 3",
  ],
  ["argument now required", "breaking", (cli) => (run(cli).arguments[1].required = true), "x tool run argument 2"],
  ["argument required no more", "additive", (cli) => (run(cli).arguments[0].required = false), "x tool run argument 1"],
  ["several no more", "breaking", (cli) => (run(cli).arguments[1].variadic = false), "x tool run argument 2"],
  ["several now", "additive", (cli) => (run(cli).arguments[0].variadic = true), "x tool run argument 1"],
  ["exit code changed", "breaking", ({ exits }) => (exits.usage = 64), "x exit usage"],
  ["exit code removed", "breaking", ({ exits }) => delete exits.usage, "x exit usage"],
  ["exit code added", "additive", ({ exits }) => (exits.internal = 70), "x exit internal"],
];

test.each(rules)("%s is %s", (_rule, level, change, where) => {
  const now = makeCli();
  change(now);
  expect(diffCli("x", makeCli() as CliState, now)).toMatchObject([{ level, where }]);
});

test.each<[string, (cli: Any) => unknown]>([
  ["nothing", () => undefined],
  ["the name of an argument, which only the help shows", (cli) => (run(cli).arguments[0].name = "bundle")],
  [
    "the order of options",
    (cli) => (run(cli).options = Object.fromEntries(Object.entries(run(cli).options).reverse())),
  ],
])("twin: %s is no difference", (_what, change) => {
  const now = makeCli();
  change(now);
  expect(diffCli("x", makeCli() as CliState, now)).toEqual([]);
});

test("a renamed option is one that goes and one that comes", () => {
  const now = makeCli();
  run(now).options["--threads"] = run(now).options["--jobs"];
  delete run(now).options["--jobs"];
  expect(diffCli("x", makeCli() as CliState, now).map(({ level }) => level)).toEqual(["breaking", "additive"]);
});

test("both programs are read whole: commands below commands, choices, defaults, exit codes", () => {
  const { settld, "settld-conform": conform } = readCli(root);
  expect(settld?.commands["settld verify"]?.options["--format"]).toEqual(
    option({ choices: ["human", "json", "sarif"], default: '"human"' }),
  );
  expect(settld?.commands["settld verify"]?.arguments).toMatchObject([
    { name: "file", required: true, variadic: true },
  ]);
  expect(Object.keys(settld?.commands ?? {}).filter((name) => name.split(" ").length > 2)).not.toEqual([]);
  expect(settld?.exits).toMatchObject({ accept: 0, reject: 1, usage: 2, indeterminate: 3 });
  expect(conform?.commands["settld-conform run"]?.options["--adapter"]).toBeDefined();
  expect(conform?.exits).toMatchObject({ conforms: 0, fails: 1, broken: 3, inconclusive: 4 });
});
