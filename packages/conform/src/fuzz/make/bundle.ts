import { base64Decode, base64Encode } from "@settld/protocol";
import { changeBundle, embedTrust, refreshed } from "../bundle/change.ts";
import { changedFile, changeLines } from "../bundle/change-lines.ts";
import { type Bundle, eventsOf, evidenceOf, fileOf, linesOfBundle, readBundle, receiptOf } from "../bundle/model.ts";
import { keyNamed, ROLES, trustDocument } from "../bundle/trust-document.ts";
import { linesOf, pickSound } from "../corpus.ts";
import { fewTimes, type Generator, type Making } from "../generator.ts";
import { encodeJson, type Json, type JsonObject } from "../json.ts";
import { Random } from "../random.ts";
import type { Pins } from "../walk/propose.ts";
import { bendWalk, extendWalk, randomWalk, WALK_EVIDENCE } from "../walk/random-walk.ts";
import { Walk } from "../walk/walk.ts";

type Parts = Pick<Making, "corpus" | "random" | "steps">;

/** Keys that an offer pins: none, the right one among others, or, rarely, only others. */
const pinsOf = ({ corpus, random }: Pick<Making, "corpus" | "random">): Pins => {
  const pinned = new Map<string, Json[]>();
  for (const role of ROLES) {
    if (!random.chance(8)) continue;
    const own = keyNamed(corpus, role).signer.keyid;
    const other = random.pick([...corpus.keys.keys()]);
    pinned.set(role, random.chance(85) ? [own, other] : [other]);
  }
  return (role) => pinned.get(role);
};

const evidenceIn = (corpus: Making["corpus"]): ReadonlyMap<string, Uint8Array> =>
  new Map([...corpus.evidence, ...WALK_EVIDENCE]);

/** The bundle of a log as its parties would hand it over, with a document of the user's own. */
export const bundleOf = (payloads: readonly Uint8Array[], { corpus }: Pick<Making, "corpus">): Bundle => {
  const last = payloads.at(-1);
  const closed = last !== undefined && new TextDecoder().decode(last).includes('"type":"agreement.closed"');
  return {
    events: eventsOf(payloads, corpus),
    trust: [],
    evidence: evidenceOf(payloads, evidenceIn(corpus)),
    receipt: closed ? receiptOf(payloads, corpus) : undefined,
    user: { trust: base64Encode(encodeJson(trustDocument(corpus))) },
  };
};

const walkBundle = ({ corpus, random }: Parts): Bundle => {
  const walk = randomWalk(random, { loreOf: corpus.loreOf, bend: random.chance(25), pins: pinsOf({ corpus, random }) });
  return bundleOf(walk.payloads.map(encodeJson), { corpus });
};

const sampleBundle = ({ corpus, random }: Parts): Bundle => {
  const { bundle, user } = pickSound(corpus.bundles, random);
  return readBundle(bundle, user) ?? bundleOf(pickSound(corpus.logs, random).payloads, { corpus });
};

const changed = (bundle: Bundle, { corpus, random, steps }: Parts): Bundle => {
  const times = random.weighted([
    [1, 0],
    [6, 1],
    [2, 2],
    [1, 3],
  ]);
  // What depends on who is trusted is as often about a document that comes with the bundle.
  const base = random.chance(35) ? embedTrust(bundle, corpus, random.fork()) : bundle;
  return steps.change(base, times, random, (now, stream) => changeBundle(now, corpus, stream));
};

const input = async (bundle: Bundle, { corpus, random, steps }: Parts): Promise<JsonObject> => {
  const lines = await linesOfBundle(bundle, corpus);
  const times = random.chance(12) ? 1 : 0;
  const bent = steps.change<Uint8Array[]>(lines, times, random, changeLines);
  const file = steps.change(fileOf(bent), random.chance(2) ? 1 : 0, random, (_now, stream) =>
    changedFile(bent, stream, 1),
  );
  return { bundle: base64Encode(file), ...bundle.user };
};

const changedLines = ({ corpus, random, steps }: Parts): JsonObject => {
  const { bundle, user } = pickSound(corpus.bundles, random);
  const lines = linesOf(bundle);
  if (random.chance(60)) {
    const bent = steps.change<Uint8Array[]>(lines, fewTimes(random), random, changeLines);
    return { bundle: base64Encode(random.chance(90) ? fileOf(bent) : fileOf(bent).subarray(0, -1)), ...user };
  }
  const times = fewTimes(random);
  const file = steps.change(bundle, times, random, (_now, stream) => changedFile(lines, stream, 1));
  return { bundle: base64Encode(file), ...user };
};

