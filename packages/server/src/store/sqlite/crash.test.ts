import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Digest } from "@settld/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accountName } from "../account-name.ts";
import { collect, everyPage } from "../contract/samples.ts";
import type { Store } from "../store.ts";
import { connect } from "./connection.ts";
import { CRASH_RAIL, crashChange, crashEvidence, crashParty } from "./crash-child.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const KILLS = 15;
const CUT_CHANGES = 20;
const child = fileURLToPath(new URL("./crash-child.ts", import.meta.url));

/** Numbers from 0 to 1 that are the same in every run (Park and Miller's minimal standard generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

type Acknowledged = { readonly changes: Set<number>; readonly evidence: Set<number> };

/** When a child is killed: so many milliseconds after it has printed so many lines. */
type Kill = { readonly lines: number; readonly delayMs: number };

/** Runs the child until it is killed; without a moment for that, until it ends. */
async function run(
  folder: string,
  first: number,
  kill: Kill | undefined,
  { changes, evidence }: Acknowledged,
  limit?: number,
): Promise<readonly string[]> {
  const command = [process.execPath, "--conditions=@settld/source", child, folder, String(first)];
  const [program = "", ...parameters] =
    limit === undefined ? command : ["sh", "-c", `ulimit -f ${limit}; exec "$@"`, "sh", ...command];
  const running = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  running.stderr.on("data", (data) => {
    complaint += data;
  });
  const exit = new Promise<NodeJS.Signals | null>((resolve) => running.on("exit", (_, signal) => resolve(signal)));
  const printed: string[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    printed.push(line);
    // What still comes out of the pipe afterwards was acknowledged too.
    if (printed.length === kill?.lines) setTimeout(() => running.kill("SIGKILL"), kill.delayMs);
  }
  const signal = await exit;
  if (kill !== undefined) expect({ signal, complaint }).toEqual({ signal: "SIGKILL", complaint });
  expect(complaint.replaceAll(/^.*ExperimentalWarning.*\n.*\n/gm, "")).toBe("");
  for (const line of printed) {
    const [word, n] = line.split(" ");
    if (word === "ack") changes.add(Number(n));
    if (word === "evidence") evidence.add(Number(n));
  }
  return printed;
}

/** How many of the parts of a numbered change are there. */
async function partsOf(store: Store, n: number): Promise<readonly boolean[]> {
  const { agreement, entries, transfers, transactions, answer } = crashChange(n);
  const party = crashParty(n);
  const [entry] = entries ?? [];
  const available = { kind: "available", owner: party, assetCode: "USD", assetScale: 2 } as const;
  const booked = await store.transactions(available, { limit: 9 });
  return [
    (await store.agreement(agreement!.id)) !== undefined,
    (await store.events(agreement!.id, 0, 9)).length === 1,
    (await store.roles(agreement!.id)).length === 1,
    (await store.lastEntry(entry!))?.digest === entry!.digest,
    (await store.transfer(transfers![0]!.id)) !== undefined,
    booked.length === transactions!.length,
    (await store.keptAnswer("one", answer!.key))?.body.length === answer!.body.length,
    // A party with n = 0 has nothing left after its fee.
    (await store.balance(available)) === BigInt(n) && booked.length > 0,
  ];
}

