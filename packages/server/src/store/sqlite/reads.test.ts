import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Connection, connect, makeDurable } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { readsOf } from "./reads.ts";
import { makeWriter } from "./writer.ts";

let folder: string;
let connection: Connection;
let other: Connection;
let statements: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settld-reads-"));
  connection = await connect(join(folder, "store.db"));
  makeDurable(connection);
  await migrate(connection, undefined);
  other = await connect(join(folder, "store.db"));
  statements = [];
});
afterEach(async () => {
  other.close();
  await rm(folder, { recursive: true, force: true });
});

const watched = (): Connection => ({
  ...connection,
  sql(text) {
    statements.push(text);
    return connection.sql(text);
  },
});
const count = (text: string): number => statements.filter((one) => one === text).length;
// The earliest that comes after a turn, before any timer or socket.
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const put = (value: string): void => {
  other.sql("INSERT INTO settings VALUES ('a', ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(value);
};

test("reads of one turn share a transaction, and the next turn sees what others wrote", async () => {
  const reads = readsOf(watched(), { shareTurn: true });
  expect(await reads.setting("a")).toBeUndefined();
  put("1");
  expect(await reads.setting("a")).toBeUndefined();
  await Promise.all([reads.setting("a"), reads.nextDue()]);
  expect([count("BEGIN"), count("COMMIT")]).toEqual([1, 0]);
  await tick();
  expect([count("BEGIN"), count("COMMIT")]).toEqual([1, 1]);
  expect(await reads.setting("a")).toBe("1");
  await tick();
  expect([count("BEGIN"), count("COMMIT")]).toEqual([2, 2]);
  connection.close();
});

test("a write that was asked for among reads is made after them, and read at once", async () => {
  const reads = readsOf(connection, { shareTurn: true });
  const writer = makeWriter(connection);
  for (let n = 0; n < 20; n++) {
    await reads.setting("a");
    const written = writer.submit({ type: "put-setting", name: "a", value: `${n}` });
    await reads.nextDue();
    await written;
    expect(await reads.setting("a")).toBe(`${n}`);
  }
  await writer.close();
  connection.close();
});

test("a connection may be closed in the turn of a read, and a read that fails leaves nothing open", async () => {
  const reads = readsOf(connection, { shareTurn: true });
  await expect(reads.setting(Symbol("none") as unknown as string)).rejects.toThrow(TypeError);
  await setImmediate();
  connection.sql("BEGIN IMMEDIATE").run();
  connection.sql("COMMIT").run();
  await reads.setting("a");
  connection.close();
  await setImmediate();
  await expect(reads.setting("a")).rejects.toMatchObject({ code: "HTTP_UNAVAILABLE" });
});
