import type {
  AgreementOffered,
  Code,
  Digest,
  EventPayload,
  EventType,
  Item,
  JsonValue,
  Requirement,
} from "@settld/protocol";

// A second implementation of the log, written from spec/events.md and spec/money.md and nothing else. It shares no
// code with the kernel, neither arithmetic nor times nor pointers, so that both can only agree on what the text says.
// It is mutable and slow on purpose: the less it looks like the kernel the better.

type Terms = AgreementOffered["body"];
type Result = "event" | "reaction" | Code;

/** A reaction that the model waits for. */
export type ModelReaction = { readonly type: EventType; readonly due: number; readonly immediate: boolean };

const LAST_INSTANT = Date.parse("9999-12-31T23:59:59.999Z");
const IMMEDIATE = ["decided", "ruled", "closing", "cancelling"];
const BEFORE_FUNDING = ["offered", "accepted"];
const AFTER_DECISION = ["window", "disputed"];

/** What a cell of the state table must hold, from STATE-2 to STATE-18. */
export function cellOf(status: string, type: EventType): Result {
  if (status === "none") return type === "agreement.offered" ? "event" : "STATE_NO_AGREEMENT";
  if (status === "closed") return "STATE_CLOSED";
  if (IMMEDIATE.includes(status)) {
    const own: Record<string, string[]> = {
      decided: ["settlement.executed"],
      ruled: ["holdback.released"],
      closing: ["agreement.closed"],
      cancelling: ["settlement.executed", "agreement.closed"],
    };
    return own[status]?.includes(type) === true ? "reaction" : "LOG_REACTION_MISSING";
  }
  const early = BEFORE_FUNDING.includes(status);
  const late = AFTER_DECISION.includes(status);
  switch (type) {
    case "agreement.offered":
      return "STATE_ALREADY_OFFERED";
    case "agreement.accepted":
      return status === "offered" ? "event" : "STATE_ALREADY_ACCEPTED";
    case "agreement.cancelled":
      return late ? "STATE_ALREADY_DECIDED" : "event";
    case "escrow.funded":
      if (status === "offered") return "STATE_NOT_ACCEPTED";
      return status === "accepted" ? "event" : "STATE_ALREADY_FUNDED";
    case "work.submitted":
      if (early) return "STATE_NOT_FUNDED";
      if (late) return "STATE_ALREADY_DECIDED";
      return status === "funded" ? "event" : "STATE_IN_REVIEW";
    case "evidence.attested":
    case "approval.given":
      if (early) return "STATE_NOT_FUNDED";
      if (late) return "STATE_ALREADY_DECIDED";
      return status === "funded" ? "STATE_NO_SUBMISSION" : "event";
    case "decision.made":
      if (early) return "STATE_NOT_FUNDED";
      return late ? "STATE_ALREADY_DECIDED" : "reaction";
    case "settlement.executed":
      if (early) return "STATE_NOT_FUNDED";
      return late ? "STATE_ALREADY_SETTLED" : "STATE_NOT_DECIDED";
    case "dispute.opened":
      if (status === "window") return "event";
      return status === "disputed" ? "STATE_ALREADY_DISPUTED" : "STATE_NOT_SETTLED";
    case "dispute.resolved":
      if (status === "disputed") return "event";
      return status === "window" ? "STATE_NOT_DISPUTED" : "STATE_NOT_SETTLED";
    case "holdback.released":
      return late ? "reaction" : "STATE_NOT_SETTLED";
    case "agreement.closed":
      if (early) return "reaction";
      return late ? "STATE_HOLDBACK_OPEN" : "STATE_NOT_SETTLED";
  }
}

/** floor(value x bps / 10000), by parts instead of by one product (MONEY-6). */
export function modelShare(value: bigint, bps: number): bigint {
  const whole = value / 10_000n;
  const rest = value - whole * 10_000n;
  let share = whole * BigInt(bps);
  let part = rest * BigInt(bps);
  // rest x bps is below 10^8: counting it out keeps the rounding in plain sight.
  const steps = part / 10_000n;
  part -= steps * 10_000n;
  if (part < 0n) throw new Error("shares are rounded down");
  share += steps;
  return share;
}

function lookUp(value: JsonValue, pointer: string): { readonly value: JsonValue } | undefined {
  if (pointer === "") return { value };
  let here: JsonValue = value;
  for (const raw of pointer.split("/").slice(1)) {
    const name = raw.split("~1").join("/").split("~0").join("~");
    if (here === null || typeof here !== "object") return undefined;
    const entry: [string, JsonValue] | undefined = Object.entries(here).find(([key]) => key === name);
    if (entry === undefined) return undefined;
    here = entry[1];
  }
  return { value: here };
}

