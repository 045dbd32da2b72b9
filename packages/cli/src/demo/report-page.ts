import { createHash } from "node:crypto";
import { escapeHtml } from "@settld/output";
import { CODES, type Code } from "@settld/protocol";
import { CAST } from "./cast.ts";
import { flowPicture } from "./flow-picture.ts";
import { ACCOUNTS, accountName, plain, sumOf } from "./money-flow.ts";
import { REPORT_STYLE } from "./report-style.ts";
import type { Act, DecisionLine, Expectation, Step, Story, Verification } from "./story-model.ts";
import { when } from "./when.ts";

/** What one order costs, in minor units; the pictures are drawn to this scale. */
const ORDER = 48_000n;

/** Writes the story as one self-contained page: no script, nothing loaded, printable. */
export function reportPage(story: Story): string {
  const style = createHash("sha256").update(REPORT_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  const body = [
    introduction(story),
    ...story.acts.map(actSection),
    statement(story),
    verifications(story),
    people(),
    codes(story),
    tryIt(),
  ];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    "<title>Settld: the money demo</title>",
    `<style>${REPORT_STYLE}</style>`,
    "</head>",
    "<body>",
    "<main>",
    ...body,
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function introduction({ acts, ok }: Story): string {
  const tiles = acts.map((act) => {
    const paid = act.after.seller - act.before.seller;
    return (
      `<li><a href="#act-${act.number}"><small>Act ${act.number}</small> ${outcomeTag(act)}` +
      `<span class="what">${escapeHtml(act.title)}</span><span class="sum">${plain(paid)}</span><small>USD to the seller</small></a></li>`
    );
  });
  return `<header>
<h1>Paid work between parties who do not trust each other</h1>
<p class="lead">A buyer's agent orders the cleaning of a shipment register of 412 rows, nine in ten of them with defects. The seller's agent cleans it, an independent checker measures the result, and the agreed rules move the money. Price: 480.00 USD an order, all or nothing.</p>
<p class="notice">The work, the measurements, the signatures and the bookkeeping are real. The money is not, and the keys are known to everyone: they show how it works and prove nothing else.</p>
${ok ? "" : '<div class="failed">Not everything in this run ended as it must; the acts say what did not.</div>'}
<ul class="tiles">
${tiles.join("\n")}
</ul>
</header>`;
}

function actSection(act: Act): string {
  return `<section class="act" id="act-${act.number}">
<header><span class="number">Act ${act.number}</span><h2>${escapeHtml(act.title)}</h2>${outcomeTag(act)}</header>
${act.agreement === undefined ? "" : `<p class="id">Agreement <span class="mono">${escapeHtml(act.agreement)}</span></p>`}
${unmet(act.expectations)}
<h3>Where the money went, in USD</h3>
<div class="scroll">${flowPicture(act, ORDER)}</div>
<h3>What happened</h3>
<ol class="time">
${act.steps.map(stepItem).join("\n")}
</ol>
${act.decisions.map(decisionTable).join("\n")}
<h3>Checked by a separate process, which has nothing but the files</h3>
${verificationTable(act.verifications)}
<h3>Balances, in USD</h3>
${balanceTable(act)}
${act.ok ? `<p class="moral">${escapeHtml(act.moral)}</p>` : ""}
</section>`;
}

function unmet(expectations: readonly Expectation[]): string {
  const failed = expectations.filter(({ ok }) => !ok);
  if (failed.length === 0) return "";
  const items = failed.map(
    ({ what, expected, found }) =>
      `<li>${escapeHtml(what)}: expected ${escapeHtml(expected)}, found ${escapeHtml(found)}</li>`,
  );
  return `<div class="failed"><strong>Not as it must be</strong><ul>${items.join("")}</ul></div>`;
}

function stepItem({ at, who, what, why, moves }: Step): string {
  const iso = new Date(at).toISOString();
  const list = moves.map(
    ({ from, to, value }) => `<li><span>${accountName(from)} → ${accountName(to)}</span><b>${plain(value)}</b></li>`,
  );
  return (
    `<li><time datetime="${iso}">${when(at)}</time><span class="who ${who}">${title(who)}</span>` +
    `<div>${escapeHtml(what)}${why === undefined ? "" : `<span class="why">${escapeHtml(why)}</span>`}</div>` +
    `${list.length === 0 ? "" : `<ul class="moves">${list.join("")}</ul>`}</li>`
  );
}

function decisionTable({ attempt, requirements, note }: DecisionLine): string {
  const rows = requirements.map(({ question, agreed, found, id, code }) => {
    const mark = code === "POLICY_MET" ? "good" : "bad";
    return (
      `<tr><td>${escapeHtml(question)}</td><td class="num">${escapeHtml(agreed)}</td>` +
      `<td class="num"><span class="${mark}">${escapeHtml(found)}</span></td>` +
      `<td><code>${escapeHtml(id)}</code></td><td>${codeLink(code)}</td></tr>`
    );
  });
  return `<h3>What was agreed and what was measured, attempt ${attempt}</h3>
<div class="scroll"><table><thead><tr><th scope="col">Question</th><th scope="col" class="num">Agreed</th><th scope="col" class="num">Measured</th><th scope="col">Requirement</th><th scope="col">Code</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>
${note === undefined ? "" : `<p class="note">${escapeHtml(note)}</p>`}`;
}

function verificationTable(all: readonly Verification[]): string {
  const rows = all.map(({ file, about, report, apart, identical, ok }) => {
    const verdict = report.code === null ? "" : ` ${codeLink(report.code)}`;
    const same = identical ? "the same bytes" : '<span class="bad">another report</span>';
    return (
      `<tr><td>${escapeHtml(about)}<br><code>${escapeHtml(file)}</code></td>` +
      `<td><span class="${ok ? verdictMark(report.verdict) : "bad"}">${escapeHtml(report.verdict)}</span>${verdict}</td>` +
      `<td class="num">${apart.exitCode ?? "none"}</td><td>${same}</td><td>${ok ? '<span class="good">yes</span>' : '<span class="bad">no</span>'}</td></tr>`
    );
  });
  return `<div class="scroll"><table><thead><tr><th scope="col">File</th><th scope="col">Verdict</th><th scope="col" class="num">Exit code</th><th scope="col">Report, computed twice</th><th scope="col">As it must be</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function verdictMark(verdict: string): "good" | "warn" {
  return verdict === "accept" ? "good" : "warn";
}

function balanceTable({ before, after }: Act): string {
  const rows = ACCOUNTS.map(
    ({ kind, name }) =>
      `<tr><th scope="row">${name}</th><td class="num">${plain(before[kind])}</td><td class="num">${plain(after[kind])}</td><td class="num">${plain(after[kind] - before[kind])}</td></tr>`,
  );
  const sum = sumOf(after);
  const holds = sum === 0n ? "<b>holds</b>" : '<b class="broken">broken</b>';
  return `<div class="scroll"><table><thead><tr><th scope="col">Account</th><th scope="col" class="num">Before</th><th scope="col" class="num">After</th><th scope="col" class="num">Change</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>
<p class="invariant">buyer + seller + escrow + holdback + fees = ${plain(sum)} USD: ${holds}</p>`;
}

function statement({ acts }: Story): string {
  const rows = acts.map(
    (act) =>
      `<tr><td><a href="#act-${act.number}">Act ${act.number}</a></td><td>${escapeHtml(act.title)}</td><td>${outcomeTag(act)}</td>` +
      `${(["buyer", "escrow", "seller", "fee"] as const).map((kind) => `<td class="num">${plain(act.after[kind] - act.before[kind])}</td>`).join("")}</tr>`,
  );
  const last = acts.at(-1);
  const totals = (["buyer", "escrow", "seller", "fee"] as const).map(
    (kind) => `<td class="num">${plain(last?.after[kind] ?? 0n)}</td>`,
  );
  return `<section class="card" id="statement"><h2>Statement</h2>
<h3>Changes by act, in USD</h3>
<div class="scroll"><table><thead><tr><th scope="col">Act</th><th scope="col"></th><th scope="col">Work</th><th scope="col" class="num">Buyer</th><th scope="col" class="num">Escrow</th><th scope="col" class="num">Seller</th><th scope="col" class="num">Fees</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
<tfoot><tr><th scope="row" colspan="3">All acts</th>${totals.join("")}</tr></tfoot></table></div>
<p class="note">Every posting, with the event that caused it, is in <code>ledger.csv</code>. A balance below zero is what the party paid in.</p></section>`;
}

function verifications({ acts }: Story): string {
  return `<section class="card" id="verification"><h2>Verification results</h2>
<p class="note">Each file went through the verifier twice: in the process that made it, and in a separate one that was started with nothing but the files. The reports are in <code>reports/</code>.</p>
${verificationTable(acts.flatMap(({ verifications: all }) => all))}</section>`;
}

function people(): string {
  const rows = Object.values(CAST).map(
    ({ role, name, does, id }) =>
      `<tr><td><span class="who ${role}">${title(role)}</span></td><td>${escapeHtml(name)}</td><td>${escapeHtml(does)}</td><td><code>${escapeHtml(id)}</code></td></tr>`,
  );
  return `<section class="card" id="people"><h2>Who is who</h2>
<div class="scroll"><table><tbody>
${rows.join("\n")}
</tbody></table></div>
<p class="note">The companies are made up. Each party signs with a key of its own, and the settler has none of the others' keys.</p></section>`;
}

function codes({ acts }: Story): string {
  const used = new Set<Code>();
  for (const act of acts) {
    for (const { requirements } of act.decisions) for (const { code } of requirements) used.add(code);
    for (const { report } of act.verifications) if (report.code !== null) used.add(report.code);
  }
  const entries = [...used].sort().map((code) => {
    const { summary, remedy, clause } = CODES[code];
    return `<dt id="code-${code}"><code>${code}</code> <small class="id">${escapeHtml(clause)}</small></dt><dd>${escapeHtml(summary)} <span class="note">${escapeHtml(remedy)}</span></dd>`;
  });
  return `<section class="card" id="codes"><h2>What the codes mean</h2>
<dl class="codes">
${entries.join("\n")}
</dl></section>`;
}

function tryIt(): string {
  return `<section class="card" id="try"><h2>Check it yourself</h2>
<p>In the folder of this report. In a clone of the repository, <code>settld</code> stands for <code>node ../../packages/cli/dist/bin.js</code>.</p>
<pre>settld verify act-1.settld act-3.settld act-4.settld --trust trust.json
settld verify act-1-resigned.settld --trust trust.json
settld inspect act-3.settld
settld explain LEDGER_TO_SELLER_MISMATCH</pre>
<p class="note">What a verifier cannot see: events that the settler refused or delayed, a deposit that never arrived, a payout that was credited and not paid, a checker or an arbiter who lies, a second history that nobody shows it.</p></section>
<footer>Written by <code>settld demo</code>. All times are UTC and part of the story, not of the clock; every run writes the same bytes.</footer>`;
}

function outcomeTag({ outcome, ok }: Act): string {
  if (!ok) return `<span class="tag bad">${outcome}, not as it must be</span>`;
  return `<span class="tag ${outcome === "PASS" ? "good" : "warn"}">${outcome}</span>`;
}

function codeLink(code: Code): string {
  return `<a href="#code-${code}"><code>${code}</code></a>`;
}

function title(role: string): string {
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}
