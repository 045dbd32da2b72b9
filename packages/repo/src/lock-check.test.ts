import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkLockfile, checkRulings, findScripts, installTwice } from "./lock-check.ts";
import { diffTrees, digestOfTree, readTree } from "./tree-digest.ts";

const integrity = `sha512-${"A".repeat(86)}==`;

const lockfile = (name: string, resolution: object): string =>
  JSON.stringify({ lockfileVersion: "9.0", packages: { [name]: { resolution } } });

test("a tarball of the registry with its digest is fine", () => {
  expect(checkLockfile(lockfile("a@1.0.0", { integrity }))).toEqual([]);
});

test.each<[what: string, text: string, says: RegExp]>([
  ["no integrity", lockfile("a@1.0.0", {}), /a@1\.0\.0 has no SHA-512 integrity/],
  ["a weak integrity", lockfile("a@1.0.0", { integrity: "sha1-AAAA" }), /has no SHA-512 integrity/],
  [
    "another address",
    lockfile("a@1.0.0", { integrity, tarball: "https://x.test/a.tgz" }),
    /elsewhere than the registry/,
  ],
  ["a git commit", lockfile("a@1.0.0", { integrity, type: "git", commit: "c" }), /elsewhere than the registry/],
  ["a folder", lockfile("a@file:../a", { integrity }), /no version of the registry/],
])("red: %s", (_what, text, says) => {
  expect(checkLockfile(text)).toEqual([expect.stringMatching(says)]);
});

const scripted = [{ name: "a", version: "1.0.0", scripts: ["postinstall"] }];
const locked = new Set(["a", "x"]);
const rulings = (list: string): string => `packages:\n  - p\nallowBuilds:\n${list}`;

test.each([
  ["behind it", "  a: true # downloads the program that it is\n"],
  ["above it", "  x: false # compiles what we do not use\n  # downloads the program that it is\n  a: true\n"],
])("a ruling with its reason %s is fine", (_where, list) => {
  const both = list.includes("x:") ? [...scripted, { name: "x", version: "1.0.0", scripts: ["install"] }] : scripted;
  expect(checkRulings(rulings(list), both, locked)).toEqual([]);
});

test.each<[what: string, list: string, says: RegExp]>([
  ["a script without a ruling", "  b: true # reason enough\n", /a 1\.0\.0 has postinstall and no ruling/],
  ["a ruling without a reason", "  a: true\n", /allowBuilds of a gives no reason/],
  ["a ruling that is neither", "  a: maybe # reason enough\n", /neither true nor false/],
  [
    "a ruling on what is gone",
    "  a: true # reason enough\n  b: true # reason enough\n",
    /rules on b, which the lockfile/,
  ],
])("red: %s", (_what, list, says) => {
  expect(checkRulings(rulings(list), scripted, locked).join("\n")).toMatch(says);
});

let base = "";

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "settld-lock-test-"));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const write = (path: string, content: string | object): void => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), typeof content === "string" ? content : JSON.stringify(content));
};

test("install scripts are found in packages, also under another name, and not in what is linked beside them", () => {
  write("node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", {
    name: "a",
    version: "1.0.0",
    scripts: { install: "x" },
  });
  write("node_modules/.pnpm/@s+b@1.0.0/node_modules/@s/b/package.json", { name: "@s/b", version: "1.0.0" });
  write("node_modules/.pnpm/@s+b@1.0.0/node_modules/@s/b/binding.gyp", "{}");
  write("node_modules/.pnpm/c@1.0.0/node_modules/c/package.json", {
    name: "c",
    version: "1.0.0",
    scripts: { test: "x", install: "" },
  });
  write("node_modules/.pnpm/c@1.0.0/node_modules/a/package.json", {
    name: "a",
    version: "1.0.0",
    scripts: { install: "x" },
  });
  expect(findScripts(base)).toEqual([
    { name: "@s/b", version: "1.0.0", scripts: ["binding.gyp"] },
    { name: "a", version: "1.0.0", scripts: ["install"] },
  ]);
});

