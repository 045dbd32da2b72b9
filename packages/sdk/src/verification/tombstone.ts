import { LIMITS, PAYLOAD_TYPES, parseEnvelope, parseInstant, parseJson, parseTombstone } from "@settld/protocol";
import type { Tombstone } from "../gen/api.ts";
import type { Platform } from "../platform.ts";
import { assertSame } from "../same.ts";
import type { TrustKeeper } from "./trust-keeper.ts";

/** Checks that a tombstone is of the evidence that was asked for, and signed by the settler (STORE-11). */
export async function checkTombstone(
  platform: Platform,
  trust: TrustKeeper,
  answer: Tombstone,
  digest: string,
): Promise<{ readonly settler: string }> {
  const envelope = parseEnvelope(answer.tombstone, {
    payloadType: PAYLOAD_TYPES.tombstone,
    maxPayloadBytes: LIMITS.payloadBytes,
    maxSignatures: 1,
  });
  const payload = parseTombstone(parseJson(envelope.payload, { canonical: true }));
  const { object, id, kind, purgedAt } = answer;
  assertSame(
    { object, id, digest: answer.digest, kind, purgedAt },
    {
      object: "tombstone",
      id: `sha256:${platform.crypto.sha256Hex(envelope.payload)}`,
      digest: payload.digest,
      kind: payload.rule.kind,
      purgedAt: payload.purgedAt,
    },
  );
  assertSame({ digest: payload.digest }, { digest });
  const rule = { party: payload.by, role: "settler", pinned: undefined } as const;
  await trust.checkSignatures(undefined, envelope, [rule], parseInstant(payload.purgedAt, "/purgedAt"));
  return { settler: payload.by };
}
