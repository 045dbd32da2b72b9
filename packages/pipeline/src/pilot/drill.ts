import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The part of a verifier's report that is told. */
type Report = {
  readonly verdict: string;
  readonly code: string | null;
  readonly facts: {
    readonly at: string;
    readonly head: string;
    readonly outcome: string;
    readonly balances: Readonly<Record<string, string>>;
  } | null;
};

/** What one bundle came to, checked by a process that has nothing but the files. */
export type Proof = {
  readonly file: string;
  readonly sha256: string;
  readonly exit: number;
  readonly verdict: string;
  readonly code: string | null;
  readonly at: string | null;
  readonly head: string | null;
  readonly outcome: string | null;
  readonly balances: Readonly<Record<string, string>>;
  /** What the settler decided, requirement by requirement with its code. */
  readonly decisions: readonly string[];
  /** First and last time of its events. */
  readonly from: string | null;
};

/** A drill that was run. */
export type Drill = {
  readonly proofs: readonly Proof[];
  /** PASS or FAIL of each decision on the work, in the order in which they were made. */
  readonly sequence: readonly string[];
  readonly ledger: {
    readonly transactions: number;
    readonly postings: number;
    readonly imbalances: number;
    readonly escrowLeft: string;
  };
  readonly seconds: { readonly story: number; readonly proofs: number };
};

const cents = (text: string): bigint => {
  const [whole = "", part = ""] = text.split(".");
  return text === "" ? 0n : BigInt(`${whole}${part.padEnd(2, "0")}`);
};

/** What the postings of a ledger add up to. */
export const sumLedger = (csv: string): Drill["ledger"] => {
  const [head = "", ...rows] = csv.trim().split(/\r?\n/);
  const names = head.split(",");
  const sums = new Map<string, bigint>();
  let escrow = 0n;
  for (const row of rows) {
    const cells = row.split(",");
    const cell = (name: string): string => cells[names.indexOf(name)] ?? "";
    const value = cents(cell("in")) - cents(cell("out"));
    sums.set(cell("transaction"), (sums.get(cell("transaction")) ?? 0n) + value);
    if (cell("account") === "Escrow" || cell("account") === "Holdback") escrow += value;
  }
  return {
    transactions: sums.size,
    postings: rows.length,
    imbalances: [...sums.values()].filter((sum) => sum !== 0n).length,
    escrowLeft: escrow.toString(),
  };
};

type Events = {
  readonly events: readonly {
    readonly at: string;
    readonly type: string;
    readonly what: string;
    readonly applied: boolean;
  }[];
};

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/**
 * Plays PASS -> FAIL -> PASS with a command line, and checks every bundle that it wrote, each in a process of its own.
 *
 * @param settld - path of the program.
 * @param folder - where the files go; it is the working folder of every process.
 * @throws Error when a process does not end as it should.
 */
export const runDrill = (settld: string, folder: string): Drill => {
  const run = (
    args: readonly string[],
    accept: readonly number[],
  ): { readonly exit: number; readonly stdout: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [settld, ...args], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 26,
      env: { ...process.env, NO_COLOR: "1" },
    });
    if (status === null || !accept.includes(status))
      throw new Error(`settld ${args.join(" ")}: ended with ${status}\n${stderr}`);
    return { exit: status, stdout };
  };
  const start = performance.now();
  run(["demo", "--out", "proofs"], [0]);
  const told = performance.now();
  const proofs = readdirSync(join(folder, "proofs"))
    .filter((name) => name.endsWith(".settld"))
    .sort()
    .map((file): Proof => {
      const path = `proofs/${file}`;
      const { exit, stdout } = run(["verify", path, "--trust", "proofs/trust.json", "--format", "json"], [0, 1, 3]);
      const { report } = JSON.parse(stdout.split("\n")[0] ?? "") as { readonly report: Report };
      const { events } = JSON.parse(run(["inspect", path, "--format", "json"], [0, 1]).stdout) as Events;
      return {
        file,
        sha256: sha256(join(folder, path)),
        exit,
        verdict: report.verdict,
        code: report.code,
        at: report.facts?.at ?? null,
        head: report.facts?.head ?? null,
        outcome: report.facts?.outcome ?? null,
        balances: report.facts?.balances ?? {},
        decisions: events
          .filter(({ type, applied }) => type === "decision.made" && applied)
          .map(({ at, what }) => `${at} ${what}`),
        from: events[0]?.at ?? null,
      };
    });
  const done = performance.now();
  const decisions = ["act-1.settld", "act-3.settld"].flatMap(
    (file) => proofs.find((proof) => proof.file === file)?.decisions ?? [],
  );
  return {
    proofs,
    sequence: decisions.sort().map((text) => (/^\S+ full\b/.test(text) ? "PASS" : "FAIL")),
    ledger: sumLedger(readFileSync(join(folder, "proofs/ledger.csv"), "utf8")),
    seconds: { story: Math.round((told - start) / 100) / 10, proofs: Math.round((done - told) / 100) / 10 },
  };
};

/** Everything in which a drill did not go as it must. */
export const drillFaults = ({ proofs, sequence, ledger }: Drill): string[] => {
  const expected: Readonly<Record<string, readonly [string, string | null]>> = {
    "act-1.settld": ["accept", null],
    "act-2-open.settld": ["indeterminate", "BUNDLE_OPEN"],
    "act-3.settld": ["accept", null],
    "act-4.settld": ["accept", null],
    "act-1-altered.settld": ["reject", "BUNDLE_EVIDENCE_DIGEST"],
    "act-1-cheated.settld": ["reject", "DSSE_SIGNATURE_INVALID"],
    "act-1-resigned.settld": ["reject", "LEDGER_TO_SELLER_MISMATCH"],
  };
  return [
    ...Object.entries(expected).flatMap(([file, [verdict, code]]) => {
      const found = proofs.find((proof) => proof.file === file);
      return found?.verdict === verdict && found.code === code
        ? []
        : [`${file}: expected ${verdict} ${code ?? ""}, found ${found?.verdict ?? "no file"} ${found?.code ?? ""}`];
    }),
    ...(sequence.join(" ") === "PASS FAIL PASS" ? [] : [`expected PASS FAIL PASS, found ${sequence.join(" ")}`]),
    ...(ledger.imbalances === 0 && ledger.transactions > 0
      ? []
      : [`${ledger.imbalances} of ${ledger.transactions} transactions do not balance`]),
    ...(ledger.escrowLeft === "0" ? [] : [`${ledger.escrowLeft} is left in escrow and holdback`]),
  ];
};