function holds(left: JsonValue, op: string, right: JsonValue): boolean {
  if (op === "eq") return left === right;
  if (op === "ne") return left !== right;
  const order = Math.sign((left as number) - (right as number));
  const allowed: Record<string, number[]> = { lt: [-1], le: [-1, 0], gt: [1], ge: [1, 0] };
  return allowed[op]?.includes(order) === true;
}

type Review = {
  digest: string;
  at: number;
  until: number;
  items: readonly Item[];
  results: Map<string, JsonValue>;
  answers: Map<string, boolean>;
};

/** The log as the specification describes it. Feed it payloads with {@link Model.take}. */
export class Model {
  status = "none";
  seq = 0;
  agreement = "";
  head = "";
  at = 0;
  attempts = 0;
  cancelled = false;
  buyer = 0n;
  seller = 0n;
  fee = 0n;
  escrow = 0n;
  holdback = 0n;
  /** Amount that was funded: A or nothing. */
  funded = 0n;
  /** Award of the final decision. */
  gross = 0n;
  outcome = "none";
  /** Gross of all legs that went to the seller so far. */
  released = 0n;
  review: Review | undefined;
  offer: AgreementOffered | undefined;
  timer = 0;
  decision = "";
  dispute = "";
  ruling = 0n;
  reason = "";
  readonly sizes: Map<string, number> = new Map();

  get terms(): Terms {
    if (this.offer === undefined) throw new Error("no offer yet");
    return this.offer.body;
  }

  get amount(): bigint {
    return BigInt(this.terms.amount.value);
  }

  /** The reaction that is due at once or at a timer. */
  waitsFor(): ModelReaction | undefined {
    const at = (type: EventType, due: number): ModelReaction => ({ type, due, immediate: false });
    const now = (type: EventType): ModelReaction => ({ type, due: this.at, immediate: true });
    switch (this.status) {
      case "offered":
        return at("agreement.closed", Date.parse(this.terms.acceptBy));
      case "accepted":
        return at("agreement.closed", Date.parse(this.terms.fundBy));
      case "funded":
        return at("decision.made", Date.parse(this.terms.submitBy));
      case "review":
        return this.pending().length > 0 ? at("decision.made", this.review?.until ?? 0) : now("decision.made");
      case "window":
      case "disputed":
        return at("holdback.released", this.timer);
      case "decided":
        return now("settlement.executed");
      case "ruled":
        return now("holdback.released");
      case "cancelling":
        return now(this.escrow === 0n ? "agreement.closed" : "settlement.executed");
      case "closing":
        return now("agreement.closed");
      default:
        return undefined;
    }
  }

  /** Ids of the requirements that somebody can still answer (POLICY-26). */
  pending(): string[] {
    const { review } = this;
    if (review === undefined) return [];
    const open: string[] = [];
    for (const requirement of this.terms.policy.requirements) {
      if (requirement.kind === "approval" && !review.answers.has(requirement.id)) open.push(requirement.id);
      if (requirement.kind !== "check" || review.results.has(requirement.id)) continue;
      if (review.items.some(({ name }) => name === requirement.item)) open.push(requirement.id);
    }
    return open;
  }

