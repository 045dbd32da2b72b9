import { createHash, createPublicKey, hash, verify } from "node:crypto";
import { base64Decode, canonicalize, type Envelope, jwkFromPublicKey, pae } from "@settld/protocol";
import { bytesOf, TestLog, termsOf, testCast, trustOf } from "@settld/testkit";
import { parseTrust, verifyBundle } from "@settld/verifier";
import { verifyBundleSync } from "@settld/verifier/sync";
import { compare, type Ratio } from "./measure.ts";

/** Verifying bundles against the bare cost of their signatures and digests. */
export async function benchBundles(): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  for (const signatures of [16, 128]) {
    const { bytes, trust, bare, parallel } = await workload(signatures);
    const calls = Math.ceil(320 / signatures);
    ratios.push(
      await compare({
        name: `verify ${signatures} signatures, one core, against bare crypto`,
        subject: () => verifyBundleSync(bytes, { trust }),
        reference: bare,
        calls,
        required: 1.4,
        aim: 1.25,
      }),
    );
    if (signatures < 128) continue;
    const [one, two] = [verifyBundleSync(bytes, { trust }), await verifyBundle(bytes, { trust })];
    if (canonicalize(one) !== canonicalize(two)) {
      throw new Error("one core and two cores disagree");
    }
    ratios.push(
      await compare({
        name: `verify ${signatures} signatures, all cores, against bare on one`,
        subject: () => verifyBundle(bytes, { trust }),
        reference: bare,
        calls,
        aim: 0.7,
      }),
      await compare({
        name: "  for context: bare crypto, all cores, against one",
        subject: parallel,
        reference: bare,
        calls,
      }),
    );
  }
  return ratios;
}

type Workload = {
  readonly bytes: Uint8Array;
  readonly trust: ReturnType<typeof parseTrust>;
  readonly bare: () => void;
  readonly parallel: () => Promise<void>;
};

async function workload(signatures: number): Promise<Workload> {
  const cast = await testCast();
  // Twelve signatures are there without any attestation, and each attestation brings two.
  const checks = (signatures - 12) / 2;
  const requirements = Array.from({ length: checks }, (_, index) => ({
    id: `check-${index}`,
    kind: "check",
    checker: "quality",
    item: "result.csv",
    pointer: "/validityBps",
    op: "ge",
    value: 9990,
  }));
  const log = new TestLog(cast)
    .open(termsOf({ policy: { requirements, payout: { kind: "all-or-nothing" } } }))
    .submit(3);
  for (const { id } of requirements) log.attest(4, { rows: 412, validityBps: 10_000 }, id);
  log.wait(100);
  const envelopes = [...(await log.envelopes()), await log.receipt()];
  const jobs = jobsOf(envelopes, log);
  if (jobs.length !== signatures) throw new Error(`expected ${signatures} signatures, found ${jobs.length}`);
  const digested = [
    ...envelopes.map(({ payload }) => base64Decode(payload)),
    ...log.evidence.map(({ data }) => data ?? new Uint8Array()),
  ];
  const sha256 = hash ?? ((algorithm: string, data: Uint8Array) => createHash(algorithm).update(data).digest("hex"));
  return {
    bytes: await log.bundle(),
    trust: parseTrust(bytesOf(trustOf(cast))),
    bare: () => {
      for (const bytes of digested) sha256("sha256", bytes);
      for (const { message, key, signature } of jobs) verify(null, message, key, signature);
    },
    parallel: async () => {
      for (const bytes of digested) sha256("sha256", bytes);
      await Promise.all(
        jobs.map(
          ({ message, key, signature }) =>
            new Promise<void>((resolve, reject) => {
              verify(null, message, key, signature, (error) => (error === null ? resolve() : reject(error)));
            }),
        ),
      );
    },
  };
}

type Job = {
  readonly message: Uint8Array;
  readonly key: ReturnType<typeof createPublicKey>;
  readonly signature: Uint8Array;
};

function jobsOf(envelopes: readonly Envelope[], log: TestLog): Job[] {
  const keys = new Map(
    Object.values(log.cast).map(({ keyid, publicKey }) => [
      keyid,
      createPublicKey({ key: { ...jwkFromPublicKey(publicKey) }, format: "jwk" }),
    ]),
  );
  return envelopes.flatMap(({ payload, payloadType, signatures }) => {
    const message = pae(payloadType, base64Decode(payload));
    return signatures.map(({ keyid, sig }) => {
      const key = keys.get(keyid);
      if (key === undefined) throw new Error("unknown key");
      return { message, key, signature: base64Decode(sig) };
    });
  });
}
