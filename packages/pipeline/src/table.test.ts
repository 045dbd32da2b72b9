import { expect, test } from "vitest";
import { plain, tableOf } from "./table.ts";

const row = (text: string): string =>
  tableOf(["head"], [[text]])
    .split("\n")
    .at(-1) ?? "";

test("what others wrote is shown as they wrote it, escaped once", () => {
  expect(row(plain("LEDGER_TO_SELLER_MISMATCH"))).toBe("| LEDGER\\_TO\\_SELLER\\_MISMATCH |");
  expect(row(plain("[a](b) `c` @d"))).toBe("| \\[a\\](b) \\`c\\` \\@d |");
});

test("no text ends its cell", () => {
  // Before the bar stands an odd number of backslashes, whatever was there.
  for (const text of ["a|b", "a\\|b", "a\\\\|b"]) expect(row(plain(text))).toMatch(/[^\\](\\\\)*\\\|b/);
  expect(row(plain("a\nb<c>"))).toBe("| a\\\\u{a}b&lt;c> |");
});
