import { base64Encode, digestOf } from "@settld/protocol";
import { changeBytes } from "../bytes.ts";
import { adopted, type Link, rechain } from "../chain.ts";
import { changeJson } from "../change-json.ts";
import { type Corpus, pickSound } from "../corpus.ts";
import { fewTimes, type Generator, type Making, type Steps } from "../generator.ts";
import { encodeJson, isObject, type JsonObject, tryParseObject } from "../json.ts";
import type { Random } from "../random.ts";
import { moveInstant } from "../scalars.ts";
import { randomWalk } from "../walk/random-walk.ts";

/** A log as links that can be changed; what is no object stays bytes. */
export const linksOf = (payloads: readonly Uint8Array[]): Link[] =>
  payloads.map((bytes) => ({ payload: tryParseObject(bytes) ?? bytes, was: digestOf(bytes) }));

const changeLink = (link: Link, corpus: Corpus, random: Random): Link => {
  const { payload, was } = link;
  if (payload instanceof Uint8Array) return { payload: changeBytes(payload, random), was };
  if (random.chance(15) && typeof payload["at"] === "string") {
    return { payload: { ...payload, at: moveInstant(payload["at"], random) }, was };
  }
  const force = random.chance(60) ? "gentle" : "any";
  const changed = changeJson(payload, random, { lore: corpus.loreOf(String(payload["type"])), force });
  return { payload: isObject(changed) ? changed : encodeJson(changed), was };
};

const insertForeign = (links: readonly Link[], at: number, corpus: Corpus, random: Random): Link[] => {
  const foreign = tryParseObject(random.pick(pickSound(corpus.logs, random).payloads));
  if (foreign === undefined) return [...links];
  const before = links.slice(0, at);
  const fitting = random.chance(70)
    ? adopted(
        foreign,
        before.map(({ payload }) => (payload instanceof Uint8Array ? null : payload)),
        before.map(({ was }) => was ?? ""),
      )
    : foreign;
  return [...before, { payload: fitting }, ...links.slice(at)];
};

/** Changes a log once; it has to be chained again afterwards. */
export const changeLinks = (links: readonly Link[], corpus: Corpus, random: Random): Link[] => {
  const at = links.length === 0 ? 0 : random.below(links.length);
  // The last event is the one that vectors are about, and faults before it hide it.
  const late = random.chance(60) ? Math.max(0, links.length - 1) : at;
  return random.weighted<() => Link[]>([
    [12, () => links.map((link, index) => (index === late ? changeLink(link, corpus, random) : link))],
    [2, () => links.filter((_, index) => index !== at)],
    [1, () => links.flatMap((link, index) => (index === at ? [link, { payload: link.payload }] : [link]))],
    [1, () => swapped(links, at)],
    [3, () => insertForeign(links, random.chance(60) ? links.length : at, corpus, random)],
    [1, () => links.slice(0, at + 1)],
  ])();
};

const swapped = (links: readonly Link[], at: number): Link[] => {
  const copy = [...links];
  const [one] = copy.splice(at, 1);
  if (one !== undefined) copy.splice(Math.max(0, at - 1), 0, one);
  return copy;
};

/** Changes payloads after they were chained: places and references, and now and then any byte. */
export const changePayloads = (payloads: readonly Uint8Array[], random: Random): Uint8Array[] => {
  if (payloads.length === 0) return [];
  const at = random.below(payloads.length);
  const bytes = payloads[at] ?? new Uint8Array();
  const value = tryParseObject(bytes);
  const changed =
    value === undefined || random.chance(40)
      ? changeBytes(bytes, random, () => random.pick(payloads))
      : encodeJson({ ...value, ...wrongPlace(value, payloads, random) });
  return payloads.map((payload, index) => (index === at ? changed : payload));
};

const wrongPlace = (value: JsonObject, payloads: readonly Uint8Array[], random: Random): JsonObject => {
  const digest = digestOf(random.chance(80) ? random.pick(payloads) : random.bytes(4));
  return random.pick<JsonObject>([
    { prev: digest },
    { agreement: digest },
    { seq: Number(value["seq"]) + random.pick([1, -1]) },
    { v: random.pick(["2026-11", "2026-10", "", "2026-112"]) },
  ]);
};

/** The bytes of a log that was taken from the vectors and changed. */
export const changedLog = (making: Pick<Making, "corpus" | "random">, steps: Steps): Uint8Array[] => {
  const { corpus, random } = making;
  const links = linksOf(pickSound(corpus.logs, random).payloads);
  const times = random.chance(3) ? 0 : fewTimes(random);
  const changed = steps.change<Link[]>(links, times, random, (now, stream) => changeLinks(now, corpus, stream));
  const { payloads } = rechain(changed);
  const after = random.chance(8) ? 1 : 0;
  return steps.change<Uint8Array[]>([...payloads], after, random, changePayloads);
};

/** The bytes of a log that was made up, mostly with a fault at its end. */
export const walkedLog = ({ corpus, random }: Pick<Making, "corpus" | "random">, steps: Steps): Uint8Array[] => {
  const walk = randomWalk(random, { loreOf: corpus.loreOf, bend: random.chance(75) });
  const after = random.chance(4) ? 1 : 0;
  return steps.change<Uint8Array[]>(walk.payloads.map(encodeJson), after, random, changePayloads);
};

const inputOf = (payloads: readonly Uint8Array[], random: Random): JsonObject => {
  const events = payloads.length === 0 ? [new Uint8Array()] : payloads;
  const cut = random.chance(30) ? random.below(events.length) : 0;
  return {
    ...(cut === 0 ? {} : { prefix: events.slice(0, cut).map(base64Encode) }),
    events: events.slice(cut).map(base64Encode),
  };
};

/** Logs: vectors whose events were changed and chained anew, and random agreements. */
export const LOG_GENERATORS: readonly Generator[] = [
  {
    name: "changed log",
    weight: 45,
    ops: ["log.reduce"],
    make: (making) => inputOf(changedLog(making, making.steps), making.random),
  },
  {
    name: "random agreement",
    weight: 55,
    ops: ["log.reduce"],
    make: (making) => inputOf(walkedLog(making, making.steps), making.random),
  },
];
