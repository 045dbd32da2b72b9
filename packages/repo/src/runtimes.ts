/**
 * Runs every conformance vector on every runtime that is promised: Node 20, 22, 24 and Bun, each with `node:crypto` and
 * with WebCrypto. Runtimes disagree about Ed25519 where it matters most, so none of them is left out and none is optional.
 *
 *   --only NAME   only these runtimes (repeatable)
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { build } from "esbuild";
import { readJson, root } from "./workspace.ts";

const exec = promisify(execFile);

/** Runtimes by name, as installed by the lockfile: nothing depends on what the machine has. */
const runtimes: Readonly<Record<string, string>> = {
  "node-20": "node-20/bin/node",
  "node-22": "node-22/bin/node",
  "node-24": "node/bin/node",
  // The package has one name for its binary on every system.
  bun: "bun/bin/bun.exe",
};

/** Ports by name, with the module that stands for `@settld/protocol/crypto`. */
const ports: Readonly<Record<string, string>> = {
  "node:crypto": "packages/protocol/src/crypto-node.ts",
  WebCrypto: "packages/protocol/src/crypto-web.ts",
};

const bundle = async (port: string, outfile: string): Promise<void> => {
  await build({
    entryPoints: [join(root, "packages/verifier/src/vectors.test.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@settld/source"],
    alias: {
      vitest: join(root, "packages/repo/src/vectors-run.ts"),
      "@settld/protocol/crypto": join(root, port),
    },
    logLevel: "error",
  });
};

const run = async (binary: string, script: string): Promise<{ readonly summary: string; readonly output: string }> => {
  const options = { env: { ...process.env, SETTLD_VECTORS: join(root, "vectors") }, timeout: 300_000 };
  const { stdout, stderr } = await exec(binary, [script], options).catch((error: unknown) => ({
    stdout: "",
    stderr: "",
    ...(error as { readonly stdout?: string; readonly stderr?: string }),
  }));
  return { summary: stdout.trimEnd().split("\n").at(-1) ?? "", output: `${stdout}${stderr}`.trimEnd() };
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
  const unknown = values.only?.filter((name) => !(name in runtimes)) ?? [];
  if (unknown.length > 0) {
    console.error(`no runtime ${unknown.join(", ")}; there are ${Object.keys(runtimes).join(", ")}`);
    return 2;
  }
  const { total } = readJson<{ readonly total: number }>(join(root, "vectors/index.json"));
  const temp = mkdtempSync(join(tmpdir(), "settld-runtimes-"));
  let failures = 0;
  try {
    for (const [port, source] of Object.entries(ports)) {
      const script = join(temp, `${port.replace(":", "-")}.mjs`);
      await bundle(source, script);
      for (const [name, path] of Object.entries(runtimes)) {
        if (values.only !== undefined && !values.only.includes(name)) continue;
        const binary = join(root, "packages/repo/node_modules", path);
        const start = performance.now();
        const { stdout: version } = await exec(binary, ["--version"]);
        const { summary, output } = await run(binary, script);
        // A run that ends early, or finds fewer vectors than there are, is a failure as well.
        const passed = summary === `${total} passed, 0 failed`;
        const ms = Math.round(performance.now() - start);
        console.log(`${name.padEnd(8)} ${version.trim().padEnd(9)} ${port.padEnd(12)} ${summary} (${ms} ms)`);
        if (!passed) {
          failures += 1;
          console.log(output);
        }
      }
    }
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return failures === 0 ? 0 : 1;
};

if (import.meta.main) {
  process.exitCode = await main();
}
