import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytesOf, settledLog, testCast, trustOf } from "@settld/testkit";
import { compare, type Ratio } from "./measure.ts";

const BIN = fileURLToPath(new URL("../../cli/dist/bin.js", import.meta.url));

/** Cold starts of the command line against `node -e 0`, under the oldest Node that it supports. */
export async function benchCli(): Promise<Ratio[]> {
  const node = createRequire(import.meta.url).resolve("node-20/bin/node");
  const folder = mkdtempSync(join(tmpdir(), "settld-bench-"));
  try {
    const cast = await testCast();
    const [bundle, trust] = [join(folder, "a.settld"), join(folder, "trust.json")];
    writeFileSync(bundle, await settledLog(cast).bundle());
    writeFileSync(trust, bytesOf(trustOf(cast)));
    const run = (...args: string[]) => {
      const { status, stderr } = spawnSync(node, args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
    };
    const options = { reference: () => run("-e", "0"), calls: 1, rounds: 15, aim: 1.35 };
    return [
      await compare({ ...options, name: "settld --version against node -e 0", subject: () => run(BIN, "--version") }),
      await compare({
        ...options,
        name: "settld verify against node -e 0",
        subject: () => run(BIN, "verify", bundle, "--trust", trust),
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