/** Checks that the store is sound and whole, and returns the numbers of the changes that it has. */
async function audit(folder: string, tried: number): Promise<ReadonlySet<number>> {
  const store = await openSqliteStore({ folder, mode: "serve" });
  const connection = await connect(join(folder, "store.db"));
  try {
    expect(connection.sql("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    expect(connection.sql("PRAGMA foreign_key_check").all()).toEqual([]);
    const there = new Set<number>();
    for (let n = 0; n < tried; n++) {
      const parts = await partsOf(store, n);
      expect([n, parts]).toEqual([n, parts.map(() => parts[0])]);
      if (parts[0]) there.add(n);
    }
    const sums = new Map<string, bigint>();
    for (const { postings } of await everyPage(
      500,
      (page) => store.transactions(undefined, page),
      ({ id }) => id,
    )) {
      for (const { account, value } of postings) {
        sums.set(accountName(account), (sums.get(accountName(account)) ?? 0n) + value);
      }
    }
    const balances = await everyPage(
      500,
      (page) => store.balances(undefined, page),
      ({ account }) => accountName(account),
    );
    expect(new Map(balances.map(({ account, value }) => [accountName(account), value]))).toEqual(sums);
    expect(-(await store.balance(CRASH_RAIL))).toBe([...there].reduce((sum, n) => sum + BigInt(n + 1), 0n));
    expect((await store.dueCommands(Number.MAX_SAFE_INTEGER, tried + 1)).length).toBe(there.size);
    return there;
  } finally {
    connection.close();
    await store.close();
  }
}

async function auditEvidence(folder: string, evidence: ReadonlySet<number>): Promise<void> {
  const store = await openSqliteStore({ folder, mode: "serve" });
  const known = new Set<string>();
  for (const n of evidence) {
    const bytes = crashEvidence(n);
    const digest: Digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    expect(await collect(store.readEvidence(digest))).toEqual(bytes);
    known.add(digest);
  }
  const files = await readdir(join(folder, "evidence"), { recursive: true, withFileTypes: true });
  for (const file of files.filter((one) => one.isFile())) {
    // Acknowledged, or kept just before the end; but never half an upload or a file that the database does not know.
    const digest: Digest = `sha256:${file.name.slice(0, 64)}`;
    expect([file.name, known.has(digest) || (await store.evidence(digest)) !== undefined]).toEqual([file.name, true]);
  }
  await store.close();
}

describe("a store whose process ends at any moment", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "settld-crash-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test(`after each of ${KILLS} kills, everything that was acknowledged is there, and nothing by half`, async () => {
    const random = seeded(20_261_121);
    const acknowledged: Acknowledged = { changes: new Set(), evidence: new Set() };
    let tried = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      // The first line is printed before the store is opened, so some kills hit the opening. An acknowledgement comes
      // just after a commit, so without a delay no kill would hit the next one.
      const moment =
        kill % 5 === 4
          ? { lines: 1, delayMs: random() * 40 }
          : { lines: 1 + Math.ceil(random() * 60), delayMs: random() * 10 };
      const printed = await run(folder, tried, moment, acknowledged);
      expect(printed.filter((line) => !/^(opening|ack|evidence)/.test(line))).toEqual([]);
      // Each writer may have had one change under way.
      tried = Math.max(tried, ...[...acknowledged.changes].map((n) => n + 1)) + 8;
      const there = await audit(folder, tried);
      expect([...acknowledged.changes].filter((n) => !there.has(n))).toEqual([]);
    }
    await auditEvidence(folder, acknowledged.evidence);
    expect(acknowledged.changes.size).toBeGreaterThan(KILLS * 10);
    expect(acknowledged.evidence.size).toBeGreaterThan(0);
  });

  // Windows has no such limit.
  test.skipIf(process.platform === "win32")("files that may not grow: refused changes are not there", async () => {
    const acknowledged: Acknowledged = { changes: new Set(), evidence: new Set() };
    const printed = await run(folder, 0, undefined, acknowledged, 2_000);
    expect(printed.at(-1)).toBe("end");
    const failures = printed.filter((line) => line.startsWith("failed"));
    expect(failures.length).toBeGreaterThanOrEqual(20);
    expect(new Set(failures)).toEqual(new Set(["failed HTTP_UNAVAILABLE"]));
    const there = await audit(folder, Math.max(...acknowledged.changes) + failures.length + 8);
    expect(there).toEqual(acknowledged.changes);
    await auditEvidence(folder, acknowledged.evidence);
  });

  test("a write-ahead log that was cut anywhere gives the changes before the cut, all whole", async () => {
    const random = seeded(7);
    const source = join(folder, "source");
    const store = await openSqliteStore({ folder: source, mode: "serve" });
    // Few enough to be in the log all together.
    for (let n = 0; n < CUT_CHANGES; n++) await store.write(crashChange(n));
    const wal = join(source, "store.db-wal");
    const { size } = await stat(wal);
    for (let cut = 0; cut < 20; cut++) {
      const copy = join(folder, `copy ${cut}`);
      await (await openSqliteStore({ folder: copy, mode: "serve" })).close();
      await copyFile(join(source, "store.db"), join(copy, "store.db"));
      await copyFile(wal, join(copy, "store.db-wal"));
      // Enough is left for the tables, which were in the log first.
      const length = cut === 0 ? size : Math.floor(size * (0.5 + 0.5 * random()));
      await truncate(join(copy, "store.db-wal"), length);
      const there = await audit(copy, CUT_CHANGES);
      expect([...there]).toEqual([...there].map((_, n) => n));
      if (cut === 0) expect(there.size).toBe(CUT_CHANGES);
      else expect(there.size).toBeLessThan(CUT_CHANGES);
    }
    await store.close();
  });
});
