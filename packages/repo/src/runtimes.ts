/**
 * Runs every conformance vector on every runtime that is promised: Node 20, 22, 24, Bun and Deno, each with `node:crypto` and
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
import { runtimes } from "./runtime-list.ts";
import { readJson, root } from "./workspace.ts";

const exec = promisify(execFile);

/** Ports by name, with the module that stands for `@settld/protocol/crypto`. */
const ports: Readonly<Record<string, string>> = {
  "node:crypto": "packages/protocol/src/crypto-node.ts",
  WebCrypto: "packages/protocol/src/crypto-web.ts",
};

const bundle = async (port: string, outfile: string): Promise<void> => {
  await build({
    entryPoints: [join(root, "packages/cli/src/adapter/vectors.test.ts")],
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

const run = async (
  [program, ...first]: readonly [string, ...string[]],
  script: string,
): Promise<{ readonly summary: string; readonly output: string }> => {
  const options = { env: { ...process.env, SETTLD_VECTORS: join(root, "vectors") }, timeout: 300_000 };
  const { stdout, stderr } = await exec(program, [...first, script], options).catch((error: unknown) => ({
    stdout: "",
    stderr: "",
    ...(error as { readonly stdout?: string; readonly stderr?: string }),
  }));
  return { summary: stdout.trimEnd().split("\n").at(-1) ?? "", output: `${stdout}${stderr}`.trimEnd() };
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
  const known = runtimes().map(({ name }) => name);
  const unknown = values.only?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    console.error(`no runtime ${unknown.join(", ")}; there are ${known.join(", ")}`);
    return 2;
  }
  const { total } = readJson<{ readonly total: number }>(join(root, "vectors/index.json"));
  const temp = mkdtempSync(join(tmpdir(), "settld-runtimes-"));
  let failures = 0;
  try {
    for (const [port, source] of Object.entries(ports)) {
      const script = join(temp, `${port.replace(":", "-")}.mjs`);
      await bundle(source, script);
      for (const { name, command } of runtimes()) {
        if (values.only !== undefined && !values.only.includes(name)) continue;
        const start = performance.now();
        const { summary, output } = await run(command, script);
        // A run that ends early, or finds fewer vectors than there are, is a failure as well.
        const passed = summary === `${total} passed, 0 failed`;
        const ms = Math.round(performance.now() - start);
        console.log(`${name.padEnd(8)} ${port.padEnd(12)} ${summary} (${ms} ms)`);
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
