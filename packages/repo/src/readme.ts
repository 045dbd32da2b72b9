/**
 * `pnpm readme`: runs every block of README.md and the other pages below as it stands and writes what the commands print into
 * the text blocks behind them. With `--check` nothing is written, and a block that fails or prints something else is an
 * error. A path picks one page. Blocks of the README run at the root, those of the other pages in a folder of their own, as their readers do.
 *
 * A fenced block of commands or code is preceded by a comment that says what is expected of it:
 *
 *   <!-- run -->            the commands end with 0; `<!-- run exit=1 -->` with another status
 *   <!-- run runtime=Node_22 -->  the code needs a newer runtime than the page
 *   <!-- run until=A_B -->  the command goes on, as a server does: it is left running once it has printed "A B", and
 *                           ends with the page, or before the next one that says "again", as a reader ends a server to
 *                           start it anew. Port 8402 of a page is another one here, which is free
 *   <!-- run if=pg_dump --> only where the tools of the page's PostgreSQL are; elsewhere the block is named as skipped
 *   <!-- run database=A --> SQL, run by the administrator of the page's PostgreSQL, which is at port 5432 of the page
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
import { type Background, freePort, PAGE_PORT, startInBackground } from "./readme-background.ts";
import { evidence } from "./readme-evidence.ts";
import { type PagePostgres, POSTGRES_PORT, startPostgres } from "./readme-postgres.ts";
import { type Runtime, runtimes } from "./runtime-list.ts";
import { root } from "./workspace.ts";

/** A page whose blocks are run, and where. */
type Page = {
  readonly path: string;
  readonly folder: () => string;
  /** What runs its code; by default the oldest runtime that is promised. */
  readonly runtime?: string;
  /** Whether it needs a PostgreSQL. */
  readonly postgres?: true;
};

/**
 * A folder with nothing in it but our programs, built and found by npx without a registry: what a newcomer has after
 * the first of the commands.
 */
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "settld-page-"));
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  mkdirSync(join(folder, "node_modules/@settld"));
  for (const name of ["kernel", "protocol", "sdk", "server"]) {
    symlinkSync(join(root, "packages", name), join(folder, "node_modules/@settld", name));
  }
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
  { path: "docs/server.md", folder: emptyFolder },
  { path: "docs/postgres.md", folder: emptyFolder, runtime: "Node 22", postgres: true },
  { path: "packages/server/README.md", folder: emptyFolder, runtime: "Node 22" },
  // The code starts a server, which wants a newer Node than the client.
  { path: "docs/sdk.md", folder: emptyFolder, runtime: "Node 22" },
  { path: "docs/evidence.md", folder: emptyFolder, runtime: "Node 22" },
  { path: "docs/webhooks.md", folder: emptyFolder, runtime: "Node 22" },
  { path: "docs/policies.md", folder: emptyFolder, runtime: "Node 22" },
  { path: "packages/sdk/README.md", folder: emptyFolder, runtime: "Node 22" },
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

const runtimeOf = (name: string | undefined): Runtime => {
  const found = runtimes().find((one) => name === undefined || one.name === name);
  if (found === undefined) throw new Error(`no runtime ${name ?? ""}`);
  return found;
};

// Without the start-up files, which some shells read when their input is a socket.
const shell = (text: string): [string, ...string[]] => [
  "bash",
  "--noprofile",
  "--norc",
  "-euo",
  "pipefail",
  "-c",
  text,
];

// The same colours and width for everyone.
const environment = (postgres?: PagePostgres): NodeJS.ProcessEnv => ({
  ...process.env,
  NO_COLOR: "1",
  COLUMNS: "100",
  PATH: `${postgres?.path ?? ""}${process.env["PATH"]}`,
});

