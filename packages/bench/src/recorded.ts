import { createHash, randomBytes } from "node:crypto";
import type { Digest } from "@settld/protocol";
import { createServer, listen, newApiKey, openSqliteStore, type Store } from "@settld/server";
import { testSigner } from "@settld/testkit";
import { SettlementClient } from "./settlement-client.ts";

type Change = Parameters<Store["write"]>[0];

/** As every server of a bench has them. */
export const IDS: { readonly settler: string; readonly registry: string } = {
  settler: "https://settler.example",
  registry: "https://registry.example",
};

/** What one settlement writes: its changes in order, and how many bytes its evidence has. */
export type Recorded = { readonly changes: readonly Change[]; readonly evidence: number };

// The name of the parties of the recorded settlement.
const RECORDED = "recorded";

/** The changes of one settlement as the server writes them, and its evidence. */
export async function record(folder: string): Promise<Recorded> {
  const changes: Change[] = [];
  let evidence = 0;
  let isRecording = false;
  const store = await openSqliteStore({ folder, mode: "serve" });
  const signer = await testSigner("bench settler");
  const server = await createServer({
    store: {
      ...store,
      async write(change) {
        if (isRecording) changes.push(change);
        return store.write(change);
      },
      async putEvidence(digest, bytes, limits) {
        const result = await store.putEvidence(digest, bytes, limits);
        evidence = result.size;
        return result;
      },
    },
    settler: { id: IDS.settler, signer },
    registry: { id: IDS.registry, signer: await testSigner("bench registry") },
    allowTestKeys: true,
  });
  const { key, row } = newApiKey("operator", ["operator"], "bench", Date.now());
  await store.write({ apiKeys: [row] });
  const { url, close } = await listen(server);
  const client = new SettlementClient({ ...IDS, url, operatorKey: key, settlerKey: signer.publicKey }, RECORDED);
  await client.prepare();
  isRecording = true;
  await client.settle();
  client.close();
  await close(0);
  await server.close();
  if (changes.length === 0 || evidence === 0) throw new Error("nothing was recorded");
  return { changes, evidence };
}

/** Puts so much money where a replayed settlement takes it that it never ends. */
export async function fill(store: Store, recorded: Recorded, who: string = RECORDED): Promise<void> {
  const { changes } = replayOf(recorded, who);
  const postings = changes.flatMap(({ transactions = [] }) => transactions).flatMap((one) => one.postings);
  const available = postings.find(({ account, value }) => account.kind === "available" && value < 0n)?.account;
  if (available === undefined) throw new Error("nothing was funded");
  const value = 10n ** 15n;
  const rail = { account: { ...available, kind: "rail" as const, owner: "bench" }, value: -value };
  const written = await store.write({
    transactions: [{ id: digest(`fill ${who}`), type: "fill", at: 0, postings: [rail, { account: available, value }] }],
  });
  if (!written.ok) throw new Error("the buyer has no money");
}

/** What one more settlement writes. */
export type Replay = { readonly changes: readonly Change[]; readonly evidence: Uint8Array };

/**
 * A settlement once more, under other digests: the same sizes.
 *
 * @param who - whose accounts it goes through; everybody else's are others.
 */
export function replayOf({ changes: recorded, evidence }: Recorded, who: string = RECORDED): Replay {
  const names = new Map<string, Digest>();
  const nonce = randomBytes(16).toString("hex");
  const rename = (text: string): string => {
    // Messages are named after what they tell of.
    if (text.startsWith("msg_")) return `msg_${digest(`${nonce} ${text}`).slice(-28)}`;
    if (!text.startsWith("sha256:")) return text.replace(`-${RECORDED}`, `-${who}`);
    const name = names.get(text) ?? digest(`${nonce} ${text}`);
    names.set(text, name);
    return name;
  };
  const changes = recorded.map((change, index) => {
    const renamed = renamedCopy(change, rename);
    const { answer } = renamed;
    return answer === undefined ? renamed : { ...renamed, answer: { ...answer, key: `${nonce} ${index}` } };
  });
  return { changes, evidence: new Uint8Array(randomBytes(evidence)) };
}

/** Writes a settlement, each change when the one before is durable, as its parties do. */
export async function replay(store: Store, one: Replay | undefined): Promise<void> {
  if (one === undefined) throw new Error("fewer settlements than were asked for");
  const { changes, evidence } = one;
  for (const [index, change] of changes.entries()) {
    // Before the submission, as a seller uploads it.
    if (index === changes.length - 2) {
      const name: Digest = `sha256:${createHash("sha256").update(evidence).digest("hex")}`;
      await store.putEvidence(name, chunksOf(evidence), { bytesMax: evidence.length, now: 0, tenant: "bench" });
    }
    const written = await store.write(change);
    if (!written.ok) throw new Error(`a recorded change met ${written.conflict.kind}`);
  }
}

async function* chunksOf(data: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield data;
}

function renamedCopy<T>(value: T, rename: (text: string) => string): T {
  if (typeof value === "string") return rename(value) as T;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one) => renamedCopy(one, rename)) as T;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, renamedCopy(one, rename)])) as T;
}

/** How many jobs a second so many clients do, each one job after another. */
export async function perSecond(
  clients: number,
  jobs: number,
  work: (client: number) => Promise<void>,
): Promise<number> {
  let left = jobs;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (left > 0) {
        left -= 1;
        await work(client);
      }
    }),
  );
  return (jobs * 1_000) / (performance.now() - start);
}

function digest(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
