import { bytesOf, trustDoc } from "../../cast.ts";
import { type Case, field, type VectorFile } from "../../format.ts";
import { EMPTY, envelopes, extend, fileOf, head, type Log, linesOf } from "../../log-builder.ts";
import { accept, cancel, expire, NO_TOTALS, OFFERED, offer, terms } from "../../story.ts";
import { at } from "../../time.ts";
import { CLOSING, flipSig, HEADER, OFFER } from "./lines.ts";

const TRUST = { trust: field(bytesOf(trustDoc())) };

const wrongTotals = extend(OFFERED, expire({ totals: { ...NO_TOTALS, toSeller: "1" } }));

const tale = extend(OFFERED, accept());
const otherTale = extend(OFFERED, cancel({ hours: 1 }), expire({ due: at(1), reason: "cancelled" }, { hours: 1 }));
const otherAgreement = extend(EMPTY, offer(terms({ nonce: "ff0102030405060708090a0b0c0d0e0f" })));
const bundleOf = async (log: Log) => field(fileOf(linesOf({ events: await envelopes(log) })));
const reSigned = await bundleOf(OFFERED);

const cases: readonly Case[] = [
  {
    id: "compare-prefix",
    clause: "LOG-7",
    why: "One history is the beginning of the other.",
    kills: "demand equal histories",
    input: { bundles: [await bundleOf(OFFERED), await bundleOf(tale)] },
    facts: { heads: [head(OFFERED), head(tale)] },
  },
  {
    id: "compare-same",
    clause: "LOG-7",
    why: "The same history twice.",
    input: { bundles: [await bundleOf(tale), await bundleOf(tale)] },
    facts: { heads: [head(tale), head(tale)] },
  },
  {
    id: "compare-other-agreement",
    clause: "LOG-7",
    why: "Two agreements have nothing to contradict.",
    kills: "compare events of any agreements",
    input: { bundles: [reSigned, await bundleOf(otherAgreement)] },
    facts: { heads: [head(OFFERED), head(otherAgreement)] },
  },
  {
    id: "compare-fork",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "two-second-events",
    twin: "compare-prefix",
    index: 1,
    why: "The settler signed two different events of one number: each file is good, together they are proof.",
    kills: "verify every bundle by itself",
    input: { bundles: [await bundleOf(tale), await bundleOf(otherTale)] },
  },
  {
    id: "compare-fork-third",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "contradiction-beyond-first-file",
    twin: "compare-prefix",
    index: 1,
    why: "The first file is the common beginning, the next two contradict each other.",
    kills: "compare with the first file only",
    input: { bundles: [await bundleOf(OFFERED), await bundleOf(tale), await bundleOf(otherTale)] },
  },
  {
    id: "compare-fork-rejected",
    clause: "LOG-7",
    code: "LOG_EQUIVOCATION",
    fault: "contradiction-in-rejected-file",
    twin: "compare-rejected",
    index: 1,
    why: "The second file is rejected for its totals, but the settler signed that event in its place, and another one there in the first file.",
    kills: "compare accepted files only",
    input: { bundles: [await bundleOf(tale), await bundleOf(wrongTotals)] },
  },
  {
    id: "compare-rejected",
    clause: "LOG-7",
    why: "The second file contradicts the first under a signature that is not valid: anyone could have written it.",
    kills: "compare events without their signatures",
    input: { bundles: [await bundleOf(tale), field(fileOf([HEADER, OFFER, flipSig(CLOSING, 0)]))] },
    facts: { heads: [head(tale), head(OFFERED)] },
  },
];

/** Histories that contradict each other. */
export const equivocation: VectorFile = {
  path: "log/equivocation.json",
  op: "bundle.compare",
  description: "Histories that contradict each other.",
  groups: [{ input: TRUST, cases }],
};
