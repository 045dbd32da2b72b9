import { type Code, type Digest, digestOf } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Verdict } from "@settld/verifier";
import type { Scene } from "./act.ts";
import { demoSigner } from "./cast.ts";
import { changeOneDigit, raisePayout, raisePayoutAndSign } from "./cheats.ts";
import type { Deal, EvidenceFile } from "./deal.ts";
import { usd } from "./money-flow.ts";
import type { Verification } from "./story-model.ts";
import { CHECKS, HOUR, termsOf } from "./terms.ts";
import { type CleaningStep, cleanDataset, type Delivery } from "./work/clean.ts";
import { cleanHastily } from "./work/clean-badly.ts";
import { type Measurement, measureDelivery } from "./work/measure.ts";
import { SPEC } from "./work/spec.ts";

const MINUTE = 60_000;
const DAY = 24 * HOUR;

/** Monday, 2 November 2026, 09:00 UTC: when the story begins. No clock is asked for anything in it. */
export const STORY_START: number = Date.UTC(2026, 10, 2, 9);

const OWN_TRUST = ["--trust", "trust.json"];
const PINNED_REGISTRY = ["--root", "registry-key.jwk"];
const EVIDENCE = ["--evidence", "evidence"];

/** What the acts need to know besides the stage. */
export type Script = {
  readonly register: Uint8Array;
  /** The steps of work that the seller takes when it corrects a refused delivery. */
  readonly correction: readonly CleaningStep[];
};

/** Act 1: good work is paid, and a separate process can tell. */
export async function goodWork(scene: Scene, { register }: Script): Promise<void> {
  const deal = scene.begin();
  const start = STORY_START;
  await open(deal, 1, register, start);
  const delivery = cleanDataset(register, SPEC);
  await deliver(deal, register, delivery, start + 160 * MINUTE);
  keepFiles(scene, "good", register, delivery);
  await waitForWindow(deal);

  expectPaidInFull(scene, deal);
  expectBalances(scene, { seller: 46_800n, fee: 1_200n, escrow: 0n, holdback: 0n }, deal);

  const bundle = await scene.export("act-1", deal);
  const accepted = await scene.verify({
    file: "act-1.settld",
    about: "The proof of this act, all files supplied",
    ...verdict("accept", null, 0),
    options: [...OWN_TRUST, ...EVIDENCE],
  });
  expectSameFacts(scene, accepted, deal);
  // A verifier that says yes to everything is worth nothing, so it is asked something wrong as well.
  scene.stage.files.set("act-1-altered.settld", changeOneDigit(bundle));
  await scene.verify({
    file: "act-1-altered.settld",
    about: "A copy with one digit of the delivered file changed",
    ...verdict("reject", "BUNDLE_EVIDENCE_DIGEST", 1),
    options: OWN_TRUST,
  });
}

/** Act 2: bad work earns nothing, and neither does a forged payout. */
export async function badWork(scene: Scene, { register }: Script): Promise<Deal> {
  const deal = scene.begin();
  const start = STORY_START + 7 * DAY;
  await open(deal, 2, register, start);
  const delivery = cleanHastily(register, SPEC);
  await deliver(deal, register, delivery, start + 50 * MINUTE);
  keepFiles(scene, "hasty", register, delivery);

  const { decision, balances, status } = deal.state();
  scene.expect("The policy awards", usd(0n), usd(decision?.gross ?? -1n));
  scene.expect(
    "Requirements that are not met",
    "nothing-lost, valid, unique-keys, totals-reconcile",
    failedIn(deal).join(", "),
  );
  scene.expect("The seller gets for this order", usd(0n), usd(balances.seller));
  scene.expect("In escrow stays", usd(48_000n), usd(balances.escrow));
  scene.expect("The agreement waits for", "another delivery", status === "funded" ? "another delivery" : status);

  await scene.export("act-2-open", deal);
  await scene.verify({
    file: "act-2-open.settld",
    about: "The proof of the refusal; the order is still open",
    ...verdict("indeterminate", "BUNDLE_OPEN", 0),
    options: [...OWN_TRUST, "--allow-open"],
  });

  const honest = scene.stage.files.get("act-1.settld");
  if (honest === undefined) throw new Error("act 1 left no bundle");
  scene.stage.files.set("act-1-cheated.settld", raisePayout(honest, 10_000n));
  await scene.verify({
    file: "act-1-cheated.settld",
    about: `Act 1 with the payout raised by ${usd(10_000n)}`,
    ...verdict("reject", "DSSE_SIGNATURE_INVALID", 1),
    options: OWN_TRUST,
  });
  // Everybody has the demo's keys, so that the settler itself can be played as the cheat.
  const resigned = await raisePayoutAndSign(honest, 10_000n, await demoSigner("settler"));
  scene.stage.files.set("act-1-resigned.settld", resigned);
  await scene.verify({
    file: "act-1-resigned.settld",
    about: "The same, signed again by the settler itself",
    ...verdict("reject", "LEDGER_TO_SELLER_MISMATCH", 1),
    options: OWN_TRUST,
  });
  return deal;
}

