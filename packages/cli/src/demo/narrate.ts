import { type Code, type EventPayload, type JsonValue, parsePointer, resolvePointer } from "@settld/protocol";
import { roleOf } from "./cast.ts";
import type { LogEntry } from "./deal.ts";
import { movesOf, usd } from "./money-flow.ts";
import type { DecisionLine, RequirementLine, Step } from "./story-model.ts";
import { ASSET, CHECKS, HOUR } from "./terms.ts";

/**
 * Tells what entries of a log say, in order; results that a checker signs at once are one step.
 *
 * @param told - how things work that was explained already, and is not explained again.
 */
export function narrate(entries: readonly LogEntry[], told: Set<string>): Step[] {
  const steps: Step[] = [];
  let attested = 0;
  for (const [index, entry] of entries.entries()) {
    const { payload, digest, transaction } = entry;
    const next = entries[index + 1]?.payload;
    attested = payload.type === "evidence.attested" ? attested + 1 : 0;
    if (payload.type === "evidence.attested" && next?.type === "evidence.attested" && next.at === payload.at) continue;
    const { what, why: reason, how } = tell(payload, entry, attested);
    const why = [reason, how === undefined || told.has(how) ? undefined : how]
      .filter((text) => text !== undefined)
      .join(" ");
    if (how !== undefined) told.add(how);
    const who = roleOf(payload.by);
    if (who === undefined) throw new Error(`${payload.by} is not in the cast`);
    steps.push({
      at: Date.parse(payload.at),
      who,
      what,
      ...(why === "" ? {} : { why }),
      moves: movesOf(transaction),
      event: digest,
    });
  }
  return steps;
}

type Told = {
  readonly what: string;
  readonly why?: string;
  /** How such things work, told once. */
  readonly how?: string;
};

function tell(payload: EventPayload, { state }: LogEntry, attested: number): Told {
  const { offer } = state;
  switch (payload.type) {
    case "agreement.offered": {
      const { amount, policy, feeBps, holdbackBps, disputeMs, attemptsMax } = payload.body;
      return {
        what: `offers ${usd(BigInt(amount.value))} for a clean shipment register`,
        how:
          `All ${policy.requirements.length} requirements or nothing, ${attemptsMax} attempts. Fee ${percent(feeBps)}; ` +
          `${percent(holdbackBps)} is held back for ${disputeMs / HOUR} hours, in case of a dispute.`,
      };
    }
    case "agreement.accepted":
      return { what: "accepts the offer, signed as it stands" };
    case "agreement.cancelled":
      return { what: "cancels" };
    case "escrow.funded":
      return {
        what: "puts the buyer's deposit into escrow",
        how: "From here on neither side can take the money alone: only the agreed rules move it.",
      };
    case "work.submitted":
      return {
        what: `delivers ${list(payload.body.items.map(({ name }) => name))}`,
        why: `Attempt ${payload.body.attempt} of ${offer.body.attemptsMax}.`,
        how: "Each file is named by its digest, so it cannot be swapped.",
      };
    case "evidence.attested":
      return {
        what: `measures the delivery and signs ${attested} results`,
        why: rowsOf(payload.body.result as JsonValue),
      };
    case "approval.given":
      return { what: payload.body.approved ? "approves" : "does not approve" };
    case "decision.made": {
      const { requirements, final, gross } = payload.body;
      const failed = requirements.filter(({ code }) => code !== "POLICY_MET").map(({ id }) => id);
      if (failed.length === 0) {
        return {
          what: `decides: the whole ${usd(BigInt(gross))} is earned`,
          why: `All ${requirements.length} requirements are met.`,
        };
      }
      return {
        what: `decides: ${usd(BigInt(gross))} is earned`,
        why: `Not met: ${list(failed)}. ${final ? "There is no attempt left." : "The money stays in escrow; the seller may try again."}`,
      };
    }
    case "settlement.executed":
      return {
        what: payload.body.toSeller === "0" ? "settles: nothing for the seller" : "settles and releases the escrow",
        how: `What is held waits ${offer.body.disputeMs / HOUR} hours for a dispute.`,
      };
    case "dispute.opened":
      return {
        what: `disputes the payment: ${payload.body.reasonCode}`,
        why: "Only what is held back is at stake; what was released stays released.",
      };
    case "dispute.resolved": {
      const ruling = BigInt(payload.body.toSeller);
      const held = state.balances.holdback;
      return {
        what: `rules: ${usd(ruling)} to the seller, ${usd(held - ruling)} back to the buyer`,
        ...(payload.body.reason === undefined ? {} : { why: payload.body.reason }),
      };
    }
    case "holdback.released":
      return state.ruling === undefined
        ? { what: "releases the holdback", why: `${offer.body.disputeMs / HOUR} hours went by without a dispute.` }
        : { what: "carries out the ruling" };
    case "agreement.closed": {
      const { toSeller, fee, toBuyer } = payload.body.totals;
      const back = toBuyer === "0" ? "" : `, ${usd(BigInt(toBuyer))} went back to the buyer`;
      return {
        what: "closes the agreement and signs the receipt",
        why: `The seller got ${usd(BigInt(toSeller))}, the fee is ${usd(BigInt(fee))}${back}. Nothing is left in escrow.`,
      };
    }
  }
}

