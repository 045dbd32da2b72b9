import {
  prepareCheck
} from "./chunk-UTD362QR.js";
import {
  formatTable,
  stdoutColors
} from "./chunk-E2FLNA5J.js";
import {
  readTrustFile
} from "./chunk-ZBM3UTXM.js";
import "./chunk-Z3P7ZUU4.js";
import {
  readPublicKey
} from "./chunk-3MB7SQ3U.js";
import {
  readInput
} from "./chunk-PTEVOOZX.js";
import {
  VERSION
} from "./chunk-F7NK5LYJ.js";
import {
  asciiJson,
  escapeTerminal,
  printError,
  printJson,
  printLines,
  wellFormed
} from "./chunk-IHJL3MJG.js";
import {
  EXIT,
  inputError,
  isSystemError,
  reasonOf
} from "./chunk-QAFWPTKF.js";

// src/commands/verify.ts
import { isSettldError, parseInstant } from "@settld/protocol";
import { readdir as readdir2 } from "node:fs/promises";
import { Command, Option } from "commander";

// src/verify/check-all.ts
import { availableParallelism } from "node:os";

// src/verify/pool.ts
import { Worker } from "node:worker_threads";
var BATCH_SIZE = 8;
var BATCHES_AHEAD = 4;
function startPool(tasks, settings, workerCount) {
  const isTask = new Set(tasks.map(({ index }) => index));
  const done = /* @__PURE__ */ new Map();
  const idle = [];
  let sent = 0;
  let taken = 0;
  let failure;
  let wake = () => {
  };
  const feed = () => {
    while (idle.length > 0 && sent < tasks.length && sent - taken < workerCount * BATCH_SIZE * BATCHES_AHEAD) {
      const batch = tasks.slice(sent, sent + BATCH_SIZE);
      sent += batch.length;
      idle.pop()?.postMessage(batch);
    }
  };
  const fail = (error) => {
    failure ??= error;
    wake();
  };
  const workers = Array.from({ length: Math.min(workerCount, Math.ceil(tasks.length / BATCH_SIZE)) }, () => {
    const worker = startWorker(settings);
    worker.on("message", (results) => {
      for (const { index, outcome } of results) done.set(index, outcome);
      idle.push(worker);
      feed();
      wake();
    });
    worker.on("error", fail);
    worker.on("exit", (code) => fail(new Error(`a worker ended with exit code ${code}`)));
    idle.push(worker);
    return worker;
  });
  feed();
  return {
    take: async (index) => {
      if (!isTask.has(index)) return void 0;
      for (; ; ) {
        const outcome = done.get(index);
        if (outcome !== void 0) {
          done.delete(index);
          taken += 1;
          feed();
          return outcome;
        }
        if (failure !== void 0) throw failure;
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  };
}
function startWorker(settings) {
  const fromSource = import.meta.url.endsWith(".ts");
  return new Worker(new URL(fromSource ? "./worker.ts" : "./verify-worker.js", import.meta.url), {
    workerData: settings,
    // Sources find the sources of other packages through this condition; a test runner has it set another way.
    ...fromSource ? { execArgv: ["--conditions=@settld/source"] } : {},
    // Bundles come and go fast; without a bound each young heap grows to several times of what it needs.
    resourceLimits: { maxYoungGenerationSizeMb: 2 }
  });
}

// src/verify/check-all.ts
var WORKER_INPUTS_MIN = 48;
var WORKERS_MAX = 8;
function workersFor(inputs, jobs = availableParallelism()) {
  return jobs < 2 || inputs < WORKER_INPUTS_MIN ? 0 : Math.min(jobs, WORKERS_MAX);
}
async function* checkAll(inputs, settings, workers) {
  const here = prepareCheck(settings, "overlapping");
  if (workers === 0) {
    for (const [index, input] of inputs.entries()) yield { index, input, outcome: await checkHere(input, here) };
    return;
  }
  const forWorkers = inputs.flatMap(
    (input, index) => "path" in input && input.path !== "-" ? [{ index, path: input.path }] : []
  );
  const pool = startPool(forWorkers, settings, workers);
  try {
    for (const [index, input] of inputs.entries()) {
      const outcome = await pool.take(index) ?? await checkHere(input, here);
      yield { index, input, outcome };
    }
  } finally {
    await pool.close();
  }
}
async function checkHere(input, check) {
  return "unread" in input ? { unread: input.unread } : await check(input.path);
}

// src/verify/history-store.ts
import { Histories } from "@settld/verifier";
var PREFIX = "sha256:";
var DIGEST_BYTES = 32;
function createHistoryStore() {
  const longest = /* @__PURE__ */ new Map();
  return {
    add: (index, { chain }) => {
      if (chain.length === 0) return void 0;
      const bytes = pack(chain);
      const agreement = bytes.slice(0, DIGEST_BYTES);
      const other = longest.get(agreement);
      if (other === void 0) {
        longest.set(agreement, { index, bytes });
        return void 0;
      }
      const pair = new Histories();
      pair.add(other.index, { chain: unpack(other.bytes) });
      const equivocation = pair.add(index, { chain });
      if (equivocation === void 0 && bytes.length > other.bytes.length) longest.set(agreement, { index, bytes });
      return equivocation;
    }
  };
}
function pack(chain) {
  return Buffer.from(chain.map((digest) => digest.slice(PREFIX.length)).join(""), "hex").latin1Slice();
}
function unpack(bytes) {
  const hex = Buffer.from(bytes, "latin1").toString("hex");
  const chain = [];
  for (let at = 0; at < hex.length; at += 2 * DIGEST_BYTES) chain.push(PREFIX + hex.slice(at, at + 2 * DIGEST_BYTES));
  return chain;
}

// src/verify/human-output.ts
import { formatAmount } from "@settld/protocol";

// src/verify/tally.ts
function emptyTally() {
  return { files: 0, accept: 0, reject: 0, indeterminate: 0, allowedOpen: 0, unread: 0, equivocations: 0 };
}
function isMerelyOpen(outcome) {
  if ("unread" in outcome || outcome.report.verdict !== "indeterminate") return false;
  return outcome.report.code === "BUNDLE_OPEN" || outcome.report.code === "RECEIPT_MISSING";
}
function count(tally, outcome, equivocation, allowOpen) {
  tally.files += 1;
  if ("unread" in outcome) tally.unread += 1;
  else tally[outcome.report.verdict] += 1;
  if (allowOpen && isMerelyOpen(outcome)) tally.allowedOpen += 1;
  if (equivocation !== void 0) tally.equivocations += 1;
}
function exitCodeFor(tally) {
  if (tally.unread > 0) return EXIT.usage;
  if (tally.reject > 0 || tally.equivocations > 0) return EXIT.reject;
  return tally.indeterminate > tally.allowedOpen ? EXIT.indeterminate : EXIT.accept;
}

// src/verify/human-output.ts
function humanOutput(colors, options) {
  const word = (outcome) => {
    if ("unread" in outcome) return colors.red("unread       ");
    const padded = outcome.report.verdict.padEnd(13);
    if (outcome.report.verdict === "accept") return colors.green(padded);
    return outcome.report.verdict === "reject" ? colors.red(padded) : colors.yellow(padded);
  };
  return {
    start: () => [],
    result: (name, outcome) => {
      const line2 = `${word(outcome)}  ${escapeTerminal(name)}`;
      if ("unread" in outcome) return [`${line2}  ${outcome.unread.code}: ${escapeTerminal(outcome.unread.message)}`];
      const { report } = outcome;
      if (options.single) return [line2, ...details(report, colors)];
      const [first] = report.findings;
      if (report.code === null || first === void 0) return [line2];
      const excuse = options.allowOpen && isMerelyOpen(outcome) ? " (allowed)" : "";
      return [`${line2}  ${report.code}${excuse}: ${place(first)}${escapeTerminal(first.message)}`];
    },
    equivocation: ({ equivocation, files: [a, b] }) => [
      `${colors.red("reject       ")}  ${escapeTerminal(a)} and ${escapeTerminal(b)}  ${equivocation.finding.code}: ` + escapeTerminal(equivocation.finding.message)
    ],
    end: (tally) => [summaryOf(tally)]
  };
}
function details(report, { bold }) {
  const lines = report.findings.map(
    (finding) => `  ${bold(finding.code)}: ${place(finding)}${escapeTerminal(finding.message)}`
  );
  const rows = [];
  const { facts, trust, evidence } = report;
  if (facts !== null) {
    const money = (value) => formatAmount(BigInt(value), facts.amount);
    const { toSeller, fee, toBuyer } = facts.totals;
    const { escrow, holdback } = facts.balances;
    rows.push(
      ["agreement", facts.agreement],
      ["between", `${facts.buyer} (buyer), ${facts.seller} (seller), ${facts.settler} (settler)`],
      ["amount", money(facts.amount.value)],
      [
        "state",
        `${facts.status}${facts.reason === void 0 ? "" : ` (${facts.reason})`} since ${facts.at}, ${facts.events} events`
      ],
      ["outcome", facts.outcome],
      ["credited", `seller ${money(toSeller)}, fee ${money(fee)}, back to buyer ${money(toBuyer)}`]
    );
    if (escrow !== "0" || holdback !== "0")
      rows.push(["still held", `escrow ${money(escrow)}, holdback ${money(holdback)}`]);
  }
  if (evidence.referenced > 0) {
    const { referenced, inline, withheld, supplied } = evidence;
    rows.push([
      "evidence",
      `${referenced} referenced, ${inline} inline, ${withheld} withheld, ${supplied} of these supplied`
    ]);
  }
  if (trust !== null)
    rows.push(["trust", `${trust.registry} version ${trust.version} (${trust.source}), ${trust.digest}`]);
  if (report.time !== null) rows.push(["judged at", report.time]);
  rows.push(["checked", describeFacets(report.facets)]);
  return [...lines, ...formatTable(rows, { indent: 2 })];
}
function describeFacets(facets) {
  return Object.entries(facets).map(([name, status]) => `${name} ${status}`).join(", ");
}
function place(finding) {
  if (finding.seq !== void 0) return `event ${finding.seq}: `;
  return finding.line === void 0 ? "" : `line ${finding.line}: `;
}
function summaryOf(tally) {
  const { files, accept, reject, indeterminate, allowedOpen, unread, equivocations } = tally;
  const parts = [`${accept} accept`, `${reject} reject`];
  parts.push(`${indeterminate} indeterminate${allowedOpen === 0 ? "" : ` (${allowedOpen} allowed as open)`}`);
  if (unread > 0) parts.push(`${unread} unread`);
  if (equivocations > 0) parts.push(`${equivocations} contradicting ${equivocations === 1 ? "history" : "histories"}`);
  return `${files} ${files === 1 ? "file" : "files"}: ${parts.join(", ")}`;
}

// src/verify/inputs.ts
import { readdir, stat } from "node:fs/promises";
var SUFFIX = Buffer.from(".settld");
var SLASH = Buffer.from("/");
async function expandInputs(args) {
  const inputs = [];
  for (const arg of args) {
    if (arg === "-") {
      inputs.push({ name: "-", path: "-" });
      continue;
    }
    try {
      if ((await stat(arg)).isDirectory()) inputs.push(...await expandFolder(arg));
      else inputs.push({ name: arg, path: arg });
    } catch (error) {
      inputs.push(unreadable(arg, error));
    }
  }
  return inputs;
}
async function expandFolder(folder) {
  const files = [];
  const failed = [];
  const pending = [Buffer.from(folder)];
  for (let next = pending.pop(); next !== void 0; next = pending.pop()) {
    const here = next;
    try {
      for (const entry of await readdir(here, { withFileTypes: true, encoding: "buffer" })) {
        const path = Buffer.concat(here.at(-1) === SLASH[0] ? [here, entry.name] : [here, SLASH, entry.name]);
        if (entry.isDirectory()) pending.push(path);
        else if (entry.name.subarray(-SUFFIX.length).equals(SUFFIX) && await isFile(entry, path)) files.push(path);
      }
    } catch (error) {
      failed.push(unreadable(here.toString("utf8"), error));
    }
  }
  if (files.length === 0 && failed.length === 0) {
    return [
      { name: folder, unread: { code: "CLI_INPUT", message: "expected *.settld files in the folder, found none" } }
    ];
  }
  files.sort(Buffer.compare);
  return [...files.map(toInput), ...failed];
}
async function isFile(entry, path) {
  return !entry.isSymbolicLink() || !await stat(path).then(
    (found) => found.isDirectory(),
    () => false
  );
}
function toInput(path) {
  const name = path.toString("utf8");
  return { name, path: Buffer.from(name).equals(path) ? name : path };
}
function unreadable(name, error) {
  if (!isSystemError(error)) throw error;
  return { name, unread: { code: "CLI_INPUT", message: `expected a readable file, found ${reasonOf(error)}` } };
}

// src/verify/json-output.ts
import { canonicalize } from "@settld/protocol";
function jsonOutput() {
  return {
    start: () => [],
    result: (name, outcome) => {
      const file = wellFormed(name);
      return "unread" in outcome ? [line({ file, error: { ...outcome.unread, message: wellFormed(outcome.unread.message) } })] : [line({ file, report: outcome.report })];
    },
    equivocation: ({ equivocation: { agreement, finding }, files }) => [
      line({ equivocation: { agreement, files: files.map(wellFormed), finding } })
    ],
    end: (tally, exitCode) => [line({ summary: { ...tally, exitCode } })]
  };
}
function line(value) {
  return canonicalize(value);
}

// src/verify/progress.ts
var INTERVAL_MS = 100;
function startProgress(total) {
  if (process.stderr.isTTY !== true || total < 2) return { update: () => {
  }, clear: () => {
  } };
  const start = performance.now();
  let shownAt = start;
  let shown = false;
  const clear = () => {
    if (shown) process.stderr.write("\r\x1B[K");
    shown = false;
  };
  return {
    clear,
    update: (done) => {
      const now = performance.now();
      if (now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      const perSecond = Math.round(done * 1e3 / (now - start));
      clear();
      process.stderr.write(`verified ${done} of ${total}, ${perSecond} a second`);
      shown = true;
    }
  };
}

// src/verify/sarif-output.ts
import { isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { CODES, URI_BASE } from "@settld/protocol";

// src/text/sarif.ts
function sarifText(text2) {
  return text2.replace(new RegExp("\\p{Cs}", "gu"), "\uFFFD").replace(/[[\]\\]/g, (char) => `\\${char}`).replace(/[{}]/g, (char) => char + char);
}

// src/verify/sarif-output.ts
var RULES = Object.keys(CODES).sort();
var RULE_INDEX = new Map(RULES.map((code, index) => [code, index]));
function sarifOutput(options) {
  let results = 0;
  const notifications = [];
  const result = (value) => {
    results += 1;
    return `${results === 1 ? "" : ","}${json(value)}`;
  };
  return {
    start: () => [
      `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":${json(tool())},"columnKind":"utf16CodeUnits","results":[`
    ],
    result: (name, outcome) => {
      if ("unread" in outcome) {
        const { code, message } = outcome.unread;
        notifications.push({
          level: "error",
          message: text(message),
          associatedRule: { id: code, index: RULE_INDEX.get(code) },
          locations: [location(name)]
        });
        return [];
      }
      const excused = options.allowOpen && isMerelyOpen(outcome);
      return outcome.report.findings.map(
        (finding) => result({
          ...described(finding, excused ? "note" : levelOf(finding.code)),
          locations: [location(name, finding)]
        })
      );
    },
    equivocation: ({ equivocation: { finding }, files: [first, second] }) => [
      result({
        ...described(finding, "error"),
        locations: [location(second, finding)],
        relatedLocations: [{ id: 1, ...location(first, finding) }]
      })
    ],
    end: (tally, exitCode) => {
      const invocation = {
        executionSuccessful: tally.unread === 0,
        exitCode,
        toolExecutionNotifications: notifications
      };
      return [`],"invocations":[${json(invocation)}],"properties":${json({ ...tally })}}]}`];
    }
  };
}
function json(value) {
  return asciiJson(JSON.stringify(value));
}
function tool() {
  return {
    driver: {
      name: "settld",
      version: VERSION,
      informationUri: URI_BASE,
      rules: RULES.map((code) => {
        const { summary, remedy, clause, category, verdict, precedence } = CODES[code];
        return {
          id: code,
          shortDescription: text(summary),
          help: text(remedy),
          helpUri: `${URI_BASE}codes/${code}`,
          defaultConfiguration: { level: levelOf(code) },
          properties: { clause, category, verdict, precedence }
        };
      })
    }
  };
}
function levelOf(code) {
  switch (CODES[code].verdict) {
    case "reject":
    case "error":
      return "error";
    case "indeterminate":
      return "warning";
    default:
      return "note";
  }
}
function described({ code, message }, level) {
  return { ruleId: code, ruleIndex: RULE_INDEX.get(code), level, message: text(message) };
}
function text(message) {
  return { text: sarifText(message) };
}
function location(name, { line: line2, seq, pointer } = {}) {
  const parts = [...seq === void 0 ? [] : [`event ${seq}`], ...pointer === void 0 ? [] : [pointer]];
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(wellFormed(name)) },
      ...line2 === void 0 ? {} : { region: { startLine: line2 } }
    },
    ...parts.length === 0 ? {} : { logicalLocations: [{ fullyQualifiedName: parts.join(" ") }] }
  };
}
function uriOf(name) {
  if (isAbsolute(name)) return pathToFileURL(name).href;
  return name.split(sep).map(encodeURIComponent).join("/");
}

// src/commands/verify.ts
function verifyCommand() {
  return new Command("verify").description(
    "Checks bundles offline: every signature, rule, decision and posting is recomputed. Also finds settlers who\ntold two stories about one agreement, when it is shown both."
  ).argument("<file...>", "bundles, folders (all *.settld in them), or - for standard input").option("--trust <file>", "trust document of your own: whose keys count, and when").option(
    "--root <key>",
    "the registry's key, to use the newest trust document in the bundle that it signed:\na JWK or PEM file, or the 43 characters of the JWK's x"
  ).option("--evidence <dir>", "folder with evidence that bundles withhold, found by digest").option("--now <instant>", "time of verification, such as 2026-11-30T12:00:00.000Z; default: the receipt's").option("--allow-open", "exit 0 also for bundles that are merely open (BUNDLE_OPEN, RECEIPT_MISSING)").option("--jobs <n>", "threads for many files (default: one a core, at most 8)").addOption(new Option("--format <format>", "output").choices(["human", "json", "sarif"]).default("human")).addHelpText("after", HELP).action(verify);
}
var HELP = `
Exit codes: 2 before 1 before 3 before 0
  0  every file is accepted
  1  a file is rejected (malformed files are), or two files contradict each other
  2  wrong usage, invalid trust input, or a file that could not be read; the others are verified all the same
  3  a file is indeterminate

--format json prints one line of canonical JSON a file, {"file", "report"} or {"error", "file"}; then
{"equivocation"} behind two files that contradict each other; last {"summary"}. The report follows
https://settld.dev/schemas/report.schema.json

Evidence files may have any name. One that is named by its digest (HEX, sha256-HEX, with any suffix) must have it.

Examples:
  settld verify deal.settld --trust trust.json
  settld verify archive/ --root registry.pem --format json > reports.jsonl
  curl https://example.com/deal.settld | settld verify - --trust trust.json --allow-open`;
async function verify(files, options) {
  if (files.filter((file) => file === "-").length > 1) {
    throw inputError("CLI_USAGE", "expected - at most once, found it twice: standard input can be read once");
  }
  const settings = await readSettings(options);
  const jobs = options.jobs === void 0 ? void 0 : parseJobs(options.jobs);
  const inputs = await expandInputs(files);
  process.exitCode = await run(inputs, settings, workersFor(inputs.length, jobs), options);
}
async function run(inputs, settings, workers, options) {
  const allowOpen = options.allowOpen === true;
  const output = outputFor(options.format, inputs.length, allowOpen);
  const print = options.format === "json" ? printEach : printLines;
  const tally = emptyTally();
  const histories = createHistoryStore();
  const progress = startProgress(inputs.length);
  try {
    await print(output.start());
    for await (const { index, input, outcome } of checkAll(inputs, settings, workers)) {
      const lines = [...output.result(input.name, outcome)];
      if ("unread" in outcome) {
        progress.clear();
        printError(outcome.unread.code, `${outcome.unread.message}: ${input.name}`);
      }
      const equivocation = "unread" in outcome ? void 0 : histories.add(index, outcome.report);
      if (equivocation !== void 0) {
        const [a, b] = equivocation.histories;
        lines.push(...output.equivocation({ equivocation, files: [nameOf(inputs, a), nameOf(inputs, b)] }));
      }
      count(tally, outcome, equivocation, allowOpen);
      if (lines.length > 0 && process.stdout.isTTY === true) progress.clear();
      await print(lines);
      progress.update(tally.files);
    }
    const exitCode = exitCodeFor(tally);
    progress.clear();
    await print(output.end(tally, exitCode));
    return exitCode;
  } finally {
    progress.clear();
  }
}
function outputFor(format, inputs, allowOpen) {
  if (format === "json") return jsonOutput();
  if (format === "sarif") return sarifOutput({ allowOpen });
  return humanOutput(stdoutColors(), { single: inputs === 1, allowOpen });
}
async function printEach(lines) {
  for (const line2 of lines) await printJson(line2);
}
function nameOf(inputs, index) {
  const input = inputs[index];
  if (input === void 0) throw new Error(`no input ${index}`);
  return input.name;
}
async function readSettings({ trust, root, now, evidence }) {
  if (trust === void 0 === (root === void 0)) {
    const found = trust === void 0 ? "neither" : "both";
    throw inputError("CLI_USAGE", `expected exactly one of --trust and --root, found ${found}`);
  }
  return {
    ...trust === void 0 ? {} : { trust: (await readTrustFile(trust)).bytes },
    ...root === void 0 ? {} : { root: await readRoot(root) },
    ...now === void 0 ? {} : { now: parseNow(now) },
    ...evidence === void 0 ? {} : { evidence: await checkFolder(evidence) }
  };
}
async function checkFolder(path) {
  try {
    await readdir2(path);
    return path;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw inputError("CLI_INPUT", `--evidence: expected a readable folder, found ${reasonOf(error)}: ${path}`, error);
  }
}
async function readRoot(root) {
  if (!/^[A-Za-z0-9_-]{43}$/.test(root)) return readPublicKey(await readInput(root, "--root"), `--root ${root}`);
  return readPublicKey(new TextEncoder().encode(JSON.stringify({ kty: "OKP", crv: "Ed25519", x: root })), "--root");
}
function parseNow(text2) {
  try {
    return parseInstant(text2);
  } catch (error) {
    if (!isSettldError(error)) throw error;
    const hint = text2 === "now" ? '; for the clock, --now "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)"' : "";
    throw inputError("CLI_USAGE", `--now: ${error.message}${hint}`, error);
  }
}
function parseJobs(text2) {
  if (/^[1-9]\d?$/.test(text2)) return Number(text2);
  throw inputError("CLI_USAGE", `--jobs: expected a number from 1 to 99, found ${JSON.stringify(text2)}`);
}
export {
  verifyCommand
};
//# sourceMappingURL=verify-PE5UIXV4.js.map