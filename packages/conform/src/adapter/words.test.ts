import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSpec } from "./spec.ts";
import { splitWords } from "./words.ts";

test.each([
  ["python3 adapter.py --fast", ["python3", "adapter.py", "--fast"]],
  ["  a \t b  ", ["a", "b"]],
  [`'a b' "c d" e\\ f`, ["a b", "c d", "e f"]],
  [`a'b c'"d e"f`, ["ab cd ef"]],
  [`a '' ""`, ["a", "", ""]],
  [`"say \\"hi\\"" 'it\\'`, [`say "hi"`, "it\\"]],
  ["C:\\tools\\adapter.exe /x", ["C:\\tools\\adapter.exe", "/x"]],
  ["a\\\\b", ["a\\b"]],
  ["echo $HOME | cat > x; y && z", ["echo", "$HOME", "|", "cat", ">", "x;", "y", "&&", "z"]],
])("%s", (command, words) => {
  expect(splitWords(command)).toEqual(words);
});

test.each(["", "   ", "''", "a 'b", 'a "b'])("%j is no command", (command) => {
  expect(() => splitWords(command)).toThrow(/expected a/);
});

test("quoted words come back as they were", () => {
  const quote = (word: string): string => `"${word.replace(/[ \t\r\n'"\\]/g, "\\$&")}"`;
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (program, args) => {
      expect(splitWords([program, ...args].map(quote).join(" "))).toEqual([program, ...args]);
    }),
  );
});

test.each([
  ["cmd:a b", { kind: "cmd", command: ["a", "b"] }],
  ["exec:a", { kind: "exec", command: ["a"] }],
  ["node:./a.mjs", { kind: "node", module: "./a.mjs" }],
  ["http://127.0.0.1:1/x", { kind: "http", url: "http://127.0.0.1:1/x" }],
  ["https://example.com", { kind: "http", url: "https://example.com" }],
])("%s says how to reach an adapter", (text, spec) => {
  expect(parseSpec(text)).toEqual(spec);
});

test.each(["", "a", "node:", "http:", "ftp://x", "CMD:x", "./adapter"])("%j does not", (text) => {
  expect(() => parseSpec(text)).toThrow(/expected/);
});
