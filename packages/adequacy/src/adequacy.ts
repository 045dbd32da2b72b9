/**
 * `pnpm adequacy`: whether a faulty implementation can pass the conformance vectors. Every mutant of the protocol, the
 * kernel, the verifier and their schemas has to be noticed by a vector, or be listed in `equivalents` with a reason.
 *
 *   --file NAME     only mutants of files whose path begins so, such as protocol/json.ts (repeatable)
 *   --mutant KEY    shows one mutant as a change, the vectors that reach it, and what became of it
 *   --sample N      only N mutants, picked by --seed (default 1)
 *   --json          the result as data
 *
 * Mutants of the list are tried with the fast vectors only: to find one that does not belong there, those do.
 */
import { parseArgs } from "node:util";
import { nearest } from "@settld/output";
import { ROOT, readSources } from "./bundle.ts";
import { Campaign } from "./campaign.ts";
import { choose } from "./choice.ts";
import { checkEquivalents, type Equivalents, placeNameOf, readEquivalents } from "./equivalents.ts";
import { type HeldOut, holdOut, POINTS_MAX } from "./held-out.ts";
import type { Mutant } from "./mutant.ts";
import { diffOf, jsonOf, notesOf, tableOf } from "./report.ts";
import type { Outcome } from "./runner.ts";

const SEEDS = ["1", "2", "3", "4", "5"];
const SHOWN_CASES_MAX = 20;

const showMutant = async (campaign: Campaign, key: string, list: Equivalents): Promise<number> => {
  const mutant = campaign.mutants.find((one) => one.key === key);
  if (mutant === undefined) {
    const near = nearest(
      key,
      campaign.mutants.map((one) => one.key),
      3,
    );
    console.error([`no mutant ${key}`, ...near.map((one) => `near: ${one}`)].join("\n"));
    return 2;
  }
  const text = readSources(ROOT).find(({ file }) => file === mutant.file)?.text;
  for (const line of diffOf(mutant, text)) console.log(line);
  const covering = campaign.covering(mutant.id);
  console.log(
    `reached by ${covering.length} vectors: ${covering
      .slice(0, SHOWN_CASES_MAX)
      .map(({ id }) => id)
      .join(" ")}`,
  );
  const entry =
    list.mutants.find(({ keys }) => keys.includes(key)) ??
    list.places.find(({ names }) => names.includes(placeNameOf(mutant)));
  if (entry !== undefined) console.log(`listed as ${entry.category}: ${entry.why}`);
  const { fate, by } = (await campaign.run([mutant], () => "all")).get(mutant.id) ?? { fate: "not reached" };
  console.log(by === undefined ? fate : `noticed by ${by}: ${fate}`);
  return 0;
};

const select = (
  campaign: Campaign,
  {
    files,
    sample,
    seed,
  }: { readonly files: readonly string[]; readonly sample: number | undefined; readonly seed: string },
): readonly Mutant[] => {
  const some = campaign.mutants.filter(({ file }) => files.length === 0 || files.some((name) => file.startsWith(name)));
  return sample === undefined ? some : choose(some, ({ key }) => key, { count: sample, seed });
};

const watch = (total: number): ((id: number, outcome: Outcome) => void) => {
  let count = 0;
  return () => {
    count += 1;
    if (process.stderr.isTTY && count % 50 === 0) process.stderr.write(`\r${count} of ${total} mutants`);
    if (process.stderr.isTTY && count === total) process.stderr.write("\r\u001b[K");
  };
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      file: { type: "string", multiple: true },
      mutant: { type: "string" },
      sample: { type: "string" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  if (sample !== undefined && !(Number.isSafeInteger(sample) && sample > 0)) {
    console.error(`expected --sample with a whole number above 0, found ${values.sample}`);
    return 2;
  }
  const list = readEquivalents();
  const campaign = await Campaign.prepare(ROOT);
  try {
    if (values.mutant !== undefined) return await showMutant(campaign, values.mutant, list);
    const chosen = select(campaign, { files: values.file ?? [], sample, seed: values.seed });
    const listed = new Set([...list.mutants.flatMap(({ keys }) => keys), ...list.places.flatMap(({ names }) => names)]);
    const known = new Set(
      chosen.filter((one) => listed.has(one.key) || listed.has(placeNameOf(one))).map(({ id }) => id),
    );
    const outcomes = await campaign.run(chosen, (id) => (known.has(id) ? "fast" : "all"), watch(chosen.length));
    const whole = sample === undefined && values.file === undefined;
    const heldOut: HeldOut[] = [];
    for (const seed of whole ? SEEDS : []) heldOut.push(await holdOut(campaign, campaign.mutants, outcomes, seed));
    const { mutants, messages } = campaign;
    const wrong = [
      ...checkEquivalents(list, { mutants, outcomes }),
      ...heldOut
        .filter(({ rate, whole }) => whole - rate > POINTS_MAX)
        .map(({ seed }) => `without the vectors of seed ${seed} more than ${POINTS_MAX} points fewer are noticed`),
    ];
    if (values.json) {
      console.log(JSON.stringify({ ...jsonOf(mutants, outcomes, { messages, heldOut }), wrong }, null, 1));
    } else {
      for (const line of tableOf(mutants, outcomes)) console.log(line);
      console.log(`\n${outcomes.size} of ${mutants.length} mutants, ${campaign.cases.length} vectors`);
      console.log(`not made, because people alone read what they would change: ${messages}`);
      for (const line of notesOf(list, mutants, heldOut)) console.log(line);
      for (const line of wrong) console.error(line);
      console.log(`${wrong.length} differences from the list`);
    }
    return wrong.length === 0 ? 0 : 1;
  } finally {
    campaign.close();
  }
};

if (import.meta.main) process.exitCode = await main();
