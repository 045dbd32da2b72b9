/**
 * `pnpm determinism`: the demo and the verifier print the same bytes on every runtime, in other time zones, languages
 * and folders, and in a browser; and those bytes are the golden ones.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { chromium as playwright } from "playwright-core";
import { chromium, type Runtime, runtimes } from "./runtime-list.ts";
import { root } from "./workspace.ts";

const BIN = join(root, "packages/cli/dist/bin.js");
const GOLDEN = join(root, "fixtures/golden");
const bundles = readdirSync(GOLDEN)
  .filter((name) => name.endsWith(".settld"))
  .sort();

type Environment = Readonly<Record<string, string>>;

/** Where and as whom a runtime works: the name of its folder, and its time zone and language. */
type Place = { readonly name: string; readonly folder: string; readonly env: Environment };

const digest = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Digest of a folder: names and contents of its files. */
const digestOfTree = (folder: string): string =>
  digest(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => `${digest(readFileSync(path))} ${relative(folder, path)}`)
      .sort()
      .join("\n"),
  );

const run = (
  { command }: Runtime,
  args: readonly string[],
  cwd: string,
  env: Environment,
): { readonly status: number | null; readonly stdout: string } => {
  const [program, ...first] = command;
  const { status, stdout, stderr, error } = spawnSync(program, [...first, BIN, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", NO_COLOR: "1", ...env },
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (error !== undefined) throw error;
  if (stderr !== "") throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return { status, stdout };
};

/** What one runtime prints and writes, as digests. */
const probe = (runtime: Runtime, { folder, env }: Place): { readonly demo: string; readonly verify: string } => {
  const temp = mkdtempSync(join(tmpdir(), "settld-determinism-"));
  try {
    const cwd = join(temp, folder);
    mkdirSync(cwd);
    const demo = run(runtime, ["demo", "--out", "out/demo"], cwd, env);
    cpSync(GOLDEN, join(cwd, "golden"), { recursive: true });
    const verify = run(
      runtime,
      ["verify", ...bundles.map((name) => `golden/${name}`), "--trust", "golden/trust.json", "--format", "json"],
      cwd,
      env,
    );
    return {
      demo: digest(`${demo.status} ${demo.stdout} ${digestOfTree(join(cwd, "out/demo"))}`),
      verify: digest(`${verify.status} ${verify.stdout}`),
    };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
};

/** What the page offers to this script. */
type Page = {
  readonly story: (register: string) => Promise<Record<string, string>>;
  readonly verify: (bundle: string, trust: string) => Promise<string>;
};

const PAGE = `
  import { base64Decode, base64Encode, canonicalize } from "@settld/protocol";
  import { parseTrust, verifyBundle } from "@settld/verifier";
  import { CAST, demoSigner } from "./demo/cast.ts";
  import { STORY_START } from "./demo/acts.ts";
  import { memorySettler } from "./demo/memory-settler.ts";
  import { playStory } from "./demo/story.ts";
  import { CLEANING_STEPS } from "./demo/work/clean.ts";
  globalThis.verify = async (bundle, trust) =>
    canonicalize(await verifyBundle(base64Decode(bundle), { trust: parseTrust(base64Decode(trust)) }));
  globalThis.story = async (register) => {
    const { files } = await playStory({
      register: base64Decode(register),
      correction: CLEANING_STEPS,
      settler: async (trust) =>
        memorySettler({ id: CAST.settler.id, signer: await demoSigner("settler"), trust, now: STORY_START }),
      verifyHere: verifyBundle,
      // A page starts no processes; what they answer is no part of the files.
      runApart: async () => ({ exitCode: null, stdout: "" }),
      onAct: async () => {},
    });
    return Object.fromEntries([...files].map(([path, bytes]) => [path, base64Encode(bytes)]));
  };
`;

/** Files of the story and reports of the golden bundles, made in a page on loopback. */
const probeBrowser = async (
  executablePath: string,
): Promise<{ readonly files: Record<string, string>; readonly reports: Record<string, string> }> => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: join(root, "packages/cli/src"), loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2023",
    logLevel: "error",
  });
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await playwright.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const page = await browser.newPage({ timezoneId: "Asia/Kathmandu", locale: "ar-EG" });
    // WebCrypto wants a secure context, which loopback is.
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
    const trust = readFileSync(join(GOLDEN, "trust.json"), "base64");
    const reports: Record<string, string> = {};
    for (const name of bundles) {
      reports[name] = await page.evaluate(
        ([bundle = "", document = ""]) => (globalThis as unknown as Page).verify(bundle, document),
        [readFileSync(join(GOLDEN, name), "base64"), trust],
      );
    }
    const register = readFileSync(join(root, "fixtures/demo/shipments.csv"), "base64");
    const files = await page.evaluate((text) => (globalThis as unknown as Page).story(text), register);
    return { files, reports };
  } finally {
    await browser.close();
    server.close();
  }
};

const places: readonly Place[] = [
  { name: "UTC, C", folder: "plain", env: { TZ: "UTC", LANG: "C" } },
  {
    name: "Pacific/Chatham, tr_TR, another folder",
    folder: "Ünder \u2068this\u2069 folder",
    env: { TZ: "Pacific/Chatham", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
  },
];

let faults = 0;
const report = (name: string, ok: boolean, detail: string): void => {
  if (!ok) faults += 1;
  console.log(`${ok ? "ok    " : "FAILED"} ${name}: ${detail}`);
};

let expected: ReturnType<typeof probe> | undefined;
for (const runtime of runtimes()) {
  for (const place of places) {
    const found = probe(runtime, place);
    expected ??= found;
    report(
      `${runtime.name}, ${place.name}`,
      found.demo === expected.demo && found.verify === expected.verify,
      `demo ${found.demo.slice(0, 16)}, verify ${found.verify.slice(0, 16)}`,
    );
  }
}

const executable = chromium();
if (executable === undefined) {
  console.log("SKIP Chromium: no executable found; Debian's package is `chromium`, SETTLD_CHROMIUM names another");
} else {
  const { files, reports } = await probeBrowser(executable);
  const other = Object.entries(files).filter(([path, text]) => readFileSync(join(GOLDEN, path), "base64") !== text);
  report(
    "Chromium, demo files",
    other.length === 0,
    `${Object.keys(files).length} files, ${other.length} other than golden`,
  );
  const [native] = runtimes();
  if (native === undefined) throw new Error("no runtime");
  const { stdout } = run(native, ["verify", ...bundles, "--trust", "trust.json", "--format", "json"], GOLDEN, {});
  const lines = stdout.split("\n");
  const unlike = bundles.filter(
    (name) => !lines.some((line) => line.includes(`"file":"${name}"`) && line.includes(reports[name] ?? "-")),
  );
  report("Chromium, reports", unlike.length === 0, `${bundles.length} reports, ${unlike.length} other than Node's`);
}

console.log(`${faults === 0 ? "Every output is the same." : `${faults} outputs differ.`}`);
if (faults > 0) process.exitCode = 1;
