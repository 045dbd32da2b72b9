/**
 * The process that the crash tests kill: `crash-child.ts <folder> <first number>`. Several writers at once write
 * numbered changes, each with every part that a change can have, and now and then evidence; each number is printed when
 * it is acknowledged. After a few failures in a row it ends by itself.
 */
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import type { Digest } from "@settld/protocol";
import type { BookAccount, Change } from "../store.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const WRITERS = 8;
const FAILURES_MAX = 20;

/** Where the money of all numbered changes comes from. */
export const CRASH_RAIL: BookAccount = { kind: "rail", owner: "crash", assetCode: "USD", assetScale: 2 };

/** The party of a numbered change: each has its own account log. */
export function crashParty(n: number): string {
  return `party ${n}`;
}

/** A digest that stands for a text. */
export function crashDigest(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** The bytes of the evidence of a number: different ones of different length, up to 200 kB. */
export function crashEvidence(n: number): Uint8Array {
  return new Uint8Array(Buffer.from(`evidence ${n} `.repeat((n % 17) * 900 + 1)));
}

/** A numbered change. Everybody pays a fee of 1 out of n + 1. */
export function crashChange(n: number): Change {
  const name = `change ${n}`;
  const party = crashParty(n);
  const asset = { assetCode: "USD", assetScale: 2 };
  const available: BookAccount = { kind: "available", owner: party, ...asset };
  const envelope = new Uint8Array(Buffer.from(`${name} `.repeat(200)));
  const [id, entry] = [crashDigest(name), crashDigest(`${name} entry`)];
  const event = { seq: 0, digest: crashDigest(`${name} event`), type: "test", at: n, envelope };
  return {
    agreement: {
      id,
      expectedEvents: 0,
      append: [event],
      row: { id, events: 1, head: event.digest, status: "offered", due: n, createdAt: n, updatedAt: n },
      roles: [{ party, role: "buyer" }],
    },
    entries: [{ owner: party, ...asset, seq: 0, digest: entry, at: n, envelope }],
    transfers: [
      {
        id: `dep_${n}`,
        kind: "deposit",
        tenant: "one",
        party,
        value: BigInt(n + 1),
        ...asset,
        rail: "crash",
        reference: name,
        status: "done",
        entry,
        createdAt: n,
      },
    ],
    transactions: [
      {
        id: entry,
        type: "deposit",
        at: n,
        postings: [
          { account: CRASH_RAIL, value: -BigInt(n + 1) },
          { account: available, value: BigInt(n + 1) },
        ],
      },
      {
        id,
        type: "fee",
        at: n,
        postings: [
          { account: available, value: -1n },
          { account: { kind: "fee", owner: "settler", ...asset }, value: 1n },
        ],
      },
    ],
    answer: { tenant: "one", key: name, request: id, status: 201, body: envelope, createdAt: n },
    outbox: [{ id: name, kind: "payout", payload: name, due: n, attempts: 0 }],
  };
}

async function main(folder: string, first: number): Promise<void> {
  // A limit on the size of files would end the process; ignored, it is an error of the file system.
  process.on("SIGXFSZ", () => {});
  writeSync(1, "opening\n");
  const store = await openSqliteStore({ folder, mode: "serve" });
  let next = first;
  let failures = 0;
  const writer = async (): Promise<void> => {
    while (failures < FAILURES_MAX) {
      const n = next++;
      try {
        if (n % 10 === 0) {
          const bytes = crashEvidence(n);
          const digest: Digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
          await store.putEvidence(digest, chunksOf(bytes), { bytesMax: bytes.length, now: n, tenant: "one" });
          writeSync(1, `evidence ${n}\n`);
        }
        const written = await store.write(crashChange(n));
        writeSync(1, `${written.ok ? "ack" : "conflict"} ${n}\n`);
        failures = 0;
      } catch (error) {
        failures += 1;
        writeSync(1, `failed ${(error as { code?: unknown }).code}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  writeSync(1, "end\n");
  await store.close();
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

if (import.meta.main) await main(process.argv[2] ?? "", Number(process.argv[3]));
