import { canonicalBytes, digestOf, LIMITS } from "@settld/protocol";
import type { Json, JsonObject } from "../json.ts";
import type { Random } from "../random.ts";
import { FILES, instant, randomOffer, randomResult, share } from "./terms.ts";
import type { Proposal, Walk } from "./walk.ts";

/** The events of the protocol, as the event table names them. */
export const TYPES: readonly string[] = [
  "agreement.offered",
  "agreement.accepted",
  "agreement.cancelled",
  "escrow.funded",
  "work.submitted",
  "evidence.attested",
  "approval.given",
  "decision.made",
  "settlement.executed",
  "dispute.opened",
  "dispute.resolved",
  "holdback.released",
  "agreement.closed",
];

const REACTIONS: readonly string[] = ["decision.made", "settlement.executed", "holdback.released", "agreement.closed"];

/** Thumbprints that an offer pins for a role, or nothing. */
export type Pins = (role: string) => Json[] | undefined;

const items = (random: Random): JsonObject[] => {
  const names = new Set<string>();
  return random
    .shuffled(FILES)
    .slice(0, random.between(1, 4))
    .filter(({ name }) => !names.has(name) && names.add(name))
    .map(({ name, mediaType, data }) => ({
      name,
      mediaType: random.chance(90) ? mediaType : "text/plain",
      digest: digestOf(data),
      size: data.length,
    }));
};

const pickRequirement = (walk: Walk, kind: string, random: Random): JsonObject | undefined => {
  const all = ((walk.terms["policy"] as JsonObject | undefined)?.["requirements"] ?? []) as JsonObject[];
  const pending = walk.pending().filter((one) => one["kind"] === kind);
  const list = pending.length > 0 ? pending : all.filter((one) => one["kind"] === kind);
  return list.length === 0 ? undefined : random.pick(list);
};

/** A result of as many bytes as a checker may attest (LIMIT-6), or of one more. */
const atLimit = (result: JsonObject, random: Random): JsonObject => {
  const length = canonicalBytes({ ...result, pad: "" }).length;
  return { ...result, pad: "x".repeat(LIMITS.resultBytes - length + random.below(2)) };
};

const attestation = (walk: Walk, random: Random): Pick<Proposal, "by" | "body"> => {
  const requirement = pickRequirement(walk, "check", random);
  const { id = "valid", checker = "quality", item = "result.csv" } = requirement ?? {};
  const checkers = ((walk.terms["parties"] as JsonObject | undefined)?.["checkers"] ?? {}) as JsonObject;
  const subject = walk.submission?.known.items.find(({ name }) => name === item)?.["digest"];
  return {
    by: String((checkers[String(checker)] as JsonObject | undefined)?.["id"] ?? "https://checker.example"),
    body: {
      submission: walk.submission?.digest ?? walk.digest(-1),
      subject: subject ?? digestOf(new Uint8Array()),
      requirement: id,
      result: random.below(100) === 0 ? atLimit(randomResult(random), random) : randomResult(random),
    },
  };
};

const approval = (walk: Walk, random: Random): Pick<Proposal, "by" | "body"> => ({
  by: walk.party("buyer"),
  body: {
    submission: walk.submission?.digest ?? walk.digest(-1),
    requirement: pickRequirement(walk, "approval", random)?.["id"] ?? "approved",
    approved: random.chance(70),
  },
});

const disputeBody = (walk: Walk, random: Random): JsonObject => ({
  decision: walk.decision ?? walk.digest(-1),
  reasonCode: "wrong-data",
  ...(random.chance(30) ? { items: items(random) } : {}),
});

