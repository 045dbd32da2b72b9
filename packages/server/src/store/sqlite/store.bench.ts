/**
 * Run with `node --conditions=@settld/source packages/server/src/store/sqlite/store.bench.ts [folder]`, on the disk that
 * counts. Prints durable changes a second against bare transactions of `node:sqlite` that update two rows and flush, in
 * the same run; asserts nothing. With `--json` it prints {@link StoreBench} for other programs.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Digest } from "@settld/protocol";
import type { BookAccount, Change, Store } from "../store.ts";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { openSqliteStore } from "./sqlite-store.ts";

/** Durable changes a second. */
export type StoreBench = {
  /** Bare transactions of two rows, one after another. */
  readonly bare: number;
  readonly store: readonly {
    readonly writers: number;
    readonly perSecond: number;
    /** Against `bare`, median of the rounds. */
    readonly ratio: number;
  }[];
};

const ROUNDS = 9;
const WRITERS = [1, 16, 64];
const CALLS = 512;
// As large as a common event and the answer to it.
const ENVELOPE = new Uint8Array(1_800).fill(97);
const ANSWER = new Uint8Array(900).fill(97);

/** Measures a store in a folder, round by round in turn, so that a machine that slows down slows all. */
export async function benchStore(folder: string): Promise<StoreBench> {
  const bare = await openBare(join(folder, "bare.db"));
  const store = await openSqliteStore({ folder: join(folder, "store"), mode: "serve" });
  const bares: number[] = [];
  const found = WRITERS.map((writers) => ({ writers, rates: [] as number[], ratios: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++) {
    const reference = await perSecond(CALLS, async () => {
      for (let call = 0; call < CALLS; call++) bare.transfer();
    });
    if (round > 0) bares.push(reference);
    for (const { writers, rates, ratios } of found) {
      const logs = await Promise.all(
        Array.from({ length: writers }, (_, n) => openLog(store, `${round} ${writers} ${n}`)),
      );
      const calls = Math.ceil(CALLS / writers);
      const rate = await perSecond(calls * writers, () =>
        Promise.all(
          logs.map(async (next) => {
            for (let call = 0; call < calls; call++) {
              const written = await store.write(next());
              if (!written.ok) throw new Error(`a change met ${written.conflict.kind}`);
            }
          }),
        ),
      );
      // The first round is for the compiler of the runtime.
      if (round === 0) continue;
      rates.push(rate);
      ratios.push(rate / reference);
    }
  }
  await store.close();
  bare.close();
  return {
    bare: median(bares),
    store: found.map(({ writers, rates, ratios }) => ({
      writers,
      perSecond: median(rates),
      ratio: median(ratios),
    })),
  };
}

async function openBare(path: string): Promise<{ readonly transfer: () => void; readonly close: () => void }> {
  const connection: Connection = await connect(path);
  const { sql, exec } = connection;
  makeDurable(connection);
  exec("CREATE TABLE balances (n INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT");
  for (let n = 0; n < 1_000; n++) sql("INSERT INTO balances VALUES (?, 0)").run(n);
  let from = 0;
  return {
    transfer() {
      from = (from + 7) % 1_000;
      sql("BEGIN IMMEDIATE").run();
      sql("UPDATE balances SET value = value - 1 WHERE n = ?").run(from);
      sql("UPDATE balances SET value = value + 1 WHERE n = ?").run((from + 3) % 1_000);
      sql("COMMIT").run();
    },
    close: connection.close,
  };
}

/** Makes an agreement with money in escrow; what it returns gives one change after another: event, posting, answer. */
async function openLog(store: Store, name: string): Promise<() => Change> {
  const id = digest(name);
  const asset = { assetCode: "USD", assetScale: 2 };
  const rail: BookAccount = { kind: "rail", owner: `rail ${name}`, ...asset };
  const escrow: BookAccount = { kind: "escrow", owner: id, ...asset };
  let seq = 0;
  const next = (): Change => {
    const event = { seq, digest: digest(`${name} ${seq}`), type: "work.submitted", at: seq, envelope: ENVELOPE };
    const row = {
      id,
      events: seq + 1,
      head: event.digest,
      status: `${seq % 5}`,
      due: seq,
      createdAt: 0,
      updatedAt: seq,
    };
    const change: Change = {
      agreement: {
        id,
        expectedEvents: seq,
        append: [event],
        row,
        ...(seq > 0
          ? {}
          : {
              roles: [
                { party: `${name} buyer`, role: "buyer" },
                { party: `${name} seller`, role: "seller" },
              ],
            }),
      },
      transactions: [
        {
          id: event.digest,
          type: event.type,
          at: seq,
          postings: [
            { account: rail, value: -5n },
            { account: escrow, value: 5n },
          ],
        },
      ],
      answer: { tenant: "one", key: event.digest, request: event.digest, status: 201, body: ANSWER, createdAt: seq },
    };
    seq += 1;
    return change;
  };
  await store.write(next());
  return next;
}

async function perSecond(calls: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (calls * 1_000) / (performance.now() - start);
}

function digest(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

if (import.meta.main) {
  const parameters = process.argv.slice(2);
  const asked = parameters.find((one) => !one.startsWith("--"));
  const folder = await mkdtemp(join(asked ?? tmpdir(), "settld-bench-"));
  try {
    const result = await benchStore(folder);
    if (parameters.includes("--json")) {
      console.log(JSON.stringify(result));
    } else {
      console.log(`bare, two rows, one after another: ${result.bare.toFixed(0)} durable transactions a second`);
      for (const { writers, perSecond, ratio } of result.store) {
        console.log(
          `store, ${String(writers).padStart(2)} writers: ${perSecond.toFixed(0).padStart(6)} durable changes a second, ${ratio.toFixed(2)}x`,
        );
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
