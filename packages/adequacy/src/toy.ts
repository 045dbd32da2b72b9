import { transform } from "esbuild";
import type { Case } from "./cases.ts";
import { type Instrumented, instrument } from "./instrument.ts";
import { compileProgram } from "./program.ts";
import { type Outcome, Runner } from "./runner.ts";

/** A small program and its vectors, for tests of the tool itself. */
export type Toy = { readonly text: string; readonly cases: readonly Case[] };

/** A case that a toy accepts with a fact called `value`. */
export const toyCase = (id: string, input: object, value: unknown): Case => ({
  id,
  path: "toy/toy.json",
  op: "toy",
  clause: "CONF-1",
  why: "",
  since: "",
  fault: null,
  verdict: "accept",
  code: null,
  facts: { value },
  input: {},
  read: () => input,
});

/** Instruments a toy. Its text exports `answer(op, input)`. */
export const instrumentToy = ({ text }: Pick<Toy, "text">): Instrumented => instrument([{ file: "toy/toy.ts", text }]);

/** Runs every mutant of a toy; outcomes by key. */
export const runToy = async (toy: Toy): Promise<ReadonlyMap<string, Outcome>> => {
  const { mutants, switched, covering, siteCount, sites } = instrumentToy(toy);
  const [on, seen] = await Promise.all(
    [switched, covering].map(async (texts) => {
      const { code } = await transform(texts.get("toy/toy.ts") ?? "", { loader: "ts", format: "cjs" });
      return compileProgram(code);
    }),
  );
  if (on === undefined || seen === undefined) throw new Error("expected two programs");
  const runner = new Runner(on, seen, siteCount, {}, toy.cases);
  const { load, traces } = await runner.trace([...toy.cases.keys()]);
  const turns = traces.map((trace) => trace.turns);
  const outcomes = new Map<string, Outcome>();
  for (const { id, key } of mutants) {
    const site = sites[id - 1] ?? -1;
    const cases = [...toy.cases.keys()].filter((index) => load.includes(site) || traces[index]?.sites.includes(site));
    outcomes.set(key, cases.length === 0 ? { fate: "not reached" } : await runner.run(id, cases, turns));
  }
  return outcomes;
};
