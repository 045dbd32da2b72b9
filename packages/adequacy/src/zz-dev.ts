import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { Campaign } from "./campaign.ts";

const t = performance.now();
const [root = "/tmp/snap", mode = "fast", out = "/tmp/adq.jsonl", prev = "", only] = process.argv.slice(2);
const c = await Campaign.prepare(root);
console.log("prepared", performance.now() - t, c.mutants.length, c.messages, c.cases.length);
const killed = new Set<string>();
if (prev && existsSync(prev))
  for (const l of readFileSync(prev, "utf8").trim().split("\n")) {
    const d = JSON.parse(l);
    if (!["survived", "not reached", "timeout"].includes(d.fate)) killed.add(d.key);
  }
let n = 0;
writeFileSync(out, "");
const by = new Map(c.mutants.map((m) => [m.id, m]));
const ms = c.mutants.filter((m) => !killed.has(m.key) && (!only || only.split(",").some((o) => m.file.includes(o))));
console.log("to run", ms.length);
await c.run(
  ms,
  () => mode as any,
  (id, o) => {
    const cov = c.covering(id);
    appendFileSync(
      out,
      JSON.stringify({ ...by.get(id), ...o, covering: cov.length, first: cov.slice(0, 8).map((v) => v.id) }) + "\n",
    );
    if (++n % 100 === 0) console.log(n, Math.round(performance.now() - t));
  },
);
console.log("done", performance.now() - t);
c.close();
