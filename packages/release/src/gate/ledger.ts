import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "../run.ts";
import type { Ledger } from "./evidence.ts";

/** Amount of a cell in the smallest unit; an empty cell is nothing. */
const cents = (text: string | undefined): bigint => {
  const [whole = "", part = ""] = (text ?? "").split(".");
  return text === undefined || text === "" ? 0n : BigInt(`${whole}${part.padEnd(2, "0")}`);
};

/** What the postings of a `ledger.csv` say: does every transaction balance, and is anything left in escrow? */
export const checkPostings = (csv: string): Pick<Ledger, "transactions" | "imbalances" | "escrowLeft"> => {
  const [header = "", ...rows] = csv.trim().split(/\r?\n/);
  const names = header.split(",");
  const sums = new Map<string, bigint>();
  const held = new Map<string, bigint>();
  for (const row of rows) {
    const cells = Object.fromEntries(row.split(",").map((cell, index) => [names[index], cell]));
    const value = cents(cells["in"]) - cents(cells["out"]);
    const add = (map: Map<string, bigint>, key: string): void => void map.set(key, (map.get(key) ?? 0n) + value);
    add(sums, `${cells["transaction"]} ${cells["currency"]}`);
    if (cells["account"] === "Escrow" || cells["account"] === "Holdback") {
      add(held, `${cells["agreement"]} ${cells["account"]} ${cells["currency"]}`);
    }
  }
  return {
    transactions: sums.size,
    imbalances: [...sums].filter(([, sum]) => sum !== 0n).map(([key, sum]) => `${key}: ${sum}`),
    escrowLeft: [...held].filter(([, sum]) => sum !== 0n).map(([key, sum]) => `${key}: ${sum}`),
  };
};

type Audit = {
  readonly ok: boolean;
  readonly findings: readonly { readonly what: string; readonly where: string; readonly message: string }[];
};

/**
 * Plays the demo's story through a real server over a folder, and lets `settld reconcile` compare its book with its
 * logs. The postings are those of the demo.
 *
 * @param demo - folder with what the demo wrote.
 */
export const collectLedger = async (demo: string): Promise<Ledger> => {
  const folder = mkdtempSync(join(tmpdir(), "settld-ledger-"));
  try {
    const story = join(root, "packages/cli/src/testing/story-store.ts");
    const play = `const { storyStore } = await import(${JSON.stringify(story)}); await storyStore(process.argv[1]);`;
    const node = [process.execPath, "--conditions=@settld/source"] as const;
    await run([...node, "--input-type=module", "--eval", play, folder]);
    const cli = join(root, "packages/cli/src/bin.ts");
    const { stdout } = await run([...node, cli, "reconcile", "--dir", folder, "--format", "json"], { accept: [0, 1] });
    const { ok, findings } = JSON.parse(stdout) as Audit;
    return {
      reconciled: ok,
      findings: findings.map(({ what, where, message }) => `${what} ${where}: ${message}`),
      ...checkPostings(readFileSync(join(demo, "ledger.csv"), "utf8")),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