/** Act 3: the seller corrects the work and is paid. */
export async function correctedWork(scene: Scene, { register, correction }: Script, refused: Deal): Promise<void> {
  const deal = scene.goOn(refused);
  const start = STORY_START + 8 * DAY;
  await deliver(deal, register, cleanDataset(register, SPEC, correction), start + 380 * MINUTE);
  await waitForWindow(deal);

  expectPaidInFull(scene, deal);
  expectBalances(scene, { seller: 46_800n, fee: 1_200n, escrow: 0n, holdback: 0n }, deal);
  await scene.export("act-3", deal);
  const accepted = await scene.verify({
    file: "act-3.settld",
    about: "The whole order, with the refusal and the correction",
    ...verdict("accept", null, 0),
    options: [...OWN_TRUST, ...EVIDENCE],
  });
  expectSameFacts(scene, accepted, deal);
}

/** Act 4: the checks pass, the buyer disputes all the same, and an arbiter splits what was held back. */
export async function disputedWork(scene: Scene, { register }: Script): Promise<void> {
  const deal = scene.begin();
  const start = STORY_START + 14 * DAY;
  await open(deal, 3, register, start);
  const { cleaned, rejects } = cleanDataset(register, SPEC);
  // No check of the policy asks for the change log that the specification promises: that is what holdbacks are for.
  const measured = await deliver(deal, register, { cleaned, rejects, changes: new Uint8Array() }, start + 160 * MINUTE);
  const claim: EvidenceFile = {
    name: "missing-changes.json",
    mediaType: "application/json",
    bytes: new TextEncoder().encode(
      `{"loggedChanges":${measured.changes.entries},"unlogged":${measured.changes.unlogged}}\n`,
    ),
  };
  const items = await deal.handIn([claim]);
  const disputedAt = start + 25 * HOUR;
  await deal.act("dispute.opened", "buyer", disputedAt, {
    decision: deal.last("decision.made"),
    reasonCode: "change-log-missing",
    items,
  });
  await deal.act("dispute.resolved", "arbiter", disputedAt + 29 * HOUR, {
    dispute: deal.last("dispute.opened"),
    toSeller: "3000",
    reason: "The data is right, but the change log that the specification promises was not delivered.",
  });

  const { status, balances } = deal.state();
  scene.expect("The agreement is", "closed", status);
  expectBalances(scene, { seller: 45_045n, fee: 1_155n, escrow: 0n, holdback: 0n }, deal);
  scene.expect("Back to the buyer go", usd(1_800n), usd(balances.buyer + 48_000n));
  await scene.export("act-4", deal);
  const accepted = await scene.verify({
    file: "act-4.settld",
    about: "The proof of this act, under the registry's key",
    ...verdict("accept", null, 0),
    options: PINNED_REGISTRY,
  });
  expectSameFacts(scene, accepted, deal);
}

async function open(deal: Deal, number: number, register: Uint8Array, start: number): Promise<void> {
  const digest = digestOf(register, defaultCrypto);
  await deal.act("agreement.offered", "buyer", start, termsOf(number, digest, start));
  await deal.act("agreement.accepted", "seller", start + 4 * MINUTE, {});
  await deal.fund(start + 9 * MINUTE, `deposit ${number}`);
}

