import {
  canonicalBytes,
  type Digest,
  digestOf,
  type EventPayload,
  type EventType,
  type JsonValue,
  parseEvent,
  parseJsonText,
  REVISION,
  utf8,
} from "@settld/protocol";
import { IDS } from "./cast.ts";
import type { Model } from "./model.ts";

// Random agreements and random things to try on them, drawn from one stream of choices: the same choices give the
// same walk, in a property test (fast-check draws the seed) as well as in the verifier's tests.

/** Draws an integer from 0 up to a bound, exclusive. */
export type Pick = (below: number) => number;

/** The start of every random agreement: 2026-03-02T09:00:00.000Z. */
const FIRST = 1_772_442_000_000;
const UNIT = 1000;
const DECADE = 315_576_000_000;
const LAST = 253_402_300_799_999;

const BPS = [0, 1, 250, 1000, 3333, 9999, 10_000];
const AMOUNTS = ["1", "2", "3", "9999", "10000", "10001", "48000", `${10n ** 30n}`, `${10n ** 30n - 1n}`];
const ITEM_NAMES = ["result.csv", "log.txt", "constructor"];
const MEDIA_TYPES = ["text/csv", "text/plain"];
const POINTERS = [
  "/n",
  "/n",
  "/n",
  "/n",
  "/n",
  "/n",
  "/n",
  "/s",
  "/b",
  "",
  "/deep/0/x",
  "/deep/00/x",
  "/constructor",
  "/__proto__/x",
  "/a~1b",
  "/m~0n",
  "/no",
];
const NUMBERS = [0, 1, -1, 9990, 9_007_199_254_740_991, -9_007_199_254_740_991];
const OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge"];

function one<T>(pick: Pick, values: readonly T[]): T {
  return values[pick(values.length)] as T;
}

function instant(time: number): string {
  return new Date(Math.max(0, Math.min(time, LAST))).toISOString();
}

/** A digest of nothing in particular. */
export function digestNamed(name: string): Digest {
  return digestOf(utf8(name));
}

function randomAmount(pick: Pick): string {
  if (pick(2) === 0) return one(pick, AMOUNTS);
  let text = `${1 + pick(9)}`;
  for (let rest = pick(30); rest > 0; rest -= 1) text += pick(10);
  return text;
}

function randomBps(pick: Pick): number {
  return pick(3) === 0 ? pick(10_001) : one(pick, BPS);
}

