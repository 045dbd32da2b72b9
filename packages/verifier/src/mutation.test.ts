import { CODES, canonicalBytes, type JsonValue } from "@settld/protocol";
import {
  bundleOf,
  bytesOf,
  cancelledLog,
  copyOf,
  Forger,
  FULL,
  linesOf,
  type Mutation,
  mutationsOf,
  PATIENCE,
  payloadOf,
  randomOf,
  richLog,
  testCast,
  trustOf,
  withPayload,
} from "@settld/testkit";
import { describe, expect, test } from "vitest";
import type { Report } from "./report.ts";
import { verifyBundleSync } from "./sync.ts";
import { parseTrust } from "./trust.ts";

const cast = await testCast();
const trust = parseTrust(bytesOf(trustOf(cast)));
const LOGS = { rich: new Forger(richLog(cast).wait(200)), cancelled: new Forger(cancelledLog(cast)) };
const ORIGINAL = {
  rich: await LOGS.rich.sign(LOGS.rich.parts()),
  cancelled: await LOGS.cancelled.sign(LOGS.cancelled.parts()),
};
const NAMES = ["rich", "cancelled"] as const;

function judge(bytes: Uint8Array): Report {
  const report = verifyBundleSync(bytes, { trust });
  if (report.code !== null) expect(CODES).toHaveProperty(report.code);
  return report;
}

/** All mutations in the long form; in the short one a few of each place, drawn by a fixed seed. */
function sample(mutations: readonly Mutation[], perPlace: number, seed: number): Mutation[] {
  if (FULL) return [...mutations];
  const pick = randomOf(seed);
  const places = new Map<string, Mutation[]>();
  for (const mutation of mutations) places.set(mutation.pointer, [...(places.get(mutation.pointer) ?? []), mutation]);
  return [...places.values()].flatMap((all) =>
    Array.from({ length: Math.min(perPlace, all.length) }, () => all[pick(all.length)] as Mutation),
  );
}

test("the unbent bundles are accepted", () => {
  for (const name of NAMES) expect(judge(ORIGINAL[name])).toMatchObject({ verdict: "accept", findings: [] });
});

describe.each(NAMES)("%s: changed without signing again", (name) => {
  const lines = linesOf(ORIGINAL[name]);

  test(
    "any member of any payload",
    () => {
      let tried = 0;
      for (const [index, line] of lines.entries()) {
        if (line.payload === undefined) continue;
        for (const mutation of sample(mutationsOf(payloadOf(line)), 1, index)) {
          const bent = withPayload(line, canonicalBytes(mutation.apply(payloadOf(line))));
          const report = judge(bundleOf(lines.with(index, bent)));
          expect([index, mutation.pointer, mutation.what, report.verdict]).toEqual([
            index,
            mutation.pointer,
            mutation.what,
            "reject",
          ]);
          tried += 1;
        }
      }
      expect(tried).toBeGreaterThan(100);
    },
    PATIENCE,
  );

  test(
    "any member of any line",
    () => {
      for (const [index, line] of lines.entries()) {
        if (index === 0) continue;
        for (const mutation of sample(mutationsOf(line), 6, index)) {
          const report = judge(bundleOf(lines.with(index, mutation.apply(line))));
          const where = [index, mutation.pointer, mutation.what];
          expect([...where, report.verdict]).toEqual([...where, "reject"]);
        }
      }
    },
    PATIENCE,
  );
});