  /** The code of the refusal of a payload, or nothing when it fits (LOG-8). */
  refusal(payload: EventPayload): Code | undefined {
    const { type } = payload;
    if (this.status === "none") return type === "agreement.offered" ? this.#offerFault(payload) : "STATE_NO_AGREEMENT";
    if (type !== "agreement.offered") {
      if (payload.seq !== this.seq) return "LOG_SEQ_MISMATCH";
      if (payload.agreement !== this.agreement) return "LOG_AGREEMENT_MISMATCH";
      if (payload.prev !== this.head) return "LOG_PREV_MISMATCH";
    }
    const at = Date.parse(payload.at);
    if (at < this.at) return "TIME_BACKWARDS";
    const waiting = this.waitsFor();
    if (waiting?.immediate === true && waiting.type !== type) return "LOG_REACTION_MISSING";
    if (waiting?.immediate === false && waiting.due <= at && waiting.type !== type) return "TIME_TIMER_MISSING";
    const cell = cellOf(this.status, type);
    if (cell === "reaction") {
      if (waiting?.type !== type || waiting.due > at) return "STATE_NOT_DUE";
      if (payload.by !== this.terms.parties.settler.id) return "EVENT_ACTOR";
      return this.#reactionFault(payload, waiting);
    }
    if (cell !== "event") return cell;
    if (!this.#mayAct(payload)) return "EVENT_ACTOR";
    return this.#bodyFault(payload);
  }

  #mayAct(payload: EventPayload): boolean {
    const { buyer, seller, settler, arbiter, checkers } = this.terms.parties;
    const { by } = payload;
    switch (payload.type) {
      case "agreement.accepted":
        return [buyer.id, seller.id].includes(by) && by !== this.offer?.by;
      case "agreement.cancelled":
        return by === seller.id || (by === buyer.id && BEFORE_FUNDING.includes(this.status));
      case "escrow.funded":
        return by === settler.id;
      case "work.submitted":
        return by === seller.id;
      case "approval.given":
        return by === buyer.id;
      case "dispute.opened":
        return by === buyer.id || by === seller.id;
      case "dispute.resolved":
        return by === arbiter?.id;
      case "evidence.attested": {
        const named = this.#requirement(payload.body.requirement);
        for (const [name, { id }] of Object.entries(checkers)) {
          if (id === by && (named?.kind !== "check" || named.checker === name)) return true;
        }
        return false;
      }
      default:
        throw new Error(`${payload.type} is no event of a party`);
    }
  }