const partOf = (walk: Walk, type: string, random: Random): Pick<Proposal, "by" | "body"> => {
  switch (type) {
    case "agreement.accepted":
      return { by: walk.party(walk.payloads[0]?.["by"] === walk.party("buyer") ? "seller" : "buyer"), body: {} };
    case "agreement.cancelled": {
      const either = walk.status === "offered" || walk.status === "accepted";
      const body = random.chance(50) ? {} : { reason: "no time" };
      return { by: walk.party(either ? random.pick(["buyer", "seller"]) : "seller"), body };
    }
    case "escrow.funded":
      return { by: walk.party("settler"), body: { amount: walk.terms["amount"] ?? null } };
    case "work.submitted":
      return { by: walk.party("seller"), body: { attempt: walk.attempts + 1, items: items(random) } };
    case "evidence.attested":
      return attestation(walk, random);
    case "approval.given":
      return approval(walk, random);
    case "dispute.opened":
      return { by: walk.party(random.pick(["buyer", "seller"])), body: disputeBody(walk, random) };
    default: {
      const toSeller = random.chance(20) ? "0" : share(walk.holdback, random).toString();
      return { by: walk.party("arbiter"), body: { dispute: walk.dispute ?? walk.digest(-1), toSeller } };
    }
  }
};

/** An event of a type as it could be made now, also where the type cannot come now. */
export const propose = (walk: Walk, type: string, random: Random, pins: Pins): Proposal => {
  if (type === "agreement.offered") {
    const { start, body } = randomOffer(random, pins);
    return { type, by: `https://${random.pick(["buyer", "seller"])}.example`, at: Math.max(start, walk.at), body };
  }
  if (!REACTIONS.includes(type)) return { type, at: later(walk, random), ...partOf(walk, type, random) };
  const timer = walk.timer();
  const timed = walk.immediate() === undefined && timer?.[0] === type;
  const due = timed ? timer[1] : walk.at;
  const late = random.chance(80) ? 0 : random.pick([1, 60_000, 86_400_000]);
  const at = Date.parse(instant(Math.max(due, walk.at) + late));
  return { type, by: walk.party("settler"), at, body: walk.reaction(type, due) };
};

/** Some time after the last event and before the timer of the state, often just before it. */
const later = (walk: Walk, random: Random): number => {
  const end = walk.timer()?.[1] ?? Number.POSITIVE_INFINITY;
  const at = walk.at + random.pick([0, 1, 60_000, 3_600_000, 10_000_000]);
  if (random.chance(10) && Number.isFinite(end) && end > walk.at) return end - 1;
  return at < end ? at : walk.at;
};

// What may follow in a state, and how often it should.
const CHOICES: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  none: [[1, "agreement.offered"]],
  offered: [
    [16, "agreement.accepted"],
    [1, "agreement.cancelled"],
    [1, "agreement.closed"],
  ],
  accepted: [
    [16, "escrow.funded"],
    [1, "agreement.cancelled"],
    [1, "agreement.closed"],
  ],
  funded: [
    [12, "work.submitted"],
    [1, "agreement.cancelled"],
    [1, "decision.made"],
  ],
  window: [
    [1, "dispute.opened"],
    [1, "holdback.released"],
  ],
  disputed: [
    [3, "dispute.resolved"],
    [1, "holdback.released"],
  ],
};

/** An event that should be allowed now, or `undefined` when the agreement is closed. */
export const proposeNext = (walk: Walk, random: Random, pins: Pins): Proposal | undefined => {
  const type = walk.immediate() ?? choose(walk, random);
  return type === undefined ? undefined : propose(walk, type, random, pins);
};

const choose = (walk: Walk, random: Random): string | undefined => {
  // Before the timer there may be no time left, and then only its reaction can come.
  const timer = walk.timer();
  if (timer !== undefined && timer[1] <= walk.at) return timer[0];
  if (walk.status === "review") {
    const kinds = new Set(walk.pending().map(({ kind }) => kind));
    return random.weighted([
      [kinds.has("check") ? 12 : 0, "evidence.attested"],
      [kinds.has("approval") ? 8 : 0, "approval.given"],
      [1, "agreement.cancelled"],
      [2, "decision.made"],
    ]);
  }
  const choices = CHOICES[walk.status];
  return choices === undefined ? undefined : random.weighted(choices);
};