/** Random terms of an offer; one in eight is broken on purpose. */
// biome-ignore lint/suspicious/noExplicitAny: terms are bent into shapes that no type allows.
export function randomTerms(pick: Pick): any {
  const names = ["quality", "constructor", "tostring"].slice(0, 1 + pick(3));
  const checkers = Object.fromEntries(
    names.map((name) => [name, { id: pick(5) === 0 ? one(pick, [IDS.buyer, IDS.settler, IDS.arbiter]) : IDS.checker }]),
  );
  const count = pick(30) === 0 ? 20 + pick(40) : 1 + pick(4);
  const requirements: Record<string, unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = index === 1 ? "constructor" : `r${index}`;
    switch (pick(6)) {
      case 0:
        requirements.push({
          id,
          kind: "item",
          item: one(pick, ITEM_NAMES),
          mediaType: one(pick, MEDIA_TYPES),
          ...(pick(3) === 0 ? { digest: digestNamed(`text ${pick(3)}`) } : {}),
        });
        break;
      case 1:
        requirements.push({ id, kind: "deadline", before: instant(FIRST + pick(12) * UNIT) });
        break;
      case 2:
        requirements.push({ id, kind: "approval", onTimeout: one(pick, ["pass", "fail"]) });
        break;
      default: {
        const value = one<string | number | boolean>(pick, [one(pick, NUMBERS), one(pick, NUMBERS), "ok", true]);
        const op = typeof value === "number" ? one(pick, OPERATORS) : one(pick, ["eq", "ne"]);
        requirements.push({
          id,
          kind: "check",
          checker: one(pick, names),
          item: one(pick, ITEM_NAMES),
          pointer: one(pick, POINTERS),
          op,
          value,
        });
      }
    }
  }
  const amount = { value: randomAmount(pick), assetCode: "USD", assetScale: 2 };
  const dispute = pick(3) > 0;
  const acceptBy = FIRST + (1 + pick(3)) * UNIT;
  const fundBy = acceptBy + pick(3) * UNIT;
  const submitBy = fundBy + pick(8) * UNIT;
  const terms = {
    nonce: digestNamed(`nonce ${pick(1_000_000)}`).slice(7, 39),
    parties: {
      buyer: { id: IDS.buyer },
      seller: { id: IDS.seller },
      settler: { id: IDS.settler },
      ...(dispute ? { arbiter: { id: IDS.arbiter } } : {}),
      checkers,
    },
    amount,
    policy: { requirements, payout: randomPayout(pick, requirements, amount.value) },
    feeBps: randomBps(pick),
    acceptBy: instant(acceptBy),
    fundBy: instant(fundBy),
    submitBy: instant(submitBy),
    reviewMs: one(pick, [0, 1, UNIT, 2 * UNIT, 3 * UNIT, DECADE]),
    attemptsMax: pick(4) === 0 ? 1 + pick(16) : 1 + pick(3),
    holdbackBps: dispute ? randomBps(pick) : 0,
    disputeMs: dispute ? one(pick, [1, UNIT, 3 * UNIT, DECADE]) : 0,
    rulingMs: dispute ? one(pick, [1, UNIT, 3 * UNIT, DECADE]) : 0,
    references: [],
  };
  if (pick(8) === 0) breakTerms(pick, terms);
  return terms;
}

