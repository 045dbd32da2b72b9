/**
 * `pnpm readme`: runs every block of README.md and docs/conform.md as it stands and writes what the commands print into
 * the text blocks behind them. With `--check` nothing is written, and a block that fails or prints something else is an
 * error. A path picks one of the two. Blocks of the README run at the root, those of the other page in a folder of their own, as its readers do.
 *
 * A fenced block of commands or code is preceded by a comment that says what is expected of it:
 *
 *   <!-- run -->            the commands end with 0; `<!-- run exit=1 -->` with another status
 *   <!-- later REASON -->   not run yet, and the README says so
 *
 * A text block preceded by <!-- output --> shows what the last commands printed, and by <!-- output from=A_B lines=9 -->
 * nine lines of it from the line "A B". Sections between
 * <!-- generated NAME --> and <!-- /generated --> come from the generators below.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Runtime, runtimes } from "./runtime-list.ts";
import { root } from "./workspace.ts";

/** A page whose blocks are run, and where. */
type Page = { readonly path: string; readonly folder: () => string };

/**
 * A folder with nothing in it but our programs, built and found by npx without a registry: what a newcomer has after
 * the first of the commands.
 */
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "settld-page-"));
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  for (const [name, source] of [
    ["settld", "packages/cli"],
    ["settld-conform", "packages/conform"],
  ] as const) {
    symlinkSync(join(root, source), join(folder, "node_modules", name));
    symlinkSync(join("..", name, "dist/bin.js"), join(folder, "node_modules/.bin", name));
  }
  return folder;
};

const PAGES: readonly Page[] = [
  { path: "README.md", folder: () => root },
  { path: "docs/conform.md", folder: emptyFolder },
];

/** One fenced block with the comment before it. */
export type Block = {
  readonly directive: string;
  readonly language: string;
  readonly text: string;
  /** Place of the text between the fences. */
  readonly from: number;
  readonly to: number;
};

/**
 * Finds the fenced blocks of a Markdown text.
 *
 * @throws Error when a block has no directive: what is shown is run, or says why not.
 */
