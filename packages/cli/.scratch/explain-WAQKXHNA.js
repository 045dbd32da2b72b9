import {
  formatTable,
  stdoutColors
} from "./chunk-E2FLNA5J.js";
import {
  printJson,
  printLines
} from "./chunk-IHJL3MJG.js";
import {
  inputError
} from "./chunk-QAFWPTKF.js";

// src/commands/explain.ts
import { CODES, canonicalize, URI_BASE } from "@settld/protocol";
import { Command, Option } from "commander";

// src/text/nearest.ts
function nearest(text, candidates, countMax) {
  const limit = Math.ceil(text.length / 3);
  return candidates.map((candidate) => ({
    candidate,
    edits: text.length >= 4 && candidate.includes(text) ? 0 : distance(text.slice(0, 64), candidate)
  })).filter(({ edits }) => edits <= limit).sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1)).slice(0, countMax).map(({ candidate }) => candidate);
}
function distance(a, b) {
  let beforeLast = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

// src/commands/explain.ts
function explainCommand() {
  return new Command("explain").description("Explains a code: what is wrong, which clause says so, and what to do about it.").argument("[code]", "a code, such as BUNDLE_OPEN").option("--list", "list every code").addOption(new Option("--format <format>", "output").choices(["human", "json"]).default("human")).addHelpText(
    "after",
    `
Examples:
  settld explain LOG_EQUIVOCATION
  settld explain --list
  settld explain TRUST_EXPIRED --format json`
  ).action(async (code, options) => {
    if (options.list === true) {
      if (code !== void 0) throw inputError("CLI_USAGE", `expected a code or --list, found both`);
      return list(options.format);
    }
    if (code === void 0) throw inputError("CLI_USAGE", "expected a code or --list, found neither");
    await explain(findCode(code), options.format);
  });
}
function findCode(text) {
  const code = text.toUpperCase();
  if (isCode(code)) return code;
  const near = nearest(code, Object.keys(CODES), 3);
  const hint = near.length === 0 ? "settld explain --list lists them" : `did you mean ${near.join(", ")}?`;
  throw inputError("CLI_CODE_UNKNOWN", `expected a code of the registry, found ${JSON.stringify(text)}: ${hint}`);
}
function isCode(text) {
  return Object.hasOwn(CODES, text);
}
function describe(code) {
  return { code, ...CODES[code], uri: `${URI_BASE}codes/${code}` };
}
async function explain(code, format) {
  if (format === "json") return printJson(canonicalize(describe(code)));
  const { summary, remedy, clause, category, verdict, precedence, httpStatus, retryable } = CODES[code];
  const { bold } = stdoutColors();
  const rows = formatTable([
    ["what to do", remedy],
    ["verdict", verdict],
    ["clause", clause],
    ["category", `${category}, precedence ${precedence}`],
    ["over HTTP", `${httpStatus}${retryable ? ", may succeed later" : ""}`],
    ["more", `${URI_BASE}codes/${code}`]
  ]);
  await printLines([bold(code), summary, "", ...rows]);
}
async function list(format) {
  const codes = Object.keys(CODES);
  if (format === "json") {
    for (const code of codes) await printJson(canonicalize(describe(code)));
    return;
  }
  const { bold } = stdoutColors();
  await printLines(
    formatTable(codes.map((code) => [{ text: code, paint: bold }, CODES[code].verdict, CODES[code].summary]))
  );
}
export {
  explainCommand
};
//# sourceMappingURL=explain-WAQKXHNA.js.map