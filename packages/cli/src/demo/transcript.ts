import type { Colors } from "@settld/output";
import { type Cell, displayWidth, escapeTerminal, formatTable } from "@settld/output";
import type { Report } from "@settld/verifier";
import { CAST } from "./cast.ts";
import { ACCOUNTS, accountName, plain, sumOf, usd } from "./money-flow.ts";
import type { Act, Story, Verification } from "./story-model.ts";
import { when } from "./when.ts";

/** Columns of the transcript. */
const WIDTH = 92;
/** Where the text of a step begins. */
const TEXT_AT = 29;

/** Lines before the first act: who is who, what it is about, and what is not real. */
export function prologue(colors: Colors): string[] {
  const { bold, dim } = colors;
  const rows = Object.values(CAST).map(({ role, name, does }): Cell[] => [
    { text: title(role), paint: bold },
    name,
    does,
  ]);
  return [
    bold("The money demo: paid work between parties who do not trust each other"),
    "",
    ...formatTable(rows, { indent: 2 }),
    "",
    ...wrap(
      "The work is real: a shipment register of 412 rows, nine in ten of them with defects, is cleaned by one program and " +
        "measured by another that shares no reading code with it. The price is 480.00 USD an order, all or nothing.",
      2,
    ),
    ...wrap(
      "The money is not real, and the keys are known to everyone: they prove how it works, and nothing else.",
      2,
    ).map((line) => dim(line)),
  ];
}

/** The lines that tell one act. */
export function tellAct(act: Act, colors: Colors): string[] {
  const { bold, red } = colors;
  const head = `ACT ${act.number}  ${act.title}`;
  const word = act.ok ? act.outcome : `${act.outcome}, NOT AS IT MUST BE`;
  const space = " ".repeat(Math.max(2, WIDTH - displayWidth(head) - displayWidth(word)));
  return [
    "",
    `${bold(head)}${space}${paintOf(act, colors)(bold(word))}`,
    "-".repeat(WIDTH),
    ...act.steps.flatMap((step) => stepLines(step, colors)),
    ...decisionLines(act, colors),
    ...verificationLines(act, colors),
    "",
    ...balanceLines(act, colors),
    "",
    ...act.expectations
      .filter(({ ok }) => !ok)
      .flatMap(({ what, expected, found }) =>
        wrap(`${what}: expected ${expected}, found ${found}`, 2).map((line) => red(line)),
      ),
    ...(act.ok ? [`  ${bold(act.moral)}`] : []),
  ];
}

/** Lines after the last act. */
export function epilogue(story: Story, colors: Colors): string[] {
  const { bold, green, red } = colors;
  const rows = story.acts.map((act): Cell[] => [
    String(act.number),
    act.title,
    { text: act.outcome, paint: paintOf(act, colors) },
    plain(act.after.seller - act.before.seller),
    plain(act.after.fee - act.before.fee),
    plain(act.after.buyer - act.before.buyer),
    act.ok ? { text: "yes", paint: green } : { text: "NO", paint: red },
  ]);
  const total = (kind: "seller" | "fee" | "buyer"): string => plain(story.acts.at(-1)?.after[kind] ?? 0n);
  rows.push(["", "All acts", "", total("seller"), total("fee"), total("buyer"), ""]);
  const head = ["Act", "", "Work", "Seller", "Fees", "Buyer", "As it must be"].map(
    (text): Cell => ({ text, paint: bold }),
  );
  const outcomes = story.acts.slice(0, 3).map(({ outcome }) => outcome);
  return [
    "",
    bold("THE END"),
    "-".repeat(WIDTH),
    ...formatTable([head, ...rows], { indent: 2, align: ["left", "left", "left", "right", "right", "right", "left"] }),
    "",
    story.ok
      ? `  ${green(bold(`${outcomes.join(" -> ")}, and a split: everything ended as it must.`))}`
      : `  ${red(bold(`${outcomes.join(" -> ")}: not as it must be, see the lines in red.`))}`,
  ];
}

