import { BUNDLE_HEADER, concatBytes, utf8 } from "@settld/protocol";
import { changeBytes } from "../bytes.ts";
import { changeEnvelope } from "../change-envelope.ts";
import { changeJson } from "../change-json.ts";
import { encodeJson, isObject, tryParseObject } from "../json.ts";
import type { Random } from "../random.ts";
import { oneOddity, writeOddly } from "../write-json.ts";
import { fileOf } from "./model.ts";

const HEADERS: readonly string[] = [
  '{"settld":"bundle","version":2}',
  '{"version":1,"settld":"bundle"}',
  `${BUNDLE_HEADER} `,
  ` ${BUNDLE_HEADER}`,
  `\ufeff${BUNDLE_HEADER}`,
  "{}",
  "",
];

const ODD_LINES: readonly string[] = [
  "",
  " ",
  "{}",
  "null",
  "[]",
  '{"payloadType":1}',
  '{"payloadType":null}',
  '{"payloadType":"application/vnd.in-toto+json"}',
  '{"digest":"sha256:","withheld":true}',
  '{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","withheld":false}',
  '{"data":"","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}',
  '{"data":"=","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}',
  BUNDLE_HEADER,
];

const replaced = (lines: readonly Uint8Array[], at: number, line: Uint8Array): Uint8Array[] =>
  lines.map((old, index) => (index === at ? line : old));

const changeLine = (line: Uint8Array, random: Random): Uint8Array => {
  const value = tryParseObject(line);
  if (value === undefined || random.chance(20)) return changeBytes(line, random);
  if (random.chance(15)) return new TextEncoder().encode(writeOddly(value, random, oneOddity(random)));
  if ("signatures" in value) return encodeJson(changeEnvelope(value, random));
  const changed = changeJson(value, random);
  return encodeJson(isObject(changed) ? changed : { value: changed });
};

/** Changes the lines of a signed bundle once: the header, a line, their number or their order. */
export const changeLines = (lines: readonly Uint8Array[], random: Random): Uint8Array[] => {
  const at = lines.length === 0 ? 0 : random.below(lines.length);
  const one = lines[at] ?? new Uint8Array();
  const rest = lines.filter((_, index) => index !== at);
  return random.weighted<() => Uint8Array[]>([
    [10, () => replaced(lines, at, changeLine(one, random))],
    [2, () => rest],
    [2, () => [...lines.slice(0, at), one, ...lines.slice(at)]],
    [2, () => moved(rest, one, random)],
    [1, () => [...lines.slice(0, at), utf8(random.pick(ODD_LINES)), ...lines.slice(at)]],
    [1, () => replaced(lines, 0, utf8(random.pick(HEADERS)))],
    [1, () => replaced(lines, at, concatBytes(one, utf8("\r")))],
    [1, () => lines.slice(0, at + 1)],
  ])();
};

const moved = (rest: readonly Uint8Array[], one: Uint8Array, random: Random): Uint8Array[] => {
  const to = random.below(rest.length + 1);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
};

/** Writes lines as a file and changes any of its bytes so many times. */
export const changedFile = (lines: readonly Uint8Array[], random: Random, times: number): Uint8Array => {
  let file = fileOf(lines);
  for (let time = 0; time < times; time += 1) file = changeBytes(file, random, () => fileOf(random.shuffled(lines)));
  return file;
};
