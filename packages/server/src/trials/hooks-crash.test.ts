import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { FULL, PATIENCE, randomOf } from "@settld/testkit";
import { makeDatabase } from "@settld/testkit/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditStore } from "../audit/audit-store.ts";
import { newApiKey } from "../http/api-keys.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import { openSqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { startTestServer } from "../testing/index.ts";
import { sendTo } from "./client.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { TENANT_SCOPES } from "./world.ts";

const KILLS = FULL ? 40 : 6;
const program = fileURLToPath(new URL("./server-child.ts", import.meta.url));

type Child = ChildProcessByStdio<Writable, Readable, null>;

let folder: string;
let receiver: Receiver;
let running: Child | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-hooks-crash-"));
  receiver = await startReceiver();
});
afterEach(async () => {
  await kill();
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

/** A store over which servers are killed. */
type Place = {
  /** What a server is told of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly open: () => Promise<Store>;
  readonly remove: () => Promise<void>;
};

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  SQLite: async () => ({
    env: {},
    open: () => openSqliteStore({ folder: join(folder, "store"), mode: "serve" }),
    remove: async () => {},
  }),
  async PostgreSQL() {
    const { url, drop } = await makeDatabase();
    return { env: { SETTLD_TRIAL_DATABASE: url }, open: () => openPostgresStore({ url }), remove: drop };
  },
};

/** Starts a server over the store, and gives the place where it listens. */
async function start({ env }: Place): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=@settld/source", program, folder], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, ...env },
  });
  running = child;
  child.stdin.on("error", () => {});
  child.stdin.write("open\n");
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("listening ")) return line.slice("listening ".length);
  }
  throw new Error("the server has ended");
}

/** Kills the server, if one runs, and waits until it is gone. */
async function kill(): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

test.each(Object.entries(PLACES))(
  "whenever a server over %s is killed, every message of what was answered arrives, and nothing else",
  async (_, make) => {
    const random = randomOf(8);
    const place = await make();
    const store = await place.open();
    const setUp = await startTestServer({ store });
    const { id: party } = await setUp.party("buyer", "buyer", "one");
    const { key: apiKey, row } = newApiKey("one", TENANT_SCOPES, "all", Date.now());
    await store.write({ apiKeys: [row] });
    const { operatorKey } = setUp;
    const body = { url: receiver.url, types: ["deposit.booked"] };
    expect((await sendTo(fetch, setUp.url, apiKey)("POST", "/v1/webhook_endpoints", { body })).status).toBe(201);
    await setUp.close();

    const booked = new Set<string>();
    const noted = new Map<string, string>();
    let deposits = 0;
    for (let round = 0; round < KILLS; round++) {
      // Between the message's arrival and the note of it, which is when it has to come again; or at any other moment.
      const isBetween = round % 2 === 0;
      const until = receiver.arrived.length + 1 + random(4);
      let isHit = false;
      receiver.reply = async () => {
        if (!isBetween || receiver.arrived.length < until) return { status: 204 };
        isHit = true;
        await kill();
        return "silence";
      };
      const url = await start(place);
      const pay = sendTo(fetch, url, operatorKey);
      try {
        for (let n = 0; n < 8 && !isHit; n++) {
          deposits += 1;
          const amount = { value: "1", assetCode: "USD", assetScale: 2 };
          const reply = await pay("POST", "/v1/deposits", {
            body: { party, amount, reference: `payment ${deposits}` },
          });
          expect(reply.status).toBe(201);
          booked.add(reply.body.id);
        }
        await new Promise((resolve) => setTimeout(resolve, random(30)));
      } catch (error) {
        // Whoever got no answer knows nothing; every other refusal would be one.
        if (!(error instanceof TypeError)) throw error;
      }
      await kill();
    }
    receiver.reply = () => ({ status: 204 });
    await start(place);
    const arrived = (): Set<string> => {
      for (const { id, body: text } of receiver.arrived) {
        const { deposit } = (JSON.parse(text) as { data: { deposit: string } }).data;
        // The same cause has the same id at every try, and no two causes share one.
        expect(noted.get(id) ?? deposit).toBe(deposit);
        noted.set(id, deposit);
      }
      return new Set(noted.values());
    };
    await expect.poll(() => [...booked].filter((id) => !arrived().has(id)), { timeout: 30_000 }).toEqual([]);
    expect(noted.size).toBe(arrived().size);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await kill();

    const after = await place.open();
    const rows = await after.listTransfers("deposit", undefined, { limit: 1_000 });
    expect([...arrived()].sort()).toEqual(rows.map(({ id }) => id).sort());
    expect((await after.feedRange("one")).last).toBe(rows.length);
    const report = await auditStore(after, { settler: setUp.settler, now: Date.now() });
    expect(report.findings).toEqual([]);
    await after.close();
    await place.remove();
    // Some were told twice, or the test would not have hit what it is about.
    expect(receiver.arrived.length).toBeGreaterThan(noted.size);
  },
  PATIENCE,
);
