import {
  canonicalBytes,
  type Digest,
  digestOf,
  formatInstant,
  PAYLOAD_TYPES,
  pae,
  REVISION,
  utf8,
} from "@settld/protocol";
import { readTrust } from "@settld/verifier";
import { expect, it } from "vitest";
import { CAST, demoSigner, demoTrust, type Role } from "./cast.ts";
import { memorySettler } from "./memory-settler.ts";
import type { PartySignature, SettlerPort } from "./settler-port.ts";
import { termsOf } from "./terms.ts";

const START = Date.UTC(2026, 10, 2, 9);

async function newSettler(): Promise<SettlerPort> {
  const trust = readTrust(await demoTrust());
  return memorySettler({ id: CAST.settler.id, signer: await demoSigner("settler"), trust, now: START });
}

function offerAt(time: number): Uint8Array {
  const body = termsOf(1, digestOf(utf8("register")), START);
  const offer = { v: REVISION, type: "agreement.offered", seq: 0, at: formatInstant(time), by: CAST.buyer.id, body };
  return canonicalBytes(offer);
}

async function signedBy(role: Role, payload: Uint8Array): Promise<PartySignature> {
  const { keyid, sign } = await demoSigner(role);
  return { keyid, sig: await sign(pae(PAYLOAD_TYPES.event, payload)) };
}

it("admits what the right party signed", async () => {
  const settler = await newSettler();
  const offer = offerAt(START);
  expect(await settler.submitEvent(offer, await signedBy("buyer", offer))).toEqual({ ok: true });
  expect(await settler.readLog(digestOf(offer), 0)).toHaveLength(1);
});

it("refuses what another party signed, or nobody did", async () => {
  const settler = await newSettler();
  const offer = offerAt(START);
  const right = await signedBy("buyer", offer);
  const answers = [
    await settler.submitEvent(offer, await signedBy("seller", offer)),
    await settler.submitEvent(offer, await signedBy("registry", offer)),
    await settler.submitEvent(offer, { ...right, sig: (await signedBy("seller", offer)).sig }),
  ];
  expect(answers.map((answer) => (answer.ok ? undefined : answer.code))).toEqual([
    "TRUST_KEY_PARTY",
    "TRUST_KEY_UNKNOWN",
    "DSSE_SIGNATURE_INVALID",
  ]);
  await expect(settler.readLog(digestOf(offer) satisfies Digest, 0)).rejects.toThrow(TypeError);
});

it("refuses what breaks a rule, and times that are not its own", async () => {
  const settler = await newSettler();
  const offer = offerAt(START);
  await settler.submitEvent(offer, await signedBy("buyer", offer));
  const again = {
    v: REVISION,
    type: "agreement.accepted",
    agreement: digestOf(offer),
    seq: 1,
    prev: digestOf(offer),
    at: formatInstant(START),
    by: CAST.buyer.id,
    body: {},
  };
  const payload = canonicalBytes(again);
  expect(await settler.submitEvent(payload, await signedBy("buyer", payload))).toMatchObject({
    ok: false,
    code: "EVENT_ACTOR",
  });
  const late = offerAt(START + 5_001);
  await expect(settler.submitEvent(late, await signedBy("buyer", late))).rejects.toThrow(TypeError);
  await expect(settler.advanceTo(START - 1)).rejects.toThrow(TypeError);
});
