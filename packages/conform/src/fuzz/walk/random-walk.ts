import { digestOf } from "@settld/protocol";
import type { Lore } from "../change-json.ts";
import { Random } from "../random.ts";
import { bent } from "./bend.ts";
import { type Pins, proposeNext } from "./propose.ts";
import { FILES } from "./terms.ts";
import { Walk } from "./walk.ts";

/** What a random walk should look like. */
export type WalkOptions = {
  readonly pins?: Pins;
  readonly loreOf: (type: string) => Lore;
  /** Whether the last event should be wrong in something. */
  readonly bend: boolean;
};

/** Bytes of everything that a walk may submit, by digest. */
export const WALK_EVIDENCE: ReadonlyMap<string, Uint8Array> = new Map(FILES.map(({ data }) => [digestOf(data), data]));

const LENGTH_MAX = 40;

const noPins: Pins = () => undefined;

/** Goes on with an agreement until it has so many events or is closed, and tells the state before each. */
export const extendWalk = (walk: Walk, random: Random, length: number, pins: Pins = noPins): string[] => {
  const states: string[] = [];
  while (walk.payloads.length < length) {
    states.push(walk.status);
    const next = proposeNext(walk, random, pins);
    if (next === undefined) break;
    walk.append(next);
  }
  return states;
};

/** Adds an event that is probably wrong in one thing. */
export const bendWalk = (walk: Walk, random: Random, { loreOf, pins = noPins }: Omit<WalkOptions, "bend">): void =>
  walk.push(bent(walk, random, pins, loreOf));

/**
 * A random agreement from its offer to its end or some point before it. A wrong event comes in any of the states that
 * the agreement goes through, as often in those of which there is one as in those that take many events.
 */
export const randomWalk = (random: Random, { bend, pins = noPins, loreOf }: WalkOptions): Walk => {
  const [one, two] = [random.u32(), random.u32()];
  const walked = (length: number): readonly [Walk, string[]] => {
    const walk = new Walk();
    return [walk, extendWalk(walk, new Random(one, two), length, pins)];
  };
  const [whole, states] = walked(LENGTH_MAX);
  if (!bend) return random.chance(70) ? whole : walked(random.between(1, states.length))[0];
  const state = random.pick([...new Set(states)]);
  const length = random.pick(states.flatMap((other, index) => (other === state ? [index] : [])));
  // The same stream, so the same agreement up to there.
  const [walk] = walked(length);
  bendWalk(walk, random, { pins, loreOf });
  return walk;
};
