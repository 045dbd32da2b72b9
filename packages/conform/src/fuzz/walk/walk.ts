import { digestOf, REVISION } from "@settld/protocol";
import { placeAt } from "../chain.ts";
import { encodeJson, isObject, type Json, type JsonObject } from "../json.ts";
import { type Guess, guessDecision, type Known, pendingOf, shareOf } from "./guess.ts";
import { instant } from "./terms.ts";

/** An event that might come next: everything but its place in the log. */
export type Proposal = {
  readonly type: string;
  /** Party id of the author. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly body: JsonObject;
};

/** The submission under review. */
type Submission = {
  readonly digest: string;
  readonly known: Known;
  readonly results: Map<string, Json>;
  readonly approvals: Map<string, boolean>;
};

type Money = { toSeller: bigint; fee: bigint; toBuyer: bigint };

/**
 * A random agreement under way: a rough model of events.md that is good enough to say which event could come next.
 * It is no judge. Where it errs, both adapters refuse the event, and the walk was shorter than it looks.
 */
export class Walk {
  status = "none";
  readonly payloads: JsonObject[] = [];
  readonly digests: string[] = [];
  /** The body of the offer. */
  terms: JsonObject = {};
  /** Time of the last event, in milliseconds. */
  at = 0;
  submission: Submission | undefined;
  attempts = 0;
  /** Digest of the final decision, and its gross award. */
  decision: string | undefined;
  gross = 0n;
  dispute: string | undefined;
  ruling: bigint | undefined;
  cancelled = false;
  escrow = 0n;
  holdback = 0n;
  #released = 0n;
  #guess: Guess | undefined;
  readonly #sums: Money = { toSeller: 0n, fee: 0n, toBuyer: 0n };

  get amount(): bigint {
    return BigInt(((this.terms["amount"] as JsonObject | undefined)?.["value"] as string | undefined) ?? "0");
  }

  get policy(): JsonObject {
    const policy = this.terms["policy"];
    return isObject(policy) ? policy : NO_POLICY;
  }

  /** The party id of a role in the offer. */
  party(role: string): string {
    const parties = this.terms["parties"] as JsonObject | undefined;
    return String((parties?.[role] as JsonObject | undefined)?.["id"] ?? `https://${role}.example`);
  }

  /** The digest of an event, from the end for negative indices; of nothing real where there is none. */
  digest(index: number): string {
    return this.digests.at(index) ?? `sha256:${"1".repeat(64)}`;
  }

  /** A term that is a duration or an instant, in milliseconds. */
  term(name: string): number {
    const value = this.terms[name];
    return typeof value === "string" ? Date.parse(value) : Number(value ?? 0);
  }

  pending(): JsonObject[] {
    return this.submission === undefined ? [] : pendingOf(this.policy, this.submission.known);
  }

  /** The type of the reaction that has to be the next event. */
  immediate(): string | undefined {
    switch (this.status) {
      case "decided":
        return "settlement.executed";
      case "ruled":
        return "holdback.released";
      case "closing":
        return "agreement.closed";
      case "cancelling":
        return this.escrow > 0n ? "settlement.executed" : "agreement.closed";
      case "review":
        return this.pending().length === 0 ? "decision.made" : undefined;
      default:
        return undefined;
    }
  }

  /** Type and instant of the timer that runs. */
  timer(): readonly [type: string, at: number] | undefined {
    switch (this.status) {
      case "offered":
        return ["agreement.closed", this.term("acceptBy")];
      case "accepted":
        return ["agreement.closed", this.term("fundBy")];
      case "funded":
        return ["decision.made", this.term("submitBy")];
      case "review":
        return ["decision.made", this.#after(Date.parse(String(this.submission?.known.at)), "reviewMs")];
      case "window":
        return ["holdback.released", this.#after(this.at, "disputeMs")];
      case "disputed":
        return ["holdback.released", this.#after(this.at, "rulingMs")];
      default:
        return undefined;
    }
  }

  #after(from: number, term: string): number {
    return Date.parse(instant(from + this.term(term)));
  }

  /** The body of a reaction if it were made now, with `due` as given. */
  reaction(type: string, due: number): JsonObject {
    const head = { due: instant(due) };
    if (type === "decision.made") return { ...head, ...this.#decision(due) };
    if (type === "agreement.closed") return { ...head, reason: this.#reason(), totals: this.#totals() };
    if (type === "holdback.released") {
      const gross = this.ruling ?? shareOf(this.gross, this.terms["holdbackBps"] ?? 0);
      return { ...head, cause: this.digest(-1), ...texts(this.#leg(gross, this.holdback - gross)) };
    }
    if (this.status === "cancelling") {
      return { ...head, cause: this.digest(-1), toSeller: "0", fee: "0", toBuyer: `${this.escrow}`, held: "0" };
    }
    const kept = shareOf(this.gross, this.terms["holdbackBps"] ?? 0);
    const rest = this.amount - this.gross;
    const open = this.term("disputeMs") > 0;
    const leg = this.#leg(this.gross - kept, open ? 0n : rest);
    return { ...head, cause: this.digest(-1), ...texts(leg), held: `${open ? rest + kept : 0n}` };
  }

  #decision(due: number): JsonObject {
    const guess = guessDecision(this.policy, this.amount, this.submission?.known);
    this.#guess = guess;
    const attempt = this.attempts;
    const final = guess.gross > 0n || attempt === this.terms["attemptsMax"] || due >= this.term("submitBy");
    return {
      ...(this.submission === undefined ? {} : { submission: this.submission.digest }),
      attempt,
      requirements: guess.requirements,
      gross: guess.gross.toString(),
      outcome: guess.outcome,
      final,
    };
  }

  #leg(gross: bigint, toBuyer: bigint): Money {
    const feeUpTo = (released: bigint): bigint => shareOf(released, this.terms["feeBps"] ?? 0);
    const fee = feeUpTo(this.#released + gross) - feeUpTo(this.#released);
    return { toSeller: gross - fee, fee, toBuyer };
  }

  #reason(): string {
    if (this.cancelled) return "cancelled";
    return this.status === "offered" ? "offer-expired" : this.status === "accepted" ? "unfunded" : "settled";
  }

  #totals(): JsonObject {
    const { toSeller, fee, toBuyer } = this.#sums;
    return { funded: `${toSeller + fee + toBuyer}`, ...texts({ toSeller, fee, toBuyer }) };
  }

  /** The payload of a proposal at the end of the log. */
  payloadOf({ type, by, at, body }: Proposal): JsonObject {
    return placeAt({ v: REVISION, type, at: instant(at), by, body }, this.digests);
  }

  /** Appends an event and assumes that it was allowed. */
  append(proposal: Proposal): void {
    this.push(this.payloadOf(proposal));
    this.#follow(proposal);
    this.at = proposal.at;
  }

  /** Appends a payload without a thought about what it does. */
  push(payload: JsonObject): void {
    this.payloads.push(payload);
    this.digests.push(digestOf(encodeJson(payload)));
  }

  #follow({ type, at, body }: Proposal): void {
    switch (type) {
      case "agreement.offered":
        this.terms = body;
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
        this.escrow = this.amount;
        this.status = "funded";
        break;
      case "work.submitted":
        this.#submitted(at, body["items"] as JsonObject[]);
        break;
      case "evidence.attested":
        this.submission?.results.set(String(body["requirement"]), body["result"] ?? null);
        break;
      case "approval.given":
        this.submission?.approvals.set(String(body["requirement"]), body["approved"] === true);
        break;
      case "decision.made":
        this.#decided(body["final"] === true);
        break;
      case "dispute.opened":
        this.dispute = this.digest(-1);
        this.status = "disputed";
        break;
      case "dispute.resolved":
        this.ruling = BigInt(String(body["toSeller"]));
        this.status = "ruled";
        break;
      case "agreement.closed":
        this.status = "closed";
        break;
      default:
        this.#paid(type, body);
    }
  }

  #submitted(at: number, items: readonly JsonObject[]): void {
    const results = new Map<string, Json>();
    const approvals = new Map<string, boolean>();
    const known = { at: instant(at), items, results, approvals };
    this.submission = { digest: this.digest(-1), known, results, approvals };
    this.attempts += 1;
    this.status = "review";
  }

  #decided(final: boolean): void {
    this.submission = undefined;
    this.status = final ? "decided" : "funded";
    if (!final) return;
    this.decision = this.digest(-1);
    this.gross = this.#guess?.gross ?? 0n;
  }

  #paid(type: string, body: JsonObject): void {
    const value = (name: string): bigint => BigInt(String(body[name] ?? "0"));
    this.#sums.toSeller += value("toSeller");
    this.#sums.fee += value("fee");
    this.#sums.toBuyer += value("toBuyer");
    this.#released += value("toSeller") + value("fee");
    if (type === "settlement.executed") {
      this.escrow = 0n;
      this.holdback = value("held");
    } else {
      this.holdback = 0n;
    }
    this.status = this.holdback > 0n ? "window" : "closing";
  }
}

// Before the offer there is no policy, and a decision should be well-formed all the same.
const NO_POLICY: JsonObject = {
  requirements: [{ id: "delivered", kind: "item", item: "result.csv", mediaType: "text/csv" }],
  payout: { kind: "all-or-nothing" },
};

const texts = ({ toSeller, fee, toBuyer }: Money): JsonObject => ({
  toSeller: toSeller.toString(),
  fee: fee.toString(),
  toBuyer: toBuyer.toString(),
});
