import type { AgreementState, Balances } from "@settld/kernel";
import { canonicalBytes, digestOf, type Envelope, type JsonValue, type Signer } from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { Trust } from "@settld/verifier";
import type { Role } from "./cast.ts";
import { type Deal, openDeal } from "./deal.ts";
import { addBalances, sumOf, usd } from "./money-flow.ts";
import { decisionsOf, narrate } from "./narrate.ts";
import type { SettlerPort } from "./settler-port.ts";
import type { Act, Expectation, Verification } from "./story-model.ts";
import { judge, type Question, type RunApart, type VerifyHere } from "./verification.ts";

/** What all acts share. */
export type Stage = {
  readonly settler: SettlerPort;
  readonly signers: Readonly<Record<Role, Signer>>;
  readonly trust: Trust;
  /** The trust document as the registry signed it. */
  readonly signedTrust: Envelope;
  readonly registryKey: Uint8Array;
  readonly verifyHere: VerifyHere;
  readonly runApart: RunApart;
  readonly deals: Deal[];
  /** How things work that the story has explained already. */
  readonly told: Set<string>;
  /** Output files by path. */
  readonly files: Map<string, Uint8Array>;
};

/** What an act has in hand while it is played. */
export type Scene = {
  readonly stage: Stage;
  /** Opens a new agreement for this act. */
  readonly begin: () => Deal;
  /** Goes on with the agreement of an earlier act. */
  readonly goOn: (deal: Deal) => Deal;
  /** Notes how something must be at the end of the act. */
  readonly expect: (what: string, expected: string, found: string) => void;
  /** Has a file of the story verified here and by a process of its own. */
  readonly verify: (question: Question) => Promise<Verification>;
  /** Puts a bundle, and the receipt when the agreement is closed, among the output files. */
  readonly export: (name: string, deal: Deal) => Promise<Uint8Array>;
};

/** Plays one act. Whatever goes wrong in it becomes an expectation that was not met, so that the story can be told. */
export async function playAct(
  stage: Stage,
  about: { readonly number: number; readonly title: string; readonly moral: string },
  play: (scene: Scene) => Promise<void>,
): Promise<Act> {
  const expectations: Expectation[] = [];
  const verifications: Verification[] = [];
  const before = balancesOf(stage.deals);
  let deal: Deal | undefined;
  let from = 0;

  const expect: Scene["expect"] = (what, expected, found) => {
    expectations.push({ what, expected, found, ok: expected === found });
  };

  const scene: Scene = {
    stage,
    begin() {
      const opened = openDeal(stage.settler, stage.signers);
      stage.deals.push(opened);
      deal = opened;
      return opened;
    },
    goOn(earlier) {
      deal = earlier;
      from = earlier.entries.length;
      return earlier;
    },
    expect,
    async verify(question) {
      const verification = await ask(stage, question);
      verifications.push(verification);
      return verification;
    },
    async export(name, current) {
      const closed = current.state().status === "closed";
      const receipt = closed ? await current.receipt() : undefined;
      if (receipt !== undefined) {
        stage.files.set(`${name}.receipt.json`, lineOf(receipt));
      }
      const bundle = current.bundle(stage.signedTrust, receipt);
      stage.files.set(`${name}.settld`, bundle);
      return bundle;
    },
  };

  try {
    await play(scene);
  } catch (error) {
    expect("The act is played to its end", "yes", `no: ${error instanceof Error ? error.message : String(error)}`);
  }
  const after = balancesOf(stage.deals);
  expect("Buyer, seller, escrow, holdback and fees add up to", usd(0n), usd(sumOf(after)));
  const entries = deal?.entries.slice(from) ?? [];
  return {
    ...about,
    agreement: entries[0]?.state.agreement,
    steps: narrate(entries, stage.told),
    decisions: decisionsOf(entries),
    outcome: outcomeOf(entries.at(-1)?.state),
    before,
    after,
    verifications,
    expectations,
    ok: [...expectations, ...verifications].every(({ ok }) => ok),
  };
}

/** One line of canonical JSON, as bytes. */
export function lineOf(document: unknown): Uint8Array {
  const bytes = canonicalBytes(document as JsonValue);
  const line = new Uint8Array(bytes.length + 1);
  line.set(bytes);
  line[bytes.length] = 0x0a;
  return line;
}

function outcomeOf(state: AgreementState | undefined): Act["outcome"] {
  if (state?.ruling !== undefined) return "SPLIT";
  return state?.decision !== undefined && state.decision.gross > 0n ? "PASS" : "FAIL";
}

function balancesOf(deals: readonly Deal[]): Balances {
  return addBalances(deals.flatMap(({ entries }) => entries.at(-1)?.state.balances ?? []));
}

async function ask(stage: Stage, question: Question): Promise<Verification> {
  const bundle = stage.files.get(question.file);
  if (bundle === undefined) throw new TypeError(`no file ${question.file}`);
  const evidence = question.options.includes("--evidence") ? evidenceOf(stage.files) : new Map<string, Uint8Array>();
  const [report, apart] = await Promise.all([
    stage.verifyHere(bundle, {
      ...(question.options.includes("--root") ? { root: stage.registryKey } : { trust: stage.trust }),
      evidence: async (digest) => evidence.get(digest),
    }),
    stage.runApart(["verify", question.file, ...question.options, "--format", "json"], stage.files),
  ]);
  const verification = judge(question, report, apart);
  stage.files.set(`reports/${question.file.replace(".settld", ".json")}`, lineOf(report));
  return verification;
}

function evidenceOf(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    if (path.startsWith("evidence/")) found.set(digestOf(bytes, defaultCrypto), bytes);
  }
  return found;
}
