import { copyOf, isObject, type Json, type JsonObject, setMember } from "./json.ts";
import type { Random } from "./random.ts";
import { changeScalar, type Force, ODD_TEXTS } from "./scalars.ts";

/** Where a value stands: names and indices from the root. */
export type Path = readonly (string | number)[];

/** Values that other documents of the kind have at a place, such as `body/reason`; indices are written `*`. */
export type Lore = (place: string) => readonly Json[];

/** The name of a place for {@link Lore}. */
export const placeOf = (path: Path): string => path.map((step) => (typeof step === "number" ? "*" : step)).join("/");

/** Every value below a root with its path, the root first. */
export function* walkJson(value: Json, path: Path = []): Generator<readonly [Path, Json]> {
  yield [path, value];
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walkJson(item, [...path, index]);
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) yield* walkJson(value[name] as Json, [...path, name]);
  }
}

/** A copy with the value at a path replaced; `undefined` takes it away. The empty path is the whole. */
export const replaceAt = (root: Json, path: Path, value: Json | undefined): Json => {
  if (path.length === 0) return value === undefined ? null : value;
  const copy = copyOf(root);
  let holder: Json = copy;
  for (const step of path.slice(0, -1)) holder = (holder as JsonObject)[step as string] as Json;
  const last = path.at(-1) as string | number;
  if (Array.isArray(holder)) {
    if (value === undefined) holder.splice(last as number, 1);
    else holder[last as number] = value;
  } else if (value === undefined) {
    delete (holder as JsonObject)[last as string];
  } else {
    setMember(holder as JsonObject, last as string, value);
  }
  return copy;
};

const LEVELS_MAX = 60;

const nest = (value: Json, levels: number): Json => {
  let nested = value;
  for (let level = 0; level < levels; level += 1) nested = level % 2 === 0 ? [nested] : { a: nested };
  return nested;
};

const changeArray = (list: readonly Json[], random: Random): Json => {
  const at = list.length === 0 ? 0 : random.below(list.length);
  const changes: readonly (() => Json[])[] = [
    () => list.filter((_, index) => index !== at),
    () => list.flatMap((item, index) => (index === at ? [item, copyOf(item)] : [item])),
    () => random.shuffled(list),
    () => [],
    () => [...list, random.pick<Json>([null, 0, "x", {}, []])],
    () => list.slice(0, at),
  ];
  // The lists of the protocol end at 16, 32, 60 and 64 entries.
  const long = (): Json[] => {
    const length = random.pick([16, 17, 32, 33, 60, 61, 64, 65]);
    return Array.from({ length }, (_, index) => copyOf(list[index % Math.max(1, list.length)] ?? null));
  };
  return (random.chance(3) ? long : random.pick(changes))();
};

const changeObject = (object: JsonObject, random: Random): Json => {
  const names = Object.keys(object);
  const name = names.length === 0 ? "a" : random.pick(names);
  const other = names.length === 0 ? "a" : random.pick(names);
  const copy = copyOf(object);
  const changes: readonly (() => void)[] = [
    () => delete copy[name],
    () =>
      setMember(copy, random.chance(50) ? random.pick(ODD_TEXTS) : `${name}2`, random.pick<Json>([0, "", null, {}])),
    () => {
      setMember(
        copy,
        random.pick([`${name}s`, name.toUpperCase(), ` ${name}`, random.pick(ODD_TEXTS)]),
        copy[name] ?? 0,
      );
      delete copy[name];
    },
    () => setMember(copy, other, copyOf(object[name] ?? null)),
    () => {
      setMember(copy, name, copyOf(object[other] ?? null));
      setMember(copy, other, copyOf(object[name] ?? null));
    },
  ];
  random.pick(changes)();
  return copy;
};

const gentleArray = (list: readonly Json[], random: Random): Json => {
  const at = list.length === 0 ? 0 : random.below(list.length);
  return random.pick<() => Json[]>([
    () => list.filter((_, index) => index !== at),
    () => list.flatMap((item, index) => (index === at ? [item, copyOf(item)] : [item])),
    () => random.shuffled(list),
  ])();
};

const changeAt = (value: Json, path: Path, random: Random, { lore, force }: Required<ChangeOptions>): Json => {
  const known = lore(placeOf(path));
  if (known.length > 0 && random.chance(force === "gentle" ? 60 : 40)) return copyOf(random.pick(known));
  if (force === "any" && random.chance(1)) return nest(value, random.between(1, LEVELS_MAX));
  if (Array.isArray(value)) return force === "any" ? changeArray(value, random) : gentleArray(value, random);
  if (isObject(value)) return changeObject(value, random);
  return changeScalar(value, random, force);
};

/** How a document is changed. */
export type ChangeOptions = {
  /** What other documents have at a place; it makes changes likelier that are wrong in one thing only. */
  readonly lore?: Lore;
  /** A gentle change leaves members alone, and leaves values what their schema wants more often than not. */
  readonly force?: Force;
};

/**
 * Changes a document once, at one place. What comes out has a canonical form again, unless it became deeper than 64.
 */
export const changeJson = (root: Json, random: Random, options: ChangeOptions = {}): Json => {
  const { lore = (): readonly Json[] => [], force = "any" } = options;
  const places = [...walkJson(root)];
  // Leaves decide more than brackets, and there are more rules about them.
  const leaves = places.filter(([, value]) => typeof value !== "object" || value === null);
  const gentle = [...leaves, ...places.filter(([, value]) => Array.isArray(value))];
  const some = force === "gentle" ? gentle : random.chance(65) ? leaves : places;
  const [path, value] = random.pick(some.length > 0 ? some : places);
  return replaceAt(root, path, changeAt(value, path, random, { lore, force }));
};