export const blocksOf = (markdown: string): Block[] => {
  const blocks: Block[] = [];
  for (const found of markdown.matchAll(/(?:<!-- (.*?) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)) {
    const [whole, directive, language = "", text = ""] = found;
    if (directive === undefined) throw new Error(`block without a directive: ${text.slice(0, 60)}`);
    const to = found.index + whole.length - "```".length;
    blocks.push({ directive, language, text, from: to - text.length, to });
  }
  return blocks;
};

const oldest = (): Runtime => {
  const [first] = runtimes();
  if (first === undefined) throw new Error("no runtime");
  return first;
};

const execute = (
  { language, text }: Block,
  cwd: string,
): { readonly status: number | null; readonly output: string } => {
  // Code runs below the folder, where a reader would save it, on the oldest runtime that is promised.
  const folder = join(cwd, ".scratch");
  try {
    if (language === "js") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "block.mjs"), text);
    }
    const command =
      language === "sh"
        ? // Without the start-up files, which some shells read when their input is a socket.
          ["bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", text]
        : [...oldest().command, join(folder, "block.mjs")];
    const [program = "bash", ...args] = command;
    // The same colours and width for everyone.
    const env = { ...process.env, NO_COLOR: "1", COLUMNS: "100" };
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 26,
    });
    return { status, output: clean(status === 0 ? stdout : stdout + stderr) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What pnpm and npm say about themselves is not what the block is about, and names folders of one machine. */
const clean = (output: string): string =>
  output
    .split("\n")
    .filter((line) => !/^(> |\$ |npm (warn|notice)|\[ELIFECYCLE\])/.test(line))
    .join("\n")
    .trim();

const statusOf = (directive: string): number => Number(/\bexit=(\d+)/.exec(directive)?.[1] ?? 0);

/** The part of an output that a block shows: `lines` lines from the one that is `from`, `_` for a space. */
const excerpt = (output: string, directive: string): string => {
  const from = /\bfrom=(\S+)/.exec(directive)?.[1]?.replaceAll("_", " ");
  if (from === undefined) return output;
  const lines = output.split("\n");
  const start = lines.indexOf(from);
  if (start < 0) throw new Error(`no line "${from}" in the output`);
  return lines.slice(start, start + Number(/\blines=(\d+)/.exec(directive)?.[1] ?? 1)).join("\n");
};

/** Runs the blocks in order and returns the text with fresh outputs. */
const refresh = (markdown: string, cwd: string): { readonly text: string; readonly faults: readonly string[] } => {
  const faults: string[] = [];
  let text = markdown;
  let shift = 0;
  let printed = "";
  for (const block of blocksOf(markdown)) {
    const [verb] = block.directive.split(" ");
    if (verb === "later") continue;
    if (verb === "output") {
      const fresh = `${excerpt(printed, block.directive)}\n`;
      text = text.slice(0, block.from + shift) + fresh + text.slice(block.to + shift);
      shift += fresh.length - block.text.length;
      continue;
    }
    if (verb !== "run") throw new Error(`unknown directive: ${block.directive}`);
    const { status, output } = execute(block, cwd);
    printed = output;
    if (status !== statusOf(block.directive)) {
      faults.push(`expected exit ${statusOf(block.directive)}, found ${status}:\n${block.text}${output}`);
    }
  }
  return { text, faults };
};

/** Text between markers, by name. */
const GENERATORS: Readonly<Record<string, () => string>> = { cheat };

/**
 * The one `sed` line that raises the payout of the demo's first act: base64 of the settlement with another first digit.
 * It is calculated, because where the digit falls in base64 depends on everything before it.
 */
function cheat(): string {
  const lines = readFileSync(join(root, "fixtures/golden/act-1.settld"), "utf8").split("\n");
  for (const line of lines) {
    const { payload } = JSON.parse(line || "{}") as { payload?: string };
    if (payload === undefined) continue;
    const json = Buffer.from(payload, "base64").toString("utf8");
    const at = json.indexOf('"toSeller":"');
    if (at < 0 || !json.includes('"type":"settlement.executed"')) continue;
    const digit = at + '"toSeller":"'.length;
    const raised = `${json.slice(0, digit)}9${json.slice(digit + 1)}`;
    // Three bytes make four characters, so the change is cut out along that grid.
    const from = Math.floor(at / 3) * 4;
    const to = Math.ceil((digit + 2) / 3) * 4;
    const before = payload.slice(from, to);
    const after = Buffer.from(raised).toString("base64").slice(from, to);
    return [
      `<!-- run exit=1 -->`,
      "```sh",
      `# ${json.slice((from / 4) * 3, (to / 4) * 3)} becomes ${raised.slice((from / 4) * 3, (to / 4) * 3)}`,
      `sed 's/${before}/${after}/' out/demo/act-1.settld > out/cheat.settld`,
      "node packages/cli/dist/bin.js verify out/cheat.settld --trust out/demo/trust.json",
      "```",
    ].join("\n");
  }
  throw new Error("act 1 has no settlement");
}

const regenerate = (markdown: string): string =>
  markdown.replaceAll(/<!-- generated (\w+) -->\n[\s\S]*?<!-- \/generated -->/g, (_, name: string) => {
    const generator = GENERATORS[name];
    if (generator === undefined) throw new Error(`no generator ${name}`);
    return `<!-- generated ${name} -->\n${generator()}\n<!-- /generated -->`;
  });

const refreshPage = ({ path, folder }: Page, check: boolean): boolean => {
  const file = join(root, path);
  const before = readFileSync(file, "utf8");
  const cwd = folder();
  try {
    const { text, faults } = refresh(regenerate(before), cwd);
    for (const fault of faults) console.log(`${path}: ${fault}`);
    if (check && text !== before) {
      const [a, b] = [before.split("\n"), text.split("\n")];
      const line = a.findIndex((entry, index) => entry !== b[index]);
      console.log(
        `${path}:${line + 1}: expected what the commands print, run \`pnpm readme\`\n- ${a[line]}\n+ ${b[line]}`,
      );
    }
    if (!check && faults.length === 0) writeFileSync(file, text);
    return faults.length === 0 && !(check && text !== before);
  } finally {
    if (cwd !== root) rmSync(cwd, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { check: { type: "boolean" } }, allowPositionals: true });
  const pages = PAGES.filter(({ path }) => positionals.length === 0 || positionals.includes(path));
  const fine = pages.map((page) => refreshPage(page, values.check === true));
  if (fine.includes(false)) process.exitCode = 1;
}
