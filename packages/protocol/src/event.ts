import { SettldError } from "./error.ts";
import { REVISION } from "./gen/codes.ts";
import type { EventPayload } from "./gen/types.ts";
import * as validators from "./gen/validators.js";
import { parseInstant } from "./instant.ts";
import { canonicalBytes } from "./jcs.ts";
import { LIMITS } from "./limits.ts";
import { assertSchema, type SchemaValidator } from "./schema.ts";

/** The type of an event, such as `escrow.funded`. */
export type EventType = EventPayload["type"];

/** The thirteen event types of this revision, in the order of the event table (EVENT-3). */
export const EVENT_TYPES: readonly EventType[] = [
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

// A Map, because names such as "constructor" come from untrusted input.
const VALIDATORS: ReadonlyMap<unknown, SchemaValidator> = new Map<EventType, SchemaValidator>([
  ["agreement.offered", validators.agreementOffered],
  ["agreement.accepted", validators.agreementAccepted],
  ["agreement.cancelled", validators.agreementCancelled],
  ["escrow.funded", validators.escrowFunded],
  ["work.submitted", validators.workSubmitted],
  ["evidence.attested", validators.evidenceAttested],
  ["approval.given", validators.approvalGiven],
  ["decision.made", validators.decisionMade],
  ["settlement.executed", validators.settlementExecuted],
  ["dispute.opened", validators.disputeOpened],
  ["dispute.resolved", validators.disputeResolved],
  ["holdback.released", validators.holdbackReleased],
  ["agreement.closed", validators.agreementClosed],
]);

const REQUIREMENT_KINDS: readonly unknown[] = ["item", "check", "deadline", "approval"];
const PAYOUT_KINDS: readonly unknown[] = ["all-or-nothing", "weighted", "tiers", "per-unit"];

/**
 * Reads the payload of an event and checks everything that can be checked without the log.
 *
 * The order of the checks is part of the contract (EVENT-1): revision, type, requirement and payout kinds,
 * schema, instants, size of a result.
 *
 * @param value - the parsed payload.
 * @param byteLength - length of its canonical form in bytes, when known; spares measuring small results.
 * @throws SettldError `EVENT_REVISION_UNKNOWN`, `EVENT_TYPE_UNKNOWN`, `POLICY_REQUIREMENT_UNKNOWN`,
 * `POLICY_PAYOUT_UNKNOWN`, `EVENT_SCHEMA`, `TIME_INSTANT` or `LIMIT_RESULT_BYTES`.
 */
export function parseEvent(value: unknown, byteLength: number = Number.POSITIVE_INFINITY): EventPayload {
  const revision = member(value, "v");
  if (typeof revision === "string" && revision !== REVISION) {
    throw new SettldError(
      "EVENT_REVISION_UNKNOWN",
      `/v: expected revision ${REVISION}, found ${JSON.stringify(revision.slice(0, 40))}`,
      { pointer: "/v" },
    );
  }
  const type = member(value, "type");
  const validator = VALIDATORS.get(type);
  if (validator === undefined) {
    if (typeof type === "string") {
      throw new SettldError("EVENT_TYPE_UNKNOWN", `/type: found unknown type ${JSON.stringify(type.slice(0, 64))}`, {
        pointer: "/type",
      });
    }
    throw new SettldError("EVENT_SCHEMA", 'expected an object with a text member "type"', { pointer: "" });
  }
  if (type === "agreement.offered") checkKinds(value);
  assertSchema(validator, value, "EVENT_SCHEMA");
  const event = value as EventPayload;
  checkInstants(event);
  if (event.type === "evidence.attested" && byteLength > LIMITS.resultBytes) {
    const found = canonicalBytes(event.body.result).length;
    if (found > LIMITS.resultBytes) {
      throw new SettldError(
        "LIMIT_RESULT_BYTES",
        `/body/result: expected at most ${LIMITS.resultBytes} bytes, found ${found}`,
        { pointer: "/body/result" },
      );
    }
  }
  return event;
}

// Unknown kinds have codes of their own, so that an old implementation says "newer policy" and not "malformed".
function checkKinds(value: unknown): void {
  const policy = member(member(value, "body"), "policy");
  const requirements = member(policy, "requirements");
  if (Array.isArray(requirements)) {
    for (const [index, requirement] of requirements.entries()) {
      assertKind(
        requirement,
        REQUIREMENT_KINDS,
        "POLICY_REQUIREMENT_UNKNOWN",
        `/body/policy/requirements/${index}/kind`,
      );
    }
  }
  assertKind(member(policy, "payout"), PAYOUT_KINDS, "POLICY_PAYOUT_UNKNOWN", "/body/policy/payout/kind");
}

function assertKind(
  value: unknown,
  known: readonly unknown[],
  code: "POLICY_REQUIREMENT_UNKNOWN" | "POLICY_PAYOUT_UNKNOWN",
  pointer: string,
): void {
  const kind = member(value, "kind");
  if (typeof kind !== "string" || known.includes(kind)) return;
  throw new SettldError(
    code,
    `${pointer}: expected one of ${known.join(", ")}, found ${JSON.stringify(kind.slice(0, 64))}`,
    { pointer },
  );
}

function checkInstants(event: EventPayload): void {
  parseInstant(event.at, "/at");
  if (event.type === "agreement.offered") {
    const { body } = event;
    for (const name of ["acceptBy", "fundBy", "submitBy"] as const) parseInstant(body[name], `/body/${name}`);
    for (const [index, requirement] of body.policy.requirements.entries()) {
      if (requirement.kind === "deadline") {
        parseInstant(requirement.before, `/body/policy/requirements/${index}/before`);
      }
    }
  } else if ("due" in event.body) {
    parseInstant(event.body.due, "/body/due");
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [name: string]: unknown })[name];
}