const execute = (
  { directive, language, text }: Block,
  cwd: string,
  runtime: Runtime,
  postgres: PagePostgres | undefined,
): { readonly status: number | null; readonly output: string } => {
  // Code runs below the folder, where a reader would save it.
  const folder = join(cwd, ".scratch");
  try {
    if (language === "js") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "block.mjs"), text);
    }
    const command = language === "js" ? [...runtime.command, join(folder, "block.mjs")] : shell(text);
    const [program = "bash", ...args] = language === "sql" ? sqlCommand(directive, postgres) : command;
    const env = environment(postgres);
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      encoding: "utf8",
      env,
      ...(language === "sql" ? { input: text } : {}),
      stdio: [language === "sql" ? "pipe" : "ignore", "pipe", "pipe"],
      maxBuffer: 1 << 26,
    });
    return { status, output: clean(status === 0 ? stdout : stdout + stderr) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const sqlCommand = (directive: string, postgres: PagePostgres | undefined): string[] => {
  if (postgres === undefined) throw new Error("SQL on a page without PostgreSQL");
  const database = /\bdatabase=(\S+)/.exec(directive)?.[1] ?? "postgres";
  const url = Object.assign(new URL(postgres.url), { pathname: `/${database}` });
  return [process.execPath, join(root, "packages/repo/src/readme-postgres.ts"), url.href];
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
const refresh = async (
  markdown: string,
  cwd: string,
  runtime: Runtime,
  port: string,
  running: Background[],
  postgres?: PagePostgres,
): Promise<{ readonly text: string; readonly faults: readonly string[] }> => {
  const faults: string[] = [];
  let text = markdown;
  let shift = 0;
  let printed = "";
  // What was not run has printed nothing, and its output stays as it is.
  let isLeftOut = false;
  for (const block of blocksOf(markdown)) {
    const [verb] = block.directive.split(" ");
    if (verb === "later") continue;
    if (verb === "output") {
      if (isLeftOut) continue;
      const fresh = `${excerpt(printed, block.directive)}\n`;
      text = text.slice(0, block.from + shift) + fresh + text.slice(block.to + shift);
      shift += fresh.length - block.text.length;
      continue;
    }
    if (verb !== "run") throw new Error(`unknown directive: ${block.directive}`);
    const needed = /\bif=(\S+)/.exec(block.directive)?.[1];
    if (needed === "pg_dump" && postgres?.path === undefined) {
      console.log(`SKIP "${block.text.split("\n")[0]}": no ${needed} beside a PostgreSQL`);
      isLeftOut = true;
      continue;
    }
    isLeftOut = false;
    const here = block.text.replaceAll(PAGE_PORT, port);
    const asked = { ...block, text: postgres === undefined ? here : here.replaceAll(POSTGRES_PORT, postgres.port) };
    const until = /\buntil=(\S+)/.exec(block.directive)?.[1]?.replaceAll("_", " ");
    if (until !== undefined) {
      if (/\bagain\b/.test(block.directive)) await running.pop()?.end();
      const started = startInBackground(shell(asked.text), cwd, environment(postgres), until);
      running.push(started);
      printed = clean(started.output).replaceAll(port, PAGE_PORT);
      continue;
    }
    const other = /\bruntime=(\S+)/.exec(block.directive)?.[1]?.replaceAll("_", " ");
    const { status, output: found } = execute(asked, cwd, other === undefined ? runtime : runtimeOf(other), postgres);
    const shown = found.replaceAll(port, PAGE_PORT);
    const output = postgres === undefined ? shown : shown.replaceAll(postgres.port, POSTGRES_PORT);
    printed = output;
    if (status !== statusOf(block.directive)) {
      faults.push(`expected exit ${statusOf(block.directive)}, found ${status}:\n${block.text}${output}`);
    }
  }
  return { text, faults };
};

/** Text between markers, by name. */
const GENERATORS: Readonly<Record<string, () => string>> = { cheat, evidence };

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

const refreshPage = async (
  { path, folder, runtime, postgres }: Page,
  check: boolean,
  port: string,
): Promise<boolean> => {
  const database = postgres === true ? await startPostgres() : undefined;
  const running: Background[] = [];
  const file = join(root, path);
  const before = readFileSync(file, "utf8");
  const cwd = folder();
  try {
    const { text, faults } = await refresh(regenerate(before), cwd, runtimeOf(runtime), port, running, database);
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
    await Promise.all(running.map(({ end }) => end()));
    database?.end();
    if (cwd !== root) rmSync(cwd, { recursive: true, force: true });
  }
};

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { check: { type: "boolean" } }, allowPositionals: true });
  const pages = PAGES.filter(({ path }) => positionals.length === 0 || positionals.includes(path));
  const port = await freePort();
  const fine: boolean[] = [];
  for (const page of pages) fine.push(await refreshPage(page, values.check === true, port));
  if (fine.includes(false)) process.exitCode = 1;
}
