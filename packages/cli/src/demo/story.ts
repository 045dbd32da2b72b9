import {
  canonicalBytes,
  type Envelope,
  jwkFromPublicKey,
  PAYLOAD_TYPES,
  type Signer,
  signEnvelope,
} from "@settld/protocol";
import { readTrust, type Trust } from "@settld/verifier";
import { lineOf, playAct, type Scene, type Stage } from "./act.ts";
import { badWork, correctedWork, disputedWork, goodWork, type Script } from "./acts.ts";
import { CAST, demoSigner, demoTrust, type Role } from "./cast.ts";
import type { Deal } from "./deal.ts";
import type { SettlerPort } from "./settler-port.ts";
import type { Act, Booking, Story } from "./story-model.ts";
import type { RunApart, VerifyHere } from "./verification.ts";

/** What the story is played with. */
export type StoryOptions = Script & {
  /** Makes the settler, which gets the trust document and none of the parties' keys. */
  readonly settler: (trust: Trust) => Promise<SettlerPort>;
  readonly verifyHere: VerifyHere;
  readonly runApart: RunApart;
  /** Called with each act when it is over. */
  readonly onAct?: (act: Act) => Promise<void>;
};

/** Plays the four acts. The same options give the same story, byte for byte. */
export async function playStory({ settler, verifyHere, runApart, onAct, ...script }: StoryOptions): Promise<Story> {
  const signers = await signersOf();
  const document = await demoTrust();
  const trust = readTrust(document);
  const signedTrust: Envelope = await signEnvelope(PAYLOAD_TYPES.trust, canonicalBytes(document), [signers.registry]);
  const stage: Stage = {
    settler: await settler(trust),
    signers,
    trust,
    signedTrust,
    registryKey: signers.registry.publicKey,
    verifyHere,
    runApart,
    deals: [],
    told: new Set(),
    files: new Map([
      ["trust.json", lineOf(document)],
      ["registry-key.jwk", lineOf(jwkFromPublicKey(signers.registry.publicKey))],
    ]),
  };

  let refused: Deal | undefined;
  const acts: Act[] = [];
  const play = async (title: string, moral: string, scenes: (scene: Scene) => Promise<void>): Promise<void> => {
    const act = await playAct(stage, { number: acts.length + 1, title, moral }, scenes);
    acts.push(act);
    await onAct?.(act);
  };
  await play("Good work is paid", "A proof in one file, and anyone can check it without asking us.", (scene) =>
    goodWork(scene, script),
  );
  await play("Bad work is refused", "The numbers decide, and no later change to them goes unseen.", async (scene) => {
    refused = await badWork(scene, script);
  });
  await play(
    "Corrected work is paid",
    "The same order and the same money; now the numbers are right.",
    async (scene) => {
      if (refused === undefined) throw new Error("act 2 left no order to go on with");
      await correctedWork(scene, script, refused);
    },
  );
  await play("A dispute is split", "What no check covers, a person the parties chose decides.", (scene) =>
    disputedWork(scene, script),
  );
  return { acts, bookings: bookingsOf(stage.deals, acts), files: stage.files, ok: acts.every(({ ok }) => ok) };
}

async function signersOf(): Promise<Readonly<Record<Role, Signer>>> {
  const entries = await Promise.all(
    (Object.keys(CAST) as Role[]).map(async (role) => [role, await demoSigner(role)] as const),
  );
  return Object.fromEntries(entries) as unknown as Record<Role, Signer>;
}

function bookingsOf(deals: readonly Deal[], acts: readonly Act[]): Booking[] {
  const actOf = new Map(acts.flatMap(({ number, steps }) => steps.map(({ event }) => [event, number] as const)));
  return deals.flatMap(({ entries }) =>
    entries.flatMap(({ digest, payload, state, transaction }) =>
      transaction === undefined
        ? []
        : [{ act: actOf.get(digest) ?? 0, agreement: state.agreement, seq: payload.seq, transaction }],
    ),
  );
}