/** The seller hands in files, the checker measures them and signs the numbers, check by check. */
async function deliver(deal: Deal, register: Uint8Array, delivery: Delivery, at: number): Promise<Measurement> {
  const { cleaned, rejects, changes } = SPEC.files;
  const files: EvidenceFile[] = [
    { name: cleaned, mediaType: "text/csv", bytes: delivery.cleaned },
    { name: rejects, mediaType: "text/csv", bytes: delivery.rejects },
  ];
  if (delivery.changes.length > 0) {
    // The log is larger than everything else together; the bundle names its digest and the file is handed over beside it.
    files.push({ name: changes, mediaType: "application/x-ndjson", bytes: delivery.changes, withheld: true });
  }
  const items = await deal.handIn(files);
  const attempt = deal.state().attempts + 1;
  await deal.act("work.submitted", "seller", at, { attempt, items });

  // The checker downloads what was handed in and looks at nothing else that the seller says.
  const received = (name: string): Uint8Array => {
    const digest = items.find((item) => item.name === name)?.digest as Digest | undefined;
    return (digest === undefined ? undefined : deal.evidence.get(digest)?.bytes) ?? new Uint8Array();
  };
  const result = measureDelivery(
    { source: register, cleaned: received(cleaned), rejects: received(rejects), changes: received(changes) },
    SPEC,
  );
  const submission = deal.last("work.submitted");
  for (const { id, item } of CHECKS) {
    const subject = items.find(({ name }) => name === item)?.digest;
    await deal.act("evidence.attested", "checker", at + 12 * MINUTE, { submission, subject, requirement: id, result });
  }
  return result;
}

/** Lets the dispute window go by, if there is one. */
async function waitForWindow(deal: Deal): Promise<void> {
  const { timer } = deal.state();
  if (timer !== undefined) await deal.waitUntil(timer);
}

function keepFiles(scene: Scene, name: string, register: Uint8Array, { cleaned, rejects, changes }: Delivery): void {
  const { files } = scene.stage;
  files.set(`evidence/${SPEC.files.source}`, register);
  files.set(`evidence/${name}-${SPEC.files.cleaned}`, cleaned);
  files.set(`evidence/${name}-${SPEC.files.rejects}`, rejects);
  files.set(`evidence/${name}-${SPEC.files.changes}`, changes);
}

function failedIn(deal: Deal): string[] {
  const decision = deal.entries.findLast(({ payload }) => payload.type === "decision.made")?.payload;
  if (decision?.type !== "decision.made") return [];
  return decision.body.requirements.filter(({ code }) => code !== "POLICY_MET").map(({ id }) => id);
}

function expectPaidInFull(scene: Scene, deal: Deal): void {
  const { decision, status } = deal.state();
  const failed = failedIn(deal);
  scene.expect("Requirements that are not met", "none", failed.length === 0 ? "none" : failed.join(", "));
  scene.expect("The policy awards", usd(48_000n), usd(decision?.gross ?? 0n));
  scene.expect("The agreement is", "closed", status);
}

function expectBalances(
  scene: Scene,
  expected: Readonly<Record<"seller" | "fee" | "escrow" | "holdback", bigint>>,
  deal: Deal,
): void {
  const { balances } = deal.state();
  scene.expect("The seller gets for this order", usd(expected.seller), usd(balances.seller));
  scene.expect("The fee is", usd(expected.fee), usd(balances.fee));
  scene.expect(
    "In escrow and holdback stay",
    usd(expected.escrow + expected.holdback),
    usd(balances.escrow + balances.holdback),
  );
}

/** The report must speak of this very log and money; a verdict alone could be about anything. */
function expectSameFacts(scene: Scene, { report }: Verification, deal: Deal): void {
  const { head, balances } = deal.state();
  scene.expect("The verifier saw the log up to", head, report.facts?.head ?? "nothing");
  scene.expect(
    "The verifier recomputed for the seller",
    usd(balances.seller),
    usd(BigInt(report.facts?.totals.toSeller ?? -1)),
  );
}

function verdict(
  expected: Verdict,
  code: Code | null,
  exitCode: number,
): { readonly verdict: Verdict; readonly code: Code | null; readonly exitCode: number } {
  return { verdict: expected, code, exitCode };
}