function randomPayout(
  pick: Pick,
  requirements: readonly Record<string, unknown>[],
  amount: string,
): Record<string, unknown> {
  const kind = one(pick, ["all-or-nothing", "weighted", "tiers", "per-unit"]);
  if (kind === "weighted") {
    let rest = 10_000;
    const weights = requirements.map(({ id }, index) => {
      const bps = index === requirements.length - 1 ? rest : pick(Math.min(rest, 6000) + 1);
      rest -= bps;
      return { requirement: id, bps };
    });
    return { kind, weights };
  }
  const check = requirements.find((requirement) => requirement["kind"] === "check")?.["id"];
  if (kind === "all-or-nothing" || check === undefined) return { kind: "all-or-nothing" };
  const pointer = one(pick, ["/q", "/q", "/q", "/n", "/s"]);
  if (kind === "per-unit") {
    const cap = pick(2) === 0 ? amount : `${BigInt(amount) / 2n + 1n}`;
    return { kind, check, pointer, unitValue: one(pick, ["1", "7", amount]), cap };
  }
  const bounds = [0, 1, 10, 1000].slice(pick(4));
  return {
    kind,
    check,
    pointer,
    tiers: [
      ...bounds.map((below) => ({ below, bps: randomBps(pick) })),
      { bps: pick(2) === 0 ? 10_000 : randomBps(pick) },
    ],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: see randomTerms.
function breakTerms(pick: Pick, terms: any): void {
  const { requirements, payout } = terms.policy;
  const flaws: (() => void)[] = [
    () => (terms.parties.seller.id = IDS.buyer),
    () => (terms.parties.settler.id = IDS.seller),
    () => (terms.parties.checkers.quality.id = IDS.seller),
    () => (terms.acceptBy = instant(Date.parse(terms.fundBy) + 1)),
    () => (terms.fundBy = instant(Date.parse(terms.submitBy) + 1)),
    () => delete terms.parties.arbiter,
    () => (terms.rulingMs = terms.rulingMs === 0 ? 1 : 0),
    () => {
      if (terms.disputeMs === 0) terms.holdbackBps = 1;
    },
    () => requirements.push({ ...requirements[0] }),
    () =>
      requirements.push({ id: "odd", kind: "check", checker: "nobody", item: "x", pointer: "", op: "eq", value: 1 }),
    () =>
      requirements.push({ id: "odd", kind: "check", checker: "quality", item: "x", pointer: "", op: "lt", value: "1" }),
    () => {
      if (payout.kind === "weighted") payout.weights.reverse();
    },
    () => {
      if (payout.kind === "weighted") payout.weights[0].bps = (payout.weights[0].bps + 1) % 10_001;
    },
    () => {
      if (payout.check !== undefined) payout.check = "nothing";
    },
    () => {
      if (payout.cap !== undefined && terms.amount.value.length < 31) payout.cap = `${BigInt(terms.amount.value) + 1n}`;
    },
    () => {
      if (payout.tiers !== undefined) payout.tiers.push({ bps: 1 });
    },
    () => {
      if (payout.tiers !== undefined) payout.tiers.unshift({ below: 5000, bps: 1 });
    },
    () => {
      if (payout.tiers !== undefined) payout.tiers[payout.tiers.length - 1].below = 9_000_000;
    },
  ];
  one(pick, flaws)();
}

function randomResult(pick: Pick, wanted: unknown): JsonValue {
  const numbers = [...NUMBERS, 5, 10, 999];
  const wild = pick(3) === 0;
  const near = typeof wanted === "number" ? Math.max(-9e15, Math.min(9e15, wanted + one(pick, [0, 0, -1, 1]))) : 1;
  const n = JSON.stringify(
    wild ? one<unknown>(pick, [one(pick, numbers), "ok", null, [1]]) : pick(3) === 0 ? near : (wanted ?? 1),
  );
  const q = JSON.stringify(
    wild
      ? one<unknown>(pick, [one(pick, numbers), true, {}])
      : one(pick, [0, 1, 2, 7, pick(2000), 9_007_199_254_740_991, -1]),
  );
  const s = one(pick, ['"ok"', '"ok"', '"OK"', "1"]);
  const b = one(pick, ["true", "true", "false", "0"]);
  // Text, because only a parser makes an own member of the name __proto__.
  return parseJsonText(
    `{"n":${n},"q":${q},"s":${s},"b":${b},"deep":[{"x":${n}}],"constructor":${n},"__proto__":{"x":${n}},"a/b":${n},"m~n":${n}}`,
  );
}

function randomItems(pick: Pick, attempt: number): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = [];
  for (const name of ITEM_NAMES) {
    if (pick(3) === 0 && items.length > 0) continue;
    const text = pick(3) === 0 ? `text ${attempt} ${name}` : `text ${pick(3)}`;
    items.push({
      name,
      mediaType: pick(5) === 0 ? "text/plain" : "text/csv",
      digest: digestNamed(text),
      size: text.length,
    });
  }
  if (pick(20) === 0) items.push({ ...items[0] });
  if (pick(20) === 0) items.push({ ...items[0], name: "other", size: pick(2) * 999 });
  return items;
}

/** A submission under review as the model keeps it, with an answer to most of what can be answered. */
export function randomReview(model: Model, pick: Pick): NonNullable<Model["review"]> {
  const at = FIRST + pick(12) * UNIT;
  const review: NonNullable<Model["review"]> = {
    digest: digestNamed("submission"),
    at,
    until: at,
    items: [],
    results: new Map(),
    answers: new Map(),
  };
  const sparse = pick(4) === 0;
  review.items = ITEM_NAMES.filter(() => !sparse || pick(2) === 0).map((name) => ({
    name,
    mediaType: pick(8) === 0 ? "text/plain" : "text/csv",
    digest: digestNamed(`text ${pick(3)}`),
    size: 6,
  }));
  for (const requirement of model.terms.policy.requirements) {
    if (sparse && pick(3) === 0) continue;
    if (requirement.kind === "approval") review.answers.set(requirement.id, pick(4) > 0);
    if (requirement.kind === "check") review.results.set(requirement.id, randomResult(pick, requirement.value));
  }
  return review;
}

/** What a walk does next. */
export type Step =
  | { readonly kind: "apply" | "admit"; readonly payload: EventPayload }
  | { readonly kind: "advance"; readonly now: number }
  | { readonly kind: "crash" };

const TYPES: readonly EventType[] = [
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

/** Draws the next step: mostly something that moves the agreement on, often something that must be refused. */
export function randomStep(model: Model, pick: Pick): Step {
  const dice = pick(20);
  if (model.status === "none")
    return { kind: one(pick, ["apply", "admit"]), payload: randomPayload(model, pick, dice < 18) };
  if (dice === 0) return { kind: "crash" };
  if (dice <= 2) return { kind: "advance", now: randomTime(model, pick) };
  return { kind: one(pick, ["apply", "apply", "admit"]), payload: randomPayload(model, pick, dice < 14) };
}

function randomTime(model: Model, pick: Pick): number {
  const timer = model.waitsFor()?.due ?? model.at;
  const choices = [
    model.at,
    model.at,
    model.at,
    model.at + 1,
    model.at + pick(2 * UNIT),
    timer - 1,
    timer,
    timer + 1,
    model.at - 1,
    pick(10) === 0 ? timer + DECADE : model.at,
    pick(60) === 0 ? LAST : model.at,
  ];
  return Math.max(0, Math.min(one(pick, choices), LAST));
}

function nextType(model: Model, pick: Pick): EventType {
  const waiting = model.waitsFor();
  if (waiting?.immediate === true) return waiting.type;
  switch (model.status) {
    case "none":
      return "agreement.offered";
    case "offered":
      return "agreement.accepted";
    case "accepted":
      return "escrow.funded";
    case "funded":
      return "work.submitted";
    case "review": {
      const [id] = model.pending();
      return model.terms.policy.requirements.find((requirement) => requirement.id === id)?.kind === "approval"
        ? "approval.given"
        : "evidence.attested";
    }
    case "window":
      return pick(3) === 0 ? "holdback.released" : "dispute.opened";
    default:
      return pick(3) === 0 ? "holdback.released" : "dispute.resolved";
  }
}

function randomPayload(model: Model, pick: Pick, onwards: boolean): EventPayload {
  const type = onwards ? nextType(model, pick) : one(pick, TYPES);
  const place =
    type === "agreement.offered" || model.status === "none"
      ? { seq: 0 }
      : { agreement: model.agreement, seq: model.seq, prev: model.head };
  // A first event of another type still needs a place to pass its schema.
  const full =
    type === "agreement.offered"
      ? place
      : { agreement: digestNamed("a"), prev: digestNamed("p"), ...place, seq: Math.max(1, model.seq) };
  const at =
    model.status === "none"
      ? FIRST + pick(2) * pick(2) * 2 * UNIT
      : onwards && pick(3) > 0
        ? model.at
        : randomTime(model, pick);
  const payload: Record<string, unknown> = {
    v: REVISION,
    type,
    ...full,
    at: instant(at),
    by: actorOf(model, type, pick),
    body: bodyOf(model, type, pick),
  };
  if (pick(onwards ? 25 : 6) === 0) twist(payload, pick);
  return parseEvent(payload);
}

function twist(payload: Record<string, unknown>, pick: Pick): void {
  const twists: (() => void)[] = [
    () => (payload["by"] = one(pick, Object.values(IDS))),
    () => (payload["seq"] = payload["type"] === "agreement.offered" ? 0 : 1 + pick(1023)),
    () => {
      if (payload["agreement"] !== undefined) payload["agreement"] = digestNamed("another agreement");
    },
    () => {
      if (payload["prev"] !== undefined) payload["prev"] = digestNamed("another event");
    },
  ];
  one(pick, twists)();
}

function actorOf(model: Model, type: EventType, pick: Pick): string {
  switch (type) {
    case "agreement.offered":
      return one(pick, [IDS.buyer, IDS.seller]);
    case "agreement.accepted":
      return model.offer?.by === IDS.buyer ? IDS.seller : IDS.buyer;
    case "agreement.cancelled":
    case "dispute.opened":
      return one(pick, [IDS.buyer, IDS.seller]);
    case "work.submitted":
      return IDS.seller;
    case "approval.given":
      return IDS.buyer;
    case "dispute.resolved":
      return IDS.arbiter;
    case "evidence.attested": {
      const pending = model.status === "none" ? undefined : checkOf(model);
      return pending === undefined ? IDS.checker : (model.terms.parties.checkers[pending.checker]?.id ?? IDS.checker);
    }
    default:
      return IDS.settler;
  }
}

function checkOf(
  model: Model,
): { readonly id: string; readonly checker: string; readonly item: string; readonly value: unknown } | undefined {
  const pending = model.pending();
  for (const requirement of model.terms.policy.requirements) {
    if (requirement.kind === "check" && pending.includes(requirement.id)) return requirement;
  }
  return model.terms.policy.requirements.find((requirement) => requirement.kind === "check");
}

function bodyOf(model: Model, type: EventType, pick: Pick): unknown {
  if (type === "agreement.offered") return randomTerms(pick);
  if (model.status === "none") return bodyWithoutLog(type);
  const odd = pick(8) === 0;
  const { terms } = model;
  switch (type) {
    case "agreement.accepted":
      return {};
    case "agreement.cancelled":
      return pick(2) === 0 ? {} : { reason: "changed my mind" };
    case "escrow.funded": {
      const amount = { ...terms.amount };
      if (odd) {
        one<() => unknown>(pick, [
          () => (amount.value = `${BigInt(amount.value) === 1n ? 2n : BigInt(amount.value) - 1n}`),
          () => (amount.assetCode = "EUR"),
          () => (amount.assetScale = 3),
        ])();
      }
      return { amount };
    }
    case "work.submitted":
      return {
        attempt: Math.min(16, odd ? 1 + pick(16) : model.attempts + 1),
        items: randomItems(pick, model.attempts),
      };
    case "evidence.attested": {
      const check = checkOf(model);
      const subject = model.review?.items.find(({ name }) => name === check?.item)?.digest ?? digestNamed("none");
      return {
        submission: odd && pick(2) === 0 ? digestNamed("old") : (model.review?.digest ?? digestNamed("none")),
        subject: odd && pick(2) === 0 ? digestNamed("other") : subject,
        requirement: odd || pick(8) === 0 ? one(pick, terms.policy.requirements).id : (check?.id ?? "nothing"),
        result: randomResult(pick, check?.value),
      };
    }
    case "approval.given": {
      const pending = model.pending();
      const approval = terms.policy.requirements.find(
        ({ id, kind }) => kind === "approval" && (odd || pick(6) === 0 || pending.includes(id)),
      );
      return {
        submission: odd && pick(2) === 0 ? digestNamed("old") : (model.review?.digest ?? digestNamed("none")),
        requirement: approval?.id ?? one(pick, terms.policy.requirements).id,
        approved: pick(3) > 0,
      };
    }
    case "dispute.opened":
      return {
        decision: odd || model.decision === "" ? digestNamed("no decision") : model.decision,
        reasonCode: "constructor",
        ...(pick(2) === 0 ? { items: randomItems(pick, 99) } : {}),
      };
    case "dispute.resolved": {
      const held = model.holdback;
      const share = one(pick, [0n, held, held / 2n, held / 3n, held > 0n ? 1n : 0n]);
      const above = held < 10n ** 30n ? held + 1n : held;
      return {
        dispute: (odd && pick(2) === 0) || model.dispute === "" ? digestNamed("no dispute") : model.dispute,
        toSeller: `${pick(5) === 0 ? above : share}`,
      };
    }
    default:
      return reactionBodyOf(model, type, pick, odd);
  }
}

// The right body where one is due, a plausible one elsewhere; when odd, with one field changed.
function reactionBodyOf(model: Model, type: EventType, pick: Pick, odd: boolean): unknown {
  const waiting = model.waitsFor();
  // biome-ignore lint/suspicious/noExplicitAny: one field of whatever body it is gets bent.
  const body: any = waiting?.type === type ? model.reactionBody(waiting) : bodyWithoutLog(type);
  if (!odd && pick(3) > 0) return body;
  const names = Object.keys(body);
  const name = one(pick, names);
  body[name] = otherValue(body[name], pick, name);
  return body;
}

/** Another value that still fits the schema of a reaction's field. */
export function otherValue(value: unknown, pick: Pick, name: string): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value === 0 ? 1 : value - 1;
  if (Array.isArray(value)) {
    const [first, ...rest] = value as { id: string; code: string }[];
    if (first === undefined) return value;
    return one(pick, [
      [{ ...first, code: first.code === "POLICY_MET" ? "POLICY_CHECK_FAILED" : "POLICY_MET" }, ...rest],
      [{ ...first, id: `${first.id.slice(0, 60)}x` }, ...rest],
      [first, ...rest, { id: "extra", code: "POLICY_MET" }].slice(-60),
    ]);
  }
  if (typeof value === "object" && value !== null) {
    const inner = one(pick, Object.keys(value));
    return { ...value, [inner]: otherValue((value as Record<string, unknown>)[inner], pick, inner) };
  }
  const text = value as string;
  if (name === "due") return instant(Date.parse(text) + one(pick, [-1, 1, UNIT]));
  if (name === "outcome")
    return one(
      pick,
      ["full", "partial", "none"].filter((other) => other !== text),
    );
  if (name === "reason") {
    return one(
      pick,
      ["settled", "cancelled", "offer-expired", "unfunded"].filter((other) => other !== text),
    );
  }
  if (text.startsWith("sha256:")) return digestNamed("something else");
  const number = BigInt(text);
  return `${number === 0n ? 1n : pick(2) === 0 || number >= 10n ** 30n ? number - 1n : number + 1n}`;
}

/** A body of a type that fits its schema and no log. */
export function bodyWithoutLog(type: EventType): unknown {
  const digest = digestNamed("none");
  const due = instant(FIRST);
  switch (type) {
    case "agreement.accepted":
    case "agreement.cancelled":
      return {};
    case "escrow.funded":
      return { amount: { value: "1", assetCode: "USD", assetScale: 2 } };
    case "work.submitted":
      return { attempt: 1, items: [{ name: "a", mediaType: "text/csv", digest, size: 1 }] };
    case "evidence.attested":
      return { submission: digest, subject: digest, requirement: "r0", result: {} };
    case "approval.given":
      return { submission: digest, requirement: "r0", approved: true };
    case "decision.made":
      return {
        due,
        attempt: 0,
        requirements: [{ id: "r0", code: "POLICY_MET" }],
        gross: "0",
        outcome: "none",
        final: true,
      };
    case "settlement.executed":
      return { due, cause: digest, toSeller: "0", fee: "0", toBuyer: "0", held: "0" };
    case "dispute.opened":
      return { decision: digest, reasonCode: "late" };
    case "dispute.resolved":
      return { dispute: digest, toSeller: "0" };
    case "holdback.released":
      return { due, cause: digest, toSeller: "0", fee: "0", toBuyer: "0" };
    case "agreement.closed":
      return { due, reason: "settled", totals: { funded: "0", toSeller: "0", fee: "0", toBuyer: "0" } };
    default:
      throw new Error(`${type} starts a log`);
  }
}

/** The digest of a payload, computed by the protocol package alone. */
export function digestOfPayload(payload: EventPayload): Digest {
  return digestOf(canonicalBytes(payload));
}