/** A small installation in `base/one`, and the same in `base/two/deeper`. */
const twoTrees = (): readonly [string, string] => {
  write("one/node_modules/.pnpm/a@1.0.0/node_modules/a/index.js", "1;\n");
  write("one/node_modules/.modules.yaml", "prunedAt: now");
  write("one/packages/p/node_modules/.bin/a", `NODE_PATH="${join(base, "one")}/node_modules"\n`);
  symlinkSync(".pnpm/a@1.0.0/node_modules/a", join(base, "one/node_modules/a"));
  const [one, two] = [join(base, "one"), join(base, "two/deeper")];
  mkdirSync(dirname(two), { recursive: true });
  cpSync(one, two, { recursive: true, verbatimSymlinks: true });
  write("two/deeper/packages/p/node_modules/.bin/a", `NODE_PATH="${two}/node_modules"\n`);
  return [one, two];
};

test("two trees are the same wherever and whenever they were installed", () => {
  const [one, two] = twoTrees();
  write("two/deeper/node_modules/.modules.yaml", "prunedAt: later");
  utimesSync(join(two, "node_modules/.pnpm/a@1.0.0/node_modules/a/index.js"), 1, 1);
  expect(diffTrees(readTree(one), readTree(two))).toEqual([]);
  expect(digestOfTree(readTree(one))).toBe(digestOfTree(readTree(two)));
});

const inside = "node_modules/.pnpm/a@1.0.0/node_modules/a/index.js";

test.each<[what: string, plant: (tree: string) => void, says: RegExp]>([
  ["a byte", (tree) => writeFileSync(join(tree, inside), "2;\n"), /index\.js: first file 644 \w+, then file 644 \w+$/],
  ["a mode", (tree) => chmodSync(join(tree, inside), 0o755), /index\.js: first file 644 \w+, then file 755/],
  ["a file more", (tree) => writeFileSync(join(tree, "node_modules/x.js"), ""), /x\.js: first missing, then file/],
  ["a file less", (tree) => rmSync(join(tree, inside)), /index\.js: first file 644 \w+, then missing/],
  [
    "another target of a link",
    (tree) => {
      rmSync(join(tree, "node_modules/a"));
      symlinkSync(".pnpm", join(tree, "node_modules/a"));
    },
    /node_modules\/a: first link \S+, then link \.pnpm/,
  ],
  [
    "a starter that names another folder",
    (tree) => writeFileSync(join(tree, "packages/p/node_modules/.bin/a"), 'NODE_PATH="/elsewhere"\n'),
    /\.bin\/a: /,
  ],
])("red: %s", (_what, plant, says) => {
  const [one, two] = twoTrees();
  plant(two);
  const differences = diffTrees(readTree(one), readTree(two));
  expect(differences).toHaveLength(1);
  expect(differences[0]).toMatch(says);
  expect(digestOfTree(readTree(one))).not.toBe(digestOfTree(readTree(two)));
});

test("two real installations of a workspace are the same, and what happens to one of them is seen", async () => {
  write("pnpm-workspace.yaml", "packages:\n  - packages/*\n");
  write("package.json", { name: "root", private: true });
  write("packages/p/package.json", { name: "p", version: "1.0.0" });
  write("packages/q/package.json", { name: "q", version: "1.0.0", dependencies: { p: "workspace:*" } });
  write(
    "pnpm-lock.yaml",
    [
      "lockfileVersion: '9.0'",
      "settings: {autoInstallPeers: true, excludeLinksFromLockfile: false}",
      "importers: {.: {}, packages/p: {}, packages/q: {dependencies: {p: {specifier: 'workspace:*', version: link:../p}}}}",
      "",
    ].join("\n"),
  );
  const { problems, files } = await installTwice(base);
  expect(problems).toEqual([]);
  expect(files).toBeGreaterThan(0);
  const planted = await installTwice(base, (project) => writeFileSync(join(project, "node_modules/extra"), "x"));
  expect(existsSync(base)).toBe(true);
  expect(planted.problems).toEqual([expect.stringMatching(/^node_modules\/extra: first missing, then file /)]);
});
