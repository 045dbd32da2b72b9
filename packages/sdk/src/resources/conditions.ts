/** What is asked before something is signed, because the server could only refuse it, or count it as failed. */
import {
  type Code,
  type Digest,
  type Item,
  type ItemRequirement,
  type Policy,
  type Requirement,
  SettldError,
} from "@settld/protocol";
import type { Agreement, AgreementStatus } from "../gen/api.ts";

/**
 * Requires the files that a policy asks for; without one it is not met. Only where requirements are paid one by one is
 * part of the work worth something, and even then a file that nothing asks for tells that a name is misspelt.
 *
 * @throws TypeError with what is asked for and what is there.
 */
export function assertItems({ requirements, payout }: Policy, items: readonly Item[]): void {
  const isMet = (one: Requirement, { name, mediaType }: Item): boolean =>
    "item" in one && one.item === name && (one.kind === "check" || one.mediaType === mediaType);
  const missing = requirements.find((one) => "item" in one && !items.some((item) => isMet(one, item)));
  const isPart = payout.kind === "weighted" && items.every((item) => requirements.some((one) => isMet(one, item)));
  if (missing === undefined || isPart) return;
  const { item, mediaType = "of any type" } = missing as ItemRequirement;
  const found = items.map((one) => `${one.name} ${one.mediaType}`).join(", ");
  throw new TypeError(`expected the file ${item} ${mediaType} that the policy asks for, found ${found}`);
}

/**
 * Requires that a pointer of a policy finds a value in a result: a check of nothing fails, and is attested once only.
 *
 * @throws TypeError with the pointer.
 */
export function assertValue(result: unknown, pointer: string): void {
  let value = result;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    value = Object.hasOwn(Object(value), name) ? (value as { readonly [name: string]: unknown })[name] : undefined;
  }
  if (value === undefined) throw new TypeError(`expected a value at ${pointer} of \`result\`, found none`);
}

/** The error of an act that comes too early, or when all is over, with the code that the server has for it. */
export function wrongState(status: AgreementStatus, expected: AgreementStatus, early: Code): SettldError {
  const code = status === "closed" ? "STATE_CLOSED" : early;
  return new SettldError(code, `expected state ${expected}, found ${status}`, { pointer: "/type" });
}

/**
 * The submission that was looked at, which has to be the one under review also when an event is made anew.
 *
 * @throws SettldError `EVENT_SUBMISSION_MISMATCH` for another one, a `STATE_` code when there is none.
 */
export function underReview({ submission, status }: Agreement, seen: Digest): NonNullable<Agreement["submission"]> {
  if (submission === null) {
    throw wrongState(status, "review", status === "funded" ? "STATE_NO_SUBMISSION" : "STATE_NOT_FUNDED");
  }
  if (submission.digest === seen) return submission;
  throw new SettldError("EVENT_SUBMISSION_MISMATCH", `expected ${seen}, found ${submission.digest}`);
}