/** What the policy decided in a part of a log, requirement by requirement. */
export function decisionsOf(entries: readonly LogEntry[]): DecisionLine[] {
  return entries.flatMap(({ payload, state }) => {
    if (payload.type !== "decision.made") return [];
    const { submission } = state;
    const results = submission?.results ?? new Map<string, JsonValue>();
    const note = totalsNote(results.get("totals-reconcile"));
    const requirements = payload.body.requirements.map(({ id, code: given }): RequirementLine => {
      // The kernel computed the same codes when it replayed the decision, so this is one of the registry.
      const code = given as Code;
      const agreed = CHECKS.find((check) => check.id === id);
      if (agreed === undefined) {
        const requirement = state.offer.body.policy.requirements.find((entry) => entry.id === id);
        const item = requirement?.kind === "item" ? requirement.item : id;
        const there = submission?.items.some(({ name }) => name === item) === true;
        return { id, question: `File ${item}`, agreed: "delivered", found: there ? "delivered" : "missing", code };
      }
      const result = results.get(id);
      const found = result === undefined ? undefined : resolvePointer(result, parsePointer(agreed.pointer));
      return {
        id,
        question: agreed.question,
        agreed: `${agreed.op === "ge" ? "at least " : ""}${show(agreed.value as number, agreed.unit)}`,
        found: typeof found === "number" ? show(found, agreed.unit) : "nothing",
        code,
      };
    });
    const line = { attempt: payload.body.attempt, requirements, gross: BigInt(payload.body.gross) };
    return [note === undefined ? line : { ...line, note }];
  });
}

function rowsOf(result: JsonValue): string {
  const count = (name: string): string => String(resolvePointer(result, ["rows", name]) ?? "?");
  if (count("lost") !== "0") {
    return `Of ${count("in")} rows ${count("delivered")} came back; ${count("lost")} are gone without a word.`;
  }
  return (
    `Of ${count("in")} rows ${count("delivered")} came back, ${count("rejected")} were set aside with a reason, ` +
    `${count("duplicate")} were duplicates.`
  );
}

// The sums are in minor units; one that differs says more to a reader than the number of sums that do.
function totalsNote(result: JsonValue | undefined): string | undefined {
  if (result === undefined) return undefined;
  const total = (name: string): bigint =>
    BigInt(String(resolvePointer(result, ["totals", "sums", ASSET.assetCode, name]) ?? 0));
  const [expected, delivered] = [total("expected"), total("delivered")];
  if (expected === delivered) return undefined;
  return `Control total in US dollars: ${grouped(expected)} in the register, ${grouped(delivered)} in the delivery.`;
}

function grouped(value: bigint): string {
  return usd(value).replace(/\B(?=(\d{3})+\.)/g, ",");
}

function show(value: number, unit: "count" | "bps"): string {
  return unit === "count" ? String(value) : percent(value, 2);
}

// Basis points are hundredths of a percent, so this is exact.
function percent(bps: number, digits = 0): string {
  const fraction = String(bps % 100).padStart(2, "0");
  const shown = digits === 2 ? fraction : fraction.replace(/0+$/, "");
  return `${Math.trunc(bps / 100)}${shown === "" ? "" : `.${shown}`} %`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
