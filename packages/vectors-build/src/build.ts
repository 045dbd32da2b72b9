/**
 * Writes `vectors/`: `node --conditions=@settld/source packages/vectors-build/src/build.ts`, or `--check` to compare.
 *
 * What is written here is input. Every verdict, code and fact is declared in the sources next to its case, by the
 * author of the case: nothing in this package may import the kernel or the verifier.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { base64Encode, REVISION } from "@settld/protocol";
import { files } from "./areas.ts";
import { seedOf, signer } from "./cast.ts";
import { render } from "./format.ts";
import { requirementSets } from "./requirements.ts";

const root = resolve(import.meta.dirname, "../../..");

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

// Every key that signs in a vector. Whoever tests an implementation wants to sign as well: a changed payload is refused
// for its signature before anything else about it is looked at.
const KEY_NAMES = ["buyer", "seller", "settler", "arbiter", "checker", "registry", "stranger"].flatMap((name) =>
  name === "stranger" ? [name] : [name, `${name} 2`],
);

const keys = Object.fromEntries(
  await Promise.all(
    KEY_NAMES.map(async (name) => [(await signer(name)).keyid, { name, seed: base64Encode(seedOf(name)) }] as const),
  ),
);

/** Every file below `vectors/` that is generated or frozen, by path relative to it. */
export const generate = (base: string = join(root, "vectors")): ReadonlyMap<string, string> => {
  const cases = files.flatMap(({ path, op, groups }) =>
    groups.flatMap(({ cases }) => cases.map(({ id }) => ({ id, op, area: dirname(path), path }))),
  );
  const ids = cases.map(({ id }) => id).sort();
  const index = {
    revision: REVISION,
    total: ids.length,
    // SHA-256 over the sorted ids, a line feed behind each: a removed or renamed one shows here as well.
    ids: createHash("sha256")
      .update(ids.map((id) => `${id}\n`).join(""))
      .digest("hex"),
    ops: countBy(cases.map(({ op }) => op)),
    areas: countBy(cases.map(({ area }) => area)),
    files: countBy(cases.map(({ path }) => path)),
  };
  return new Map([
    ...files.map((file) => [file.path, render(file)] as const),
    ["index.json", `${JSON.stringify(index, null, 1)}\n`],
    ["keys.json", `${JSON.stringify(keys, null, 1)}\n`],
    ...requirementSets(base, REVISION, files),
  ]);
};

/** Generated files whose committed bytes differ, and files that nothing generates. */
export const drift = (base: string, generated: ReadonlyMap<string, string>): string[] => [
  ...[...generated]
    .filter(([path, text]) => !existsSync(join(base, path)) || readFileSync(join(base, path), "utf8") !== text)
    .map(([path]) => path),
  ...globSync("*/*.json", { cwd: base, exclude: ["node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !generated.has(path)),
];

const main = (): number => {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  const base = join(root, "vectors");
  const generated = generate();
  const stale = drift(base, generated);
  for (const path of stale) {
    if (values.check === true) {
      console.error(`vectors/${path} differs from what its source generates`);
      continue;
    }
    const text = generated.get(path);
    if (text === undefined) {
      rmSync(join(base, path));
    } else {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
    console.log(`${text === undefined ? "removed" : "wrote"} vectors/${path}`);
  }
  console.log(`${generated.size} files of vectors, ${stale.length} ${values.check === true ? "differ" : "changed"}`);
  return values.check === true && stale.length > 0 ? 1 : 0;
};

if (import.meta.main) process.exitCode = main();
