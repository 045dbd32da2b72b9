import fc from "fast-check";
import { expect, test } from "vitest";
import { lineReader } from "./lines.ts";

const read = (
  bytes: Uint8Array,
  cuts: readonly number[],
  bytesMax = 1000,
): { lines: string[]; rest: string; fine: boolean } => {
  const lines: string[] = [];
  const reader = lineReader(bytesMax, (line) => lines.push(Buffer.from(line).toString("latin1")));
  let fine = true;
  const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (const [index, from] of at.slice(0, -1).entries())
    fine = reader.push(bytes.subarray(from, at[index + 1])) && fine;
  return { lines, rest: Buffer.from(reader.rest()).toString("latin1"), fine };
};

test("lines are the same however the bytes come", () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => all.map((byte) => (byte < 80 ? 10 : byte)));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(200)), (all, cuts) => {
      const expected = Buffer.from(all).toString("latin1").split("\n");
      const inside = cuts.filter((cut) => cut <= all.length);
      expect(read(all, inside)).toEqual({ lines: expected.slice(0, -1), rest: expected.at(-1), fine: true });
    }),
  );
});

test("a line of the most bytes is read, one byte more is refused, whether it ends or not", () => {
  for (const end of ["\n", ""]) {
    expect(read(Buffer.from(`12345${end}`), [2], 5).fine).toBe(true);
    expect(read(Buffer.from(`123456${end}`), [2], 5)).toMatchObject({ lines: [], fine: false });
  }
});

test("after a line that is too long nothing is kept, however much comes", () => {
  const reader = lineReader(10, () => {
    throw new Error("no line is read");
  });
  for (let at = 0; at < 1000; at += 1) expect(reader.push(Buffer.alloc(8, 0x61))).toBe(at === 0);
  expect(reader.rest().length).toBe(16);
});