function stepLines({ at, who, what, why, moves }: Act["steps"][number], { bold, dim }: Colors): string[] {
  const [first = "", ...rest] = wrap(what, 0, WIDTH - TEXT_AT);
  const indent = " ".repeat(TEXT_AT);
  const moveLines = moves.map(({ from, to, value }) => {
    const way = `${accountName(from)} -> ${accountName(to)}`;
    return `${indent}${way}${plain(value).padStart(WIDTH - TEXT_AT - way.length)}`;
  });
  return [
    `  ${when(at).padStart(16)}  ${bold(title(who).padEnd(9))}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...(why === undefined ? [] : wrap(why, TEXT_AT).map((line) => dim(line))),
    ...moveLines,
  ];
}

function decisionLines(act: Act, { bold, green, red, dim }: Colors): string[] {
  return act.decisions.flatMap(({ attempt, requirements, note }) => {
    // The last act is about something else, and the reader has seen what a delivery looks like that meets everything.
    if (act.number === 4 && requirements.every(({ code }) => code === "POLICY_MET")) return [];
    const head = [`Attempt ${attempt}`, "agreed", "measured", "requirement", "code"].map(
      (text): Cell => ({ text, paint: bold }),
    );
    const rows = requirements.map(({ question, agreed, found, id, code }): Cell[] => {
      const paint = code === "POLICY_MET" ? green : red;
      return [question, agreed.replace("at least", ">="), { text: found, paint }, id, { text: code, paint }];
    });
    return [
      "",
      ...formatTable([head, ...rows], { indent: 2, align: ["left", "right", "right"] }),
      ...(note === undefined ? [] : wrap(note, 2).map((line) => dim(line))),
    ];
  });
}

function verificationLines(act: Act, colors: Colors): string[] {
  if (act.verifications.length === 0) return [];
  const { bold } = colors;
  return [
    "",
    `  ${bold("Checked by a separate process, which has nothing but the files")}`,
    ...act.verifications.flatMap((verification) => oneVerification(verification, act.number === 1, colors)),
  ];
}

function oneVerification(verification: Verification, full: boolean, { dim, green, red }: Colors): string[] {
  const { file, about, options, expected, report, apart, identical, ok } = verification;
  const paint = ok ? green : red;
  const verdict = [report.verdict, report.code].filter((text) => text !== null).join(" ");
  const lines = [
    ...wrap(about, 2),
    `  $ settld verify ${[file, ...options].join(" ")} --format json`,
    `    ${paint(`exit ${apart.exitCode ?? "none"}  ${verdict}`)}`,
    ...(full && ok && report.verdict === "accept" ? excerpt(apart.report).map((line) => dim(line)) : []),
  ];
  if (!identical) {
    lines.push(red("    its report is not the one that was computed here:"));
    lines.push(...wrap(apart.report === "" ? "(nothing)" : apart.report.slice(0, 300), 4).map((line) => red(line)));
  }
  if (!ok) {
    const wanted = [expected.verdict, expected.code].filter((text) => text !== null).join(" ");
    lines.push(red(`    expected exit ${expected.exitCode}  ${wanted}, and the same report from both`));
  }
  return lines;
}

/** The part of a report that a person wants to see, as the separate process wrote it. */
function excerpt(line: string): string[] {
  const { report } = JSON.parse(line) as { readonly report: Pick<Report, "verdict" | "code" | "facets" | "facts"> };
  const { verdict, code, facets, facts } = report;
  return Object.entries({ verdict, code, facets, totals: facts?.totals ?? null }).flatMap(([name, value]) =>
    wrap(`"${name}": ${JSON.stringify(value).replaceAll(",", ", ")}`, 6),
  );
}

function balanceLines({ before, after }: Act, { bold, green, red }: Colors): string[] {
  const head = ["Balances, USD", "before", "after", "change"].map((text): Cell => ({ text, paint: bold }));
  const rows = ACCOUNTS.map(({ kind, name }) => [
    name,
    plain(before[kind]),
    plain(after[kind]),
    plain(after[kind] - before[kind]),
  ]);
  const sum = sumOf(after);
  const invariant = `buyer + seller + escrow + holdback + fees = ${usd(sum)}`;
  return [
    ...formatTable([head, ...rows], { indent: 2, align: ["left", "right", "right", "right"] }),
    `  ${invariant}: ${sum === 0n ? green("holds") : red("BROKEN")}`,
  ];
}

function paintOf({ ok, outcome }: Act, { green, yellow, red }: Colors): (text: string) => string {
  if (!ok) return red;
  return outcome === "PASS" ? green : yellow;
}

function title(role: string): string {
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}

/** Breaks text between words into lines of a width, each with an indent. */
function wrap(text: string, indent: number, width: number = WIDTH - indent): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of escapeTerminal(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((entry) => `${" ".repeat(indent)}${entry}`);
}