// Places that the parties may fill as they like, by log and event type: another value there makes another agreement or
// another story, which is as true as the first. Everything else in a payload follows from the log or has one form, so
// changing it must reject although everybody signed it. `*` stands for an index.
const ANY_LOG = {
  "agreement.offered": [
    // Times and terms of which this log depends on no particular value; deadlines and durations only have to be kept.
    ...[
      "/at",
      "/body/nonce",
      "/body/acceptBy",
      "/body/fundBy",
      "/body/submitBy",
      "/body/reviewMs",
      "/body/attemptsMax",
    ],
    ...["/body/disputeMs", "/body/rulingMs", "/body/policy/requirements/*/value"],
  ],
  // When it happened, as long as the order and the deadlines stay.
  "agreement.accepted": ["/at"],
  "escrow.funded": ["/at", "/body/funding", "/body/funding/rail", "/body/funding/reference"],
  "work.submitted": ["/at", "/body/items/*/mediaType"],
};
const FREE: Readonly<Record<(typeof NAMES)[number], Readonly<Record<string, readonly string[]>>>> = {
  rich: {
    ...ANY_LOG,
    "agreement.offered": [
      ...ANY_LOG["agreement.offered"],
      // A pin of a key that did not sign here.
      ...["/body/parties/buyer/keys", "/body/parties/buyer/keys/*"],
      "/body/policy/requirements/*/before",
      // Carried, never decides (EVENT-19).
      ...["/body/references", "/body/references/*/uri", "/body/references/*/rel"],
    ],
    // The name of an item that no requirement names.
    "work.submitted": [...ANY_LOG["work.submitted"], "/body/items/*/name"],
    // A checker may find another number that leads to the same decision, and say more than it was asked.
    "evidence.attested": ["/at", "/body/result", "/body/result/score", "/body/result/note"],
    // A reaction may come late (TIME-4); of these two nothing follows that would have its own due time.
    "decision.made": ["/at"],
    "settlement.executed": ["/at"],
    "dispute.opened": ["/at", "/body/reasonCode", "/body/items/*/name", "/body/items/*/mediaType"],
  },
  cancelled: {
    ...ANY_LOG,
    // The work was never judged, so nothing hangs on how it would have been, or on who would have judged it.
    "agreement.offered": [
      ...ANY_LOG["agreement.offered"],
      ...["/body/feeBps", "/body/holdbackBps", "/body/parties/arbiter/id", "/body/parties/checkers/quality/id"],
      ...["/body/policy/requirements", "/body/policy/requirements/*/id", "/body/policy/requirements/*/item"],
      ...[
        "/body/policy/requirements/*/mediaType",
        "/body/policy/requirements/*/pointer",
        "/body/policy/requirements/*/op",
      ],
    ],
    "work.submitted": [...ANY_LOG["work.submitted"], "/body/items/*/name"],
    "agreement.cancelled": ["/body", "/body/reason"],
  },
};

function isFree(name: (typeof NAMES)[number], type: string, pointer: string): boolean {
  return FREE[name][type]?.includes(pointer.replaceAll(/\/\d+(?=\/|$)/g, "/*")) === true;
}

describe.each(NAMES)("%s: changed, signed again by everybody, and chained again", (name) => {
  const forger = LOGS[name];

  test(
    "only what the parties may choose is accepted",
    async () => {
      const accepted: string[] = [];
      const codes = new Set<string>();
      for (let index = 0; index < forger.length; index += 1) {
        const original = forger.parts().events[index];
        for (const mutation of sample(mutationsOf(original), 2, 1000 + index)) {
          const forgery = forger.parts();
          forgery.events[index] = mutation.apply(original);
          forger.rechain(forgery, index);
          const report = judge(await forger.sign(forgery));
          const where = `${original.type} ${mutation.pointer} ${mutation.what}`;
          // A first event of an unknown revision is no fault of the log; no other doubt can arise.
          if (report.verdict === "indeterminate")
            expect([where, report.code]).toEqual([where, "EVENT_REVISION_UNKNOWN"]);
          if (report.verdict !== "accept") codes.add(report.code ?? "");
          else if (!isFree(name, original.type, mutation.pointer)) accepted.push(where);
        }
      }
      expect(accepted).toEqual([]);
      // Not by the schema alone.
      expect(codes.size).toBeGreaterThan(15);
    },
    PATIENCE,
  );

  test(
    "nothing in the receipt but a later time",
    async () => {
      const original = forger.parts().receipt as JsonValue;
      for (const mutation of sample(mutationsOf(original), 8, 7)) {
        const forgery = { ...forger.parts(), receipt: mutation.apply(original) };
        const report = judge(await forger.sign(forgery));
        if (report.verdict === "accept") {
          expect(mutation.pointer).toBe("/predicate/at");
          expect(forgery.receipt.predicate.at > copyOf(original).predicate.at).toBe(true);
        } else {
          // A receipt of the year 9999 is in order, but by then the trust document has expired.
          const late = mutation.what.includes("9999-12-31");
          expect([mutation.pointer, mutation.what, late ? "reject" : report.verdict]).toEqual([
            mutation.pointer,
            mutation.what,
            "reject",
          ]);
        }
      }
    },
    PATIENCE,
  );

  test(
    "nothing in an embedded trust document that would make it another kind of document",
    async () => {
      const original = trustOf(cast) as JsonValue;
      for (const mutation of sample(mutationsOf(original), 2, 8)) {
        const forgery = { ...forger.parts(), trust: [mutation.apply(original)] };
        // The user's own document is used, so a sound embedded one does not matter; an unsound one always does.
        const report = judge(await forger.sign(forgery));
        const sound = readable(forgery.trust[0]);
        expect([mutation.pointer, mutation.what, report.verdict]).toEqual([
          mutation.pointer,
          mutation.what,
          sound ? "accept" : "reject",
        ]);
      }
    },
    PATIENCE,
  );
});

function readable(document: JsonValue): boolean {
  try {
    const found = parseTrust(bytesOf(document));
    return found.registryThumbprint === cast.registry.keyid;
  } catch {
    return false;
  }
}