/** Two or three histories that begin alike: one longer than the other, forked, or of another agreement. */
const histories = async ({ corpus, random, steps }: Parts): Promise<JsonObject> => {
  const seed = random.u32();
  const common = random.between(1, 12);
  const branch = (label: number): Bundle => {
    const walk = new Walk();
    // Equal streams make equal beginnings.
    extendWalk(walk, new Random(random.chance(95) ? seed : seed + 1), common);
    const stream = new Random(seed, label);
    extendWalk(walk, stream, walk.payloads.length + random.below(4));
    if (random.chance(20)) bendWalk(walk, stream, { loreOf: corpus.loreOf });
    return bundleOf(walk.payloads.map(encodeJson), { corpus });
  };
  const count = random.chance(80) ? 2 : 3;
  const branches = Array.from({ length: count }, (_, index) => branch(index));
  const times = random.chance(25) ? 1 : 0;
  const at = random.below(count);
  const bent = branches.map((bundle, index) =>
    index === at ? steps.change(bundle, times, random, (now, stream) => changeBundle(now, corpus, stream)) : bundle,
  );
  const files = await Promise.all(
    bent.map(async (bundle) => base64Encode(fileOf(await linesOfBundle(bundle, corpus)))),
  );
  return { bundles: files, ...(bent[at] ?? branches[0])?.user };
};

const changedHistories = ({ corpus, random, steps }: Parts): JsonObject => {
  const sample = pickSound(corpus.samples("bundle.compare"), random).input;
  const files = (sample["bundles"] as string[]).map(base64Decode);
  const at = random.below(files.length);
  const bent = files.map((file, index) =>
    index === at ? fileOf(steps.change<Uint8Array[]>(linesOf(file), fewTimes(random), random, changeLines)) : file,
  );
  const order = random.chance(30) ? random.shuffled(bent) : bent;
  return { ...sample, bundles: order.map(base64Encode) };
};

/** Bundles: of random agreements and of vectors, changed and signed anew, and files whose lines and bytes change. */
export const BUNDLE_GENERATORS: readonly Generator[] = [
  {
    name: "bundle of a random agreement",
    weight: 45,
    ops: ["bundle.verify"],
    make: (making) => input(changed(walkBundle(making), making), making),
  },
  {
    name: "changed bundle",
    weight: 35,
    ops: ["bundle.verify"],
    make: (making) => input(changed(sampleBundle(making), making), making),
  },
  {
    name: "bundle of a changed log",
    weight: 5,
    ops: ["bundle.verify"],
    make: (making) => {
      const bundle = bundleOf(pickSound(making.corpus.logs, making.random).payloads, making);
      return input(changed(refreshed(bundle, making.corpus), making), making);
    },
  },
  { name: "changed lines", weight: 15, ops: ["bundle.verify"], make: changedLines },
  { name: "histories", weight: 4, ops: ["bundle.compare"], make: histories },
  { name: "changed histories", weight: 1, ops: ["bundle.compare"], make: changedHistories },
];

/** Envelopes of a bundle, to be put together by an issuer. */
export const partsOfBundle = async (making: Parts): Promise<JsonObject> => {
  const { corpus, random } = making;
  const bundle = random.chance(50) ? embedTrust(walkBundle(making), corpus, random) : walkBundle(making);
  const lines = (await linesOfBundle(bundle, corpus)).slice(1);
  const events = lines.slice(0, bundle.events.length);
  const trust = lines.slice(events.length, events.length + bundle.trust.length);
  const receipt = bundle.receipt === undefined ? undefined : lines.at(-1);
  const evidence = bundle.evidence.flatMap(({ data }) => (typeof data === "string" ? [data] : []));
  const given = evidence.filter(() => random.chance(80));
  return {
    what: "bundle",
    events: events.map(base64Encode),
    trust: trust.map(base64Encode),
    evidence: random.chance(5) ? [...given, base64Encode(random.bytes(3))] : random.shuffled(given),
    ...(receipt === undefined ? {} : { receipt: base64Encode(receipt) }),
  };
};
