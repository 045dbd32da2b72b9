import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answer } from "settld/adapter";
import { expand, judge, type VectorFile, vectorsOf } from "settld-conform";
import { compare, type Ratio } from "./measure.ts";

const dist = (name: string): string => fileURLToPath(new URL(`../../${name}/dist/bin.js`, import.meta.url));
const VECTORS = fileURLToPath(new URL("../../../vectors", import.meta.url));

/** A whole run of the kit, with the reference as a process of its own, against the same verifications in this process. */
export async function benchConform(): Promise<Ratio[]> {
  const paths = globSync("*/*.json", { cwd: VECTORS, exclude: ["node_modules/**", "requirements/**"] });
  const inProcess = async (): Promise<void> => {
    for (const path of paths) {
      const file = JSON.parse(readFileSync(join(VECTORS, path), "utf8")) as VectorFile;
      for (const vector of vectorsOf(path, file)) {
        const found = await answer(vector.op, expand(vector.input) as Parameters<typeof answer>[1]);
        if (judge(vector, found, "code") !== "pass") throw new Error(`${vector.id} does not pass`);
      }
    }
  };
  const adapter = `cmd:'${process.execPath}' '${dist("cli")}' adapter`;
  const run = async (): Promise<void> => {
    const child = spawn(process.execPath, [dist("conform"), "run", "--adapter", adapter], { stdio: "ignore" });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`settld-conform ended with ${code}`);
  };
  return [
    await compare({
      name: "settld-conform run against the same in process",
      subject: run,
      reference: inProcess,
      calls: 1,
      rounds: 5,
      warmUp: 1,
      aim: 3,
    }),
  ];
}
