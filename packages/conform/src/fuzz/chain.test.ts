import { digestOf } from "@settld/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { allVectors } from "../data.ts";
import { adopted, type Link, rechain } from "./chain.ts";
import { corpusOf } from "./corpus.ts";
import { isObject, type JsonObject, tryParseObject } from "./json.ts";
import { keyFile } from "./key-file.ts";
import { openKeys } from "./keys.ts";
import { linksOf } from "./make/log.ts";

const corpus = corpusOf(allVectors(), await openKeys(keyFile()));
const whole = corpus.logs.filter(({ payloads }) =>
  payloads.every((bytes, index) => {
    const value = tryParseObject(bytes);
    return (
      value?.["seq"] === index && (index === 0 || value["prev"] === digestOf(payloads[index - 1] ?? new Uint8Array()))
    );
  }),
);
const log = fc.constantFrom(...whole);

const hex = (payloads: readonly Uint8Array[]): string[] => payloads.map((bytes) => Buffer.from(bytes).toString("hex"));

test("most logs of the vectors are whole, so there is something to chain", () => {
  expect(whole.length).toBeGreaterThan(300);
});

test("a log that is right stays what it is", () => {
  const same = whole.filter(({ payloads }) => hex(rechain(linksOf(payloads)).payloads).join() === hex(payloads).join());
  // Some vectors are not canonical or lie about their place, and then there is something to mend.
  expect(same.length).toBeGreaterThan(whole.length * 0.9);
});

test("what comes out is in its place: seq, prev and agreement", () => {
  fc.assert(
    fc.property(log, fc.infiniteStream(fc.boolean()), ({ payloads }, keep) => {
      const links = linksOf(payloads).filter(() => keep.next().value === true);
      fc.pre(links.every(({ payload }) => !(payload instanceof Uint8Array)));
      const { payloads: made, digests } = rechain(links);
      expect(digests).toEqual(made.map((bytes) => digestOf(bytes)));
      for (const [index, bytes] of made.entries()) {
        const event = tryParseObject(bytes) ?? {};
        expect(event["seq"]).toBe(index);
        expect(event["prev"]).toBe(digests[index - 1]);
        expect(event["agreement"]).toBe(index === 0 ? undefined : digests[0]);
      }
    }),
  );
});

test("references follow an event that changed", () => {
  fc.assert(
    fc.property(log, fc.nat(), ({ payloads }, at) => {
      const links = linksOf(payloads);
      const index = at % links.length;
      const link = links[index] as Link;
      fc.pre(!(link.payload instanceof Uint8Array));
      const changed = { payload: { ...(link.payload as JsonObject), extra: 1 }, was: link.was };
      const { payloads: made } = rechain(links.map((one, place) => (place === index ? changed : one)));
      const later = made.slice(index + 1).map((bytes) => new TextDecoder().decode(bytes));
      expect(later.filter((text) => text.includes(String(link.was)))).toEqual([]);
    }),
  );
});

test("an event from elsewhere refers to this log", () => {
  const submitted: JsonObject = { type: "work.submitted" };
  const foreign = { type: "evidence.attested", body: { submission: "sha256:old", subject: "sha256:x" } };
  const { body } = adopted(foreign, [{ type: "agreement.offered" }, submitted], ["sha256:a", "sha256:b"]);
  expect(body).toEqual({ submission: "sha256:b", subject: "sha256:x" });
  expect(isObject(adopted({ type: "x" }, [], []))).toBe(true);
});
