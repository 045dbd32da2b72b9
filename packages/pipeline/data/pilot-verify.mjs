// Checks this folder: every file is the listed one, every proof has the verdict that is claimed, and the ledger balances.
// Needs Node 20.19 or later and nothing else; it reads, writes nothing, and asks nobody.
//
//   node verify.mjs
//
// Exit codes: 0 everything holds, 1 not.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const faults = [];
const show = (text) => JSON.stringify(text).slice(1, -1);

// 1. The files. A link is no file of the archive.
const sums = readFileSync(join(here, "SHA256SUMS"), "utf8");
const listed = new Map(
  sums
    .trimEnd()
    .split("\n")
    .map((line) => [line.slice(66), line.slice(0, 64)]),
);
const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(here, path).split(sep).join("/")];
  });
const present = walk(here).filter((path) => path !== "SHA256SUMS");
for (const path of present) {
  const expected = listed.get(path);
  if (expected === undefined) faults.push(`${show(path)}: is not listed`);
  else if (!lstatSync(join(here, path)).isFile()) faults.push(`${show(path)}: is no file`);
  else if (
    createHash("sha256")
      .update(readFileSync(join(here, path)))
      .digest("hex") !== expected
  ) {
    faults.push(`${show(path)}: has other bytes than listed`);
  }
}
for (const path of listed.keys()) if (!present.includes(path)) faults.push(`${show(path)}: is missing`);
console.log(`files    ${present.length} of ${listed.size}${faults.length === 0 ? ", as listed" : ""}`);

// 2. The proofs, each by the verifier in a process of its own. A tool that is not the listed one proves nothing.
if (faults.length === 0) {
  const { proofs, sequence } = JSON.parse(readFileSync(join(here, "results.json"), "utf8"));
  for (const { file, verdict, code, exit } of proofs) {
    const args = [
      join(here, "tool/node_modules/settld/dist/bin.js"),
      "verify",
      `proofs/${file}`,
      "--trust",
      "proofs/trust.json",
      "--format",
      "json",
    ];
    const run = spawnSync(process.execPath, args, { cwd: here, encoding: "utf8", maxBuffer: 1 << 26 });
    const { report } = JSON.parse(run.stdout.split("\n")[0] || "{}");
    const same = run.status === exit && report?.verdict === verdict && report?.code === code;
    console.log(`proof    ${file.padEnd(24)} ${String(report?.verdict).padEnd(14)} ${report?.code ?? ""}`);
    if (!same) faults.push(`${file}: expected ${verdict} ${code}, found ${report?.verdict} ${report?.code}`);
  }
  console.log(`drill    ${sequence.join(" -> ")}`);

  // 3. The ledger: every transaction adds up to zero, and nothing is left in escrow.
  const [head, ...rows] = readFileSync(join(here, "proofs/ledger.csv"), "utf8").trim().split(/\r?\n/);
  const names = head.split(",");
  const cents = (text) => (text === "" ? 0n : BigInt(text.replace(".", "")));
  const totals = new Map();
  let escrow = 0n;
  for (const row of rows) {
    const cells = Object.fromEntries(row.split(",").map((cell, index) => [names[index], cell]));
    const value = cents(cells.in) - cents(cells.out);
    totals.set(cells.transaction, (totals.get(cells.transaction) ?? 0n) + value);
    if (cells.account === "Escrow" || cells.account === "Holdback") escrow += value;
  }
  for (const [transaction, sum] of totals) if (sum !== 0n) faults.push(`transaction ${transaction}: adds up to ${sum}`);
  if (escrow !== 0n) faults.push(`escrow and holdback: ${escrow} is left`);
  console.log(`ledger   ${totals.size} transactions, ${rows.length} postings`);
}

for (const fault of faults) console.error(`WRONG    ${fault}`);
const digest = createHash("sha256").update(sums).digest("hex");
console.log(`${faults.length === 0 ? "holds" : "DOES NOT HOLD"}    SHA256SUMS ${digest}`);
if (faults.length > 0) process.exitCode = 1;
