import {
  canonicalBytes,
  type Digest,
  digestOf,
  type Envelope,
  type JsonValue,
  PAYLOAD_TYPES,
  REVISION,
  type Signer,
  signEnvelope,
} from "@settld/protocol";
import { testSigner } from "@settld/server/testing";

/** When it all takes place, in milliseconds since 1970. */
export const START: number = Date.UTC(2026, 10, 2, 9);

/** The instant of {@link START}. */
export const AT = "2026-11-02T09:00:00.000Z";

/** The players by name; their keys are those that a test server gives them. */
export const PLAYERS = ["buyer", "seller", "checker"] as const;

/** One of the players. */
export type Player = (typeof PLAYERS)[number];

/** Party id of a player. */
export const idOf = (name: string): string => `https://${name}.example`;

/** Signer of a player. */
export const signerOf = (name: string): Promise<Signer> => testSigner(`server ${name}`);

/** The work that is delivered: bytes that nobody takes for text. */
export const WORK: Uint8Array = Uint8Array.of(0x00, 0x9f, 0x92, 0x96, 0xff, 0x00, 0xfe, 0x01);

/** Digest of {@link WORK}. */
export const WORK_DIGEST: Digest = digestOf(WORK);

const sealed = async (by: Player, payload: object): Promise<Envelope> =>
  signEnvelope(PAYLOAD_TYPES.event, canonicalBytes(payload as JsonValue), [await signerOf(by)]);

const OFFER = {
  v: REVISION,
  type: "agreement.offered",
  seq: 0,
  at: AT,
  by: idOf("buyer"),
  body: {
    nonce: "000102030405060708090a0b0c0d0e0f",
    parties: {
      buyer: { id: idOf("buyer") },
      seller: { id: idOf("seller") },
      settler: { id: "https://settler.example" },
      checkers: { quality: { id: idOf("checker") } },
    },
    amount: { value: "48000", assetCode: "USD", assetScale: 2 },
    policy: {
      requirements: [
        { id: "ok", kind: "check", checker: "quality", item: "a.csv", pointer: "/ok", op: "eq", value: true },
      ],
      payout: { kind: "all-or-nothing" },
    },
    feeBps: 250,
    acceptBy: "2026-11-02T10:00:00.000Z",
    fundBy: "2026-11-02T11:00:00.000Z",
    submitBy: "2026-11-02T12:00:00.000Z",
    reviewMs: 3_600_000,
    attemptsMax: 3,
    holdbackBps: 0,
    disputeMs: 0,
    rulingMs: 0,
    references: [],
  },
};

/** Id of the agreement. */
export const AGREEMENT: Digest = digestOf(canonicalBytes(OFFER as JsonValue));

/** The offer, signed by the buyer. */
export const offer = (): Promise<Envelope> => sealed("buyer", OFFER);

/** The next event of a log, signed by its author. */
export const event = (by: Player, seq: number, prev: string, type: string, body: object): Promise<Envelope> =>
  sealed(by, { v: REVISION, agreement: AGREEMENT, seq, prev, at: AT, type, by: idOf(by), body });

/** The acceptance, signed by the seller. */
export const acceptance = (): Promise<Envelope> => event("seller", 1, AGREEMENT, "agreement.accepted", {});
