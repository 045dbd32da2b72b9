import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPublicKey, verifyEd25519 } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import { openSqliteStore } from "@settld/server";
import { testSigner } from "@settld/testkit";
import { median, type Ratio } from "./measure.ts";
import { fill, perSecond, type Replay, record, replay, replayOf } from "./recorded.ts";
import { startHost } from "./running-host.ts";

const CLIENTS = [1, 4, 16] as const;
const JOBS = { 1: 60, 4: 160, 16: 320 } as const;
const ROUNDS = 5;
// After so many settlements the compiler of the server's runtime has seen all there is.
const WARM_UP = 1_000;
// Parties sign offer, acceptance, submission and attestation, which the server checks; the settler signs these, the
// funding, three reactions and the receipt, whose signature the client checks.
const SIGNED = 13;
const CHECKED = 5;
// As long as an event with what is signed around it.
const MESSAGE_BYTES = 1_000;

/** What one number of clients came to. */
type Measured = {
  readonly perSecond: number[];
  readonly store: number[];
  readonly signatures: number[];
  readonly both: number[];
  readonly latencies: number[];
};

/**
 * Full settlements a second over real HTTP, from offer to receipt, with clients in a thread and the server in a process
 * of their own, all on the cores and the disk of one machine. In every round, the same numbers of clients do the same
 * number of jobs, one after another:
 *
 * - the settlements;
 * - the store alone: the changes and the evidence that one settlement came to, of the same sizes, by as many writers that
 *   wait for each commit as a client does. They share commits just as the server's do, in the same `synchronous=FULL`;
 * - the signatures alone: as many as one settlement makes and checks on both sides, on every core;
 * - both: each job makes and checks its signatures and writes its changes, in one process and without HTTP.
 *
 * A ratio is the median of what the rounds have, against the slower of the first two limits, and against both.
 */
export async function benchServer(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "settld-server-bench-"));
  const host = await startHost({ folder: join(folder, "server") });
  const recorded = await record(join(folder, "record"));
  const store = await openSqliteStore({ folder: join(folder, "store"), mode: "serve" });
  await fill(store, recorded);
  const signatures = await signatureWork();
  const found = new Map<number, Measured>();
  const draft = (jobs: number): Replay[] => Array.from({ length: jobs }, () => replayOf(recorded));
  try {
    await host.settle({ clients: 16, jobs: WARM_UP });
    for (let round = 0; round <= ROUNDS; round++) {
      for (const clients of CLIENTS) {
        const jobs = JOBS[clients];
        const { ms, latencies } = await host.settle({ clients, jobs });
        // What is written is made up before the clock runs.
        const [writes, more] = [draft(jobs), draft(jobs)];
        const alone = await perSecond(clients, jobs, () => replay(store, writes.pop()));
        const signed = await perSecond(clients, jobs, signatures);
        const together = await perSecond(clients, jobs, async () => {
          await signatures();
          await replay(store, more.pop());
        });
        // The first round is for the compiler of the runtime.
        if (round === 0) continue;
        const measured = found.get(clients) ?? {
          perSecond: [],
          store: [],
          signatures: [],
          both: [],
          latencies: [],
        };
        found.set(clients, measured);
        measured.perSecond.push((jobs * 1_000) / ms);
        measured.store.push(alone);
        measured.signatures.push(signed);
        measured.both.push(together);
        measured.latencies.push(...latencies);
      }
    }
  } finally {
    await host.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
  return [...found].flatMap(([clients, measured]) => ratiosOf(clients, measured));
}

function ratiosOf(clients: number, { perSecond: rates, store, signatures, both, latencies }: Measured): Ratio[] {
  const name = `${clients} client${clients === 1 ? "" : "s"}`;
  const [rate, storeRate, signatureRate] = [median(rates), median(store), median(signatures)];
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const against = (other: readonly number[]): number => median(rates.map((one, round) => (other[round] ?? 0) / one));
  const tighter = storeRate < signatureRate ? "store" : "signatures";
  console.log(
    `  ${name}: ${rate.toFixed(0)} settlements a second, p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms; ` +
      `store alone ${storeRate.toFixed(0)}, signatures alone ${signatureRate.toFixed(0)}, ` +
      `both ${median(both).toFixed(0)}`,
  );
  return [
    {
      name: `settlement, ${name}, against the ${tighter} alone`,
      ratio: against(tighter === "store" ? store : signatures),
      subject: 1e6 / rate,
      reference: 1e6 / Math.min(storeRate, signatureRate),
      // 0.6 times as many a second.
      aim: 1.67,
    },
    {
      name: `settlement, ${name}, against both`,
      ratio: against(both),
      subject: 1e6 / rate,
      reference: 1e6 / median(both),
    },
    {
      name: `settlement, ${name}, p95 against p50`,
      ratio: at(0.95) / at(0.5),
      subject: at(0.95) * 1_000,
      reference: at(0.5) * 1_000,
      ...(clients === 16 ? { aim: 4 } : {}),
    },
  ];
}

/** Makes and checks as many signatures as a settlement has, one after another, as they need each other. */
async function signatureWork(): Promise<() => Promise<void>> {
  const signer = await testSigner("bench settler");
  const key = await openPublicKey(defaultCrypto, signer.publicKey);
  if (typeof key === "string") throw new Error(key);
  const message = new Uint8Array(randomBytes(MESSAGE_BYTES));
  return async () => {
    for (let count = 0; count < SIGNED; count++) {
      const signature = await signer.sign(message);
      if (count < CHECKED && (await verifyEd25519(defaultCrypto, key, message, signature)) !== undefined) {
        throw new Error("a signature does not verify");
      }
    }
  };
}