  #requirement(id: string): Requirement | undefined {
    return this.terms.policy.requirements.find((requirement) => requirement.id === id);
  }

  #offerFault({ by, body }: AgreementOffered): Code | undefined {
    const { buyer, seller, settler, arbiter, checkers } = body.parties;
    if (by !== buyer.id && by !== seller.id) return "EVENT_ACTOR";
    const principals = [buyer.id, seller.id, settler.id, ...(arbiter === undefined ? [] : [arbiter.id])];
    if (new Set(principals).size < principals.length) return "EVENT_PARTIES_OVERLAP";
    if (Object.values(checkers).some(({ id }) => id === seller.id)) return "EVENT_PARTIES_OVERLAP";
    const deadlines = [body.acceptBy, body.fundBy, body.submitBy].map((text) => Date.parse(text)) as [
      number,
      number,
      number,
    ];
    if (deadlines[0] > deadlines[1] || deadlines[1] > deadlines[2]) return "EVENT_DEADLINE_ORDER";
    const withWindow = body.disputeMs > 0;
    if (withWindow !== (arbiter !== undefined) || withWindow !== body.rulingMs > 0) return "EVENT_DISPUTE_TERMS";
    if (!withWindow && body.holdbackBps > 0) return "EVENT_DISPUTE_TERMS";
    const { requirements, payout } = body.policy;
    for (const [index, requirement] of requirements.entries()) {
      if (requirements.findIndex(({ id }) => id === requirement.id) !== index) return "EVENT_NAME_DUPLICATE";
      if (requirement.kind !== "check") continue;
      if (!Object.keys(checkers).includes(requirement.checker)) return "POLICY_CHECKER_UNKNOWN";
      if (typeof requirement.value !== "number" && !["eq", "ne"].includes(requirement.op)) return "POLICY_OPERATOR";
    }
    switch (payout.kind) {
      case "all-or-nothing":
        return undefined;
      case "weighted": {
        const names = payout.weights.map(({ requirement }) => requirement).join(" ");
        let sum = 0;
        for (const { bps } of payout.weights) sum += bps;
        return names !== requirements.map(({ id }) => id).join(" ") || sum !== 10_000 ? "POLICY_WEIGHTS" : undefined;
      }
      default: {
        const counted = requirements.find(({ id }) => id === payout.check);
        if (counted?.kind !== "check") return "POLICY_CHECK_UNKNOWN";
        if (payout.kind === "per-unit") return BigInt(payout.cap) > BigInt(body.amount.value) ? "MONEY_CAP" : undefined;
        const bounds = payout.tiers.map(({ below }) => below);
        if (bounds.pop() !== undefined || bounds.includes(undefined)) return "POLICY_TIERS";
        return bounds.every((bound, index) => index === 0 || (bounds[index - 1] as number) < (bound as number))
          ? undefined
          : "POLICY_TIERS";
      }
    }
  }

  #itemsFault(items: Review["items"]): Code | undefined {
    const names: string[] = [];
    const sizes = new Map(this.sizes);
    for (const { name, digest, size } of items) {
      if (names.includes(name)) return "EVENT_NAME_DUPLICATE";
      names.push(name);
      if (sizes.has(digest) && sizes.get(digest) !== size) return "EVENT_ITEM_CONFLICT";
      sizes.set(digest, size);
    }
    return undefined;
  }

  #bodyFault(payload: EventPayload): Code | undefined {
    const { review } = this;
    switch (payload.type) {
      case "escrow.funded": {
        const { amount } = payload.body;
        const agreed = this.terms.amount;
        if (amount.assetCode !== agreed.assetCode || amount.assetScale !== agreed.assetScale)
          return "MONEY_ASSET_MISMATCH";
        return amount.value === agreed.value ? undefined : "MONEY_AMOUNT_MISMATCH";
      }
      case "work.submitted":
        if (payload.body.attempt !== this.attempts + 1) return "EVENT_ATTEMPT_MISMATCH";
        return this.#itemsFault(payload.body.items);
      case "evidence.attested": {
        if (payload.body.submission !== review?.digest) return "EVENT_SUBMISSION_MISMATCH";
        const named = this.#requirement(payload.body.requirement);
        if (named?.kind !== "check") return "EVENT_REQUIREMENT_UNKNOWN";
        const item = review.items.find(({ name }) => name === named.item);
        if (item?.digest !== payload.body.subject) return "EVENT_SUBJECT_MISMATCH";
        return review.results.has(named.id) ? "EVENT_ATTESTATION_DUPLICATE" : undefined;
      }
      case "approval.given": {
        if (payload.body.submission !== review?.digest) return "EVENT_SUBMISSION_MISMATCH";
        const named = this.#requirement(payload.body.requirement);
        if (named?.kind !== "approval") return "EVENT_REQUIREMENT_UNKNOWN";
        return review.answers.has(named.id) ? "EVENT_APPROVAL_DUPLICATE" : undefined;
      }
      case "dispute.opened":
        if (payload.body.decision !== this.decision) return "EVENT_DECISION_MISMATCH";
        return this.#itemsFault(payload.body.items ?? []);
      case "dispute.resolved":
        if (payload.body.dispute !== this.dispute) return "EVENT_DISPUTE_MISMATCH";
        return BigInt(payload.body.toSeller) > this.holdback ? "MONEY_RULING_RANGE" : undefined;
      default:
        return undefined;
    }
  }

  #reactionFault(payload: EventPayload, waiting: ModelReaction): Code | undefined {
    const want = this.reactionBody(waiting) as Record<string, JsonValue>;
    const got = payload.body as Record<string, JsonValue>;
    const fields: Record<string, [string, Code][]> = {
      "decision.made": [
        ["due", "TIME_DUE_MISMATCH"],
        ["submission", "EVENT_SUBMISSION_MISMATCH"],
        ["attempt", "EVENT_ATTEMPT_MISMATCH"],
        ["requirements", "POLICY_REQUIREMENTS_MISMATCH"],
        ["gross", "POLICY_GROSS_MISMATCH"],
        ["outcome", "POLICY_OUTCOME_MISMATCH"],
        ["final", "POLICY_FINAL_MISMATCH"],
      ],
      "settlement.executed": [
        ["due", "TIME_DUE_MISMATCH"],
        ["cause", "LOG_CAUSE_MISMATCH"],
        ["toSeller", "LEDGER_TO_SELLER_MISMATCH"],
        ["fee", "LEDGER_FEE_MISMATCH"],
        ["toBuyer", "LEDGER_TO_BUYER_MISMATCH"],
        ["held", "LEDGER_HELD_MISMATCH"],
      ],
      "holdback.released": [
        ["due", "TIME_DUE_MISMATCH"],
        ["cause", "LOG_CAUSE_MISMATCH"],
        ["toSeller", "LEDGER_TO_SELLER_MISMATCH"],
        ["fee", "LEDGER_FEE_MISMATCH"],
        ["toBuyer", "LEDGER_TO_BUYER_MISMATCH"],
      ],
      "agreement.closed": [
        ["due", "TIME_DUE_MISMATCH"],
        ["reason", "LOG_REASON_MISMATCH"],
        ["totals", "LEDGER_TOTALS_MISMATCH"],
      ],
    };
    for (const [name, code] of fields[payload.type] ?? []) {
      // All members of a body are in one order here, so their texts are equal exactly when they are.
      if (sorted(want[name]) !== sorted(got[name])) return code;
    }
    return undefined;
  }

  /** The body that a reaction must have. */
  reactionBody(waiting: ModelReaction): unknown {
    const due = new Date(waiting.due).toISOString();
    const { terms } = this;
    switch (waiting.type) {
      case "decision.made": {
        const judged = this.status === "review" ? this.review : undefined;
        const { requirements, gross } = this.judge(judged);
        const last = this.attempts === terms.attemptsMax || waiting.due >= Date.parse(terms.submitBy);
        return {
          due,
          ...(judged === undefined ? {} : { submission: judged.digest }),
          attempt: this.attempts,
          requirements,
          gross: `${gross}`,
          outcome: gross === 0n ? "none" : gross < this.amount ? "partial" : "full",
          final: gross > 0n || last,
        };
      }
      case "settlement.executed": {
        if (this.cancelled)
          return { due, cause: this.head, toSeller: "0", fee: "0", toBuyer: `${this.escrow}`, held: "0" };
        const back = modelShare(this.gross, terms.holdbackBps);
        const leg = this.gross - back;
        const fee = modelShare(leg, terms.feeBps);
        const rest = this.amount - this.gross;
        const window = terms.disputeMs > 0;
        return {
          due,
          cause: this.head,
          toSeller: `${leg - fee}`,
          fee: `${fee}`,
          toBuyer: window ? "0" : `${rest}`,
          held: window ? `${rest + back}` : "0",
        };
      }
      case "holdback.released": {
        const leg = this.status === "ruled" ? this.ruling : modelShare(this.gross, terms.holdbackBps);
        const fee = modelShare(this.released + leg, terms.feeBps) - modelShare(this.released, terms.feeBps);
        return { due, cause: this.head, toSeller: `${leg - fee}`, fee: `${fee}`, toBuyer: `${this.holdback - leg}` };
      }
      default: {
        const reasons: Record<string, string> = { offered: "offer-expired", accepted: "unfunded" };
        return {
          due,
          reason: this.cancelled ? "cancelled" : (reasons[this.status] ?? "settled"),
          totals: this.totals(),
        };
      }
    }
  }

  /** Sums over the log (LEDGER-8). */
  totals(): { funded: string; toSeller: string; fee: string; toBuyer: string } {
    return {
      funded: `${this.funded}`,
      toSeller: `${this.seller}`,
      fee: `${this.fee}`,
      toBuyer: `${this.funded + this.buyer}`,
    };
  }

  /** The codes of all requirements and the award, for a submission or for none. */
  judge(review: Review | undefined): { requirements: { id: string; code: string }[]; gross: bigint } {
    const { requirements, payout } = this.terms.policy;
    const codes = requirements.map((requirement) => ({
      id: requirement.id,
      code: review === undefined ? "POLICY_NO_SUBMISSION" : this.#codeOf(requirement, review),
    }));
    if (review === undefined) return { requirements: codes, gross: 0n };
    const met = codes.map(({ code }) => code === "POLICY_MET");
    if (payout.kind === "weighted") {
      let bps = 0;
      for (const { requirement, bps: weight } of payout.weights) {
        if (codes.some(({ id, code }) => id === requirement && code === "POLICY_MET")) bps += weight;
      }
      return { requirements: codes, gross: modelShare(this.amount, bps) };
    }
    if (met.includes(false)) return { requirements: codes, gross: 0n };
    if (payout.kind === "all-or-nothing") return { requirements: codes, gross: this.amount };
    const counted = lookUp(review.results.get(payout.check) as JsonValue, payout.pointer)?.value as number;
    if (payout.kind === "tiers") {
      const tier = payout.tiers.find(({ below }) => below === undefined || counted < below);
      return { requirements: codes, gross: modelShare(this.amount, tier?.bps ?? 0) };
    }
    const price = BigInt(payout.unitValue) * BigInt(counted);
    return { requirements: codes, gross: price > BigInt(payout.cap) ? BigInt(payout.cap) : price };
  }

  #codeOf(requirement: Requirement, review: Review): string {
    if (requirement.kind === "deadline") {
      return review.at < Date.parse(requirement.before) ? "POLICY_MET" : "POLICY_DEADLINE_MISSED";
    }
    if (requirement.kind === "approval") {
      const answer = review.answers.get(requirement.id);
      if (answer === undefined) return requirement.onTimeout === "pass" ? "POLICY_MET" : "POLICY_APPROVAL_TIMEOUT";
      return answer ? "POLICY_MET" : "POLICY_APPROVAL_DENIED";
    }
    const item = review.items.find(({ name }) => name === requirement.item);
    if (item === undefined) return "POLICY_ITEM_MISSING";
    if (requirement.kind === "item") {
      if (item.mediaType !== requirement.mediaType) return "POLICY_ITEM_MEDIA_TYPE";
      return requirement.digest === undefined || requirement.digest === item.digest
        ? "POLICY_MET"
        : "POLICY_ITEM_DIGEST";
    }
    const result = review.results.get(requirement.id);
    if (result === undefined) return "POLICY_CHECK_UNATTESTED";
    const found = lookUp(result, requirement.pointer);
    if (found === undefined) return "POLICY_VALUE_MISSING";
    if (typeof found.value !== typeof requirement.value) return "POLICY_VALUE_TYPE";
    if (!holds(found.value, requirement.op, requirement.value)) return "POLICY_CHECK_FAILED";
    const { payout } = this.terms.policy;
    if ((payout.kind !== "tiers" && payout.kind !== "per-unit") || payout.check !== requirement.id) return "POLICY_MET";
    const counted = lookUp(result, payout.pointer);
    if (counted === undefined) return "POLICY_VALUE_MISSING";
    if (typeof counted.value !== "number") return "POLICY_VALUE_TYPE";
    return payout.kind === "per-unit" && counted.value < 0 ? "POLICY_VALUE_RANGE" : "POLICY_MET";
  }

  /** Takes a payload that {@link Model.refusal} let pass. */
  take(payload: EventPayload, digest: Digest): void {
    this.at = Date.parse(payload.at);
    switch (payload.type) {
      case "agreement.offered":
        this.offer = payload;
        this.agreement = digest;
        this.status = "offered";
        break;
      case "agreement.accepted":
        this.status = "accepted";
        break;
      case "agreement.cancelled":
        this.cancelled = true;
        this.status = "cancelling";
        break;
      case "escrow.funded":
        this.funded = this.amount;
        this.buyer -= this.amount;
        this.escrow += this.amount;
        this.status = "funded";
        break;
      case "work.submitted":
        this.attempts += 1;
        this.review = {
          digest,
          at: this.at,
          until: Math.min(this.at + this.terms.reviewMs, LAST_INSTANT),
          items: payload.body.items,
          results: new Map(),
          answers: new Map(),
        };
        for (const item of payload.body.items) this.sizes.set(item.digest, item.size);
        this.status = "review";
        break;
      case "evidence.attested":
        this.review?.results.set(payload.body.requirement, payload.body.result as JsonValue);
        break;
      case "approval.given":
        this.review?.answers.set(payload.body.requirement, payload.body.approved);
        break;
      case "decision.made":
        this.status = payload.body.final ? "decided" : "funded";
        this.gross = BigInt(payload.body.gross);
        this.outcome = payload.body.final ? payload.body.outcome : "none";
        this.decision = digest;
        break;
      case "settlement.executed": {
        this.#pay(payload.body);
        const held = BigInt(payload.body.held);
        this.escrow -= held;
        this.holdback += held;
        this.escrow -= BigInt(payload.body.toSeller) + BigInt(payload.body.fee) + BigInt(payload.body.toBuyer);
        this.timer = Math.min(this.at + this.terms.disputeMs, LAST_INSTANT);
        this.status = held > 0n ? "window" : "closing";
        break;
      }
      case "holdback.released":
        this.#pay(payload.body);
        this.holdback -= BigInt(payload.body.toSeller) + BigInt(payload.body.fee) + BigInt(payload.body.toBuyer);
        this.status = "closing";
        break;
      case "dispute.opened":
        this.dispute = digest;
        for (const item of payload.body.items ?? []) this.sizes.set(item.digest, item.size);
        this.timer = Math.min(this.at + this.terms.rulingMs, LAST_INSTANT);
        this.status = "disputed";
        break;
      case "dispute.resolved":
        this.ruling = BigInt(payload.body.toSeller);
        this.status = "ruled";
        break;
      case "agreement.closed":
        this.reason = payload.body.reason;
        this.status = "closed";
        break;
    }
    this.head = digest;
    this.seq += 1;
  }

  #pay({
    toSeller,
    fee,
    toBuyer,
  }: {
    readonly toSeller: string;
    readonly fee: string;
    readonly toBuyer: string;
  }): void {
    this.seller += BigInt(toSeller);
    this.fee += BigInt(fee);
    this.buyer += BigInt(toBuyer);
    this.released += BigInt(toSeller) + BigInt(fee);
  }
}

function sorted(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return JSON.stringify(value, (_, inner: JsonValue) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
