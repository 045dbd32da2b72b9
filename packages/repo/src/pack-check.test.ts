import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { buildOrder, packTwice } from "./pack-check.ts";
import { diffTarballs } from "./tar.ts";

type Entry = { readonly path: string; readonly content: string; readonly mode?: number; readonly modified?: number };

const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, "0");

/** A ustar archive, written by hand so that a test can change any byte of it. */
const tarball = (entries: readonly Entry[], level = 9): Buffer => {
  const blocks = entries.flatMap(({ path, content, mode = 0o644, modified = 499_162_500 }) => {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write(octal(mode, 8), 100);
    header.write(octal(0, 8), 108);
    header.write(octal(0, 8), 116);
    header.write(octal(Buffer.byteLength(content), 12), 124);
    header.write(octal(modified, 12), 136);
    header.write("0", 156);
    header.write("ustar", 257);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level });
};

const one: Entry = { path: "package/a.js", content: "a\n" };
const two: Entry = { path: "package/b.js", content: "const made = 1;\n".repeat(100) };
const good = tarball([one, two]);

test("the same bytes are no difference", () => {
  expect(diffTarballs(good, tarball([one, two]))).toEqual([]);
});

test.each<[what: string, other: Buffer, says: RegExp]>([
  ["another mode", tarball([{ ...one, mode: 0o755 }, two]), /^package\/a\.js: mode 0000644 and 0000755$/],
  ["another time", tarball([{ ...one, modified: 1 }, two]), /^package\/a\.js: modified 499162500 and 1$/],
  ["another content", tarball([{ ...one, content: "b\n" }, two]), /^package\/a\.js: at byte 0: "a\\n" and "b\\n"$/],
  ["another order", tarball([two, one]), /^the order of the files$/],
  ["a file less", tarball([one]), /^package\/b\.js: only in the first$/],
  ["a file more", tarball([one, two, { ...two, path: "package/c.js" }]), /^package\/c\.js: only in the second$/],
  ["another compression", tarball([one, two], 1), /^the compression: at byte \d+: /],
])("red: %s, and it is said which", (_what, other, says) => {
  const problems = diffTarballs(good, other);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(says);
});

let base = "";

afterEach(() => rmSync(base, { recursive: true, force: true }));

/** A workspace with one package, whose build writes what an expression says. */
const packed = (expression: string): ReturnType<typeof packTwice> => {
  base = mkdtempSync(join(tmpdir(), "settld-pack-test-"));
  const manifest = {
    name: "@x/made",
    version: "1.2.3",
    type: "module",
    files: ["dist"],
    scripts: { build: "node build.mjs" },
  };
  const build = `import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
mkdirSync("dist");
writeFileSync("dist/made.js", String(${expression}));`;
  for (const [path, text] of Object.entries({
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
    "package.json": JSON.stringify({ name: "root", private: true }),
    "packages/made/package.json": JSON.stringify(manifest),
    "packages/made/build.mjs": build,
    "packages/made/README.md": "# Made\n",
  })) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return packTwice(base, { build: true });
};

test("a build that follows from its sources gives one tarball, in whatever circumstances", async () => {
  const { tarballs, problems } = await packed("Math.max(1, 2)");
  expect([...tarballs.keys()]).toEqual(["x-made-1.2.3.tgz"]);
  expect(problems).toEqual([]);
});

test.each([
  ["the time", "Math.floor(Date.now() / 86_400_000)"],
  ["its folder", "process.cwd()"],
  ["the time zone", "new Date(0).toString()"],
  ["the umask", "process.umask()"],
  ["the time of a source", "statSync('build.mjs').mtimeMs"],
  ["an environment variable", "process.env.SOURCE_DATE_EPOCH"],
  ["chance", "Math.random()"],
])("red: a build that depends on %s", async (_what, expression) => {
  const { problems } = await packed(expression);
  expect(problems).toEqual([expect.stringMatching(/^x-made-1\.2\.3\.tgz: package\/dist\/made\.js: at byte \d+: /)]);
});

test("what is needed is built first", () => {
  const make = (name: string, needs: Record<string, string>) => ({
    dir: name,
    manifest: { name, devDependencies: needs },
  });
  const order = buildOrder([make("a", { b: "1" }), make("b", { c: "1" }), make("c", {})]);
  expect(order.map(({ dir }) => dir)).toEqual(["c", "b", "a"]);
});
