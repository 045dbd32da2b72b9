import {
  base64Decode,
  base64Encode,
  canonicalBytes,
  canonicalize,
  type Envelope,
  type EventPayload,
  fromUtf8,
  type JsonValue,
  PAYLOAD_TYPES,
  parseJson,
  type Signer,
  signEnvelope,
  utf8,
} from "@settld/protocol";

type Line = { readonly payload?: string; readonly payloadType?: string; readonly data?: string };

function linesOf(bundle: Uint8Array): string[] {
  return fromUtf8(bundle).split("\n");
}

/** Finds the line of the settlement and raises what it pays the seller by an amount in minor units. */
function raised(
  lines: readonly string[],
  by: bigint,
): { readonly index: number; readonly payload: Uint8Array; readonly envelope: Envelope } {
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const envelope = parseJson(utf8(line)) as unknown as Envelope;
    if (envelope.payloadType !== PAYLOAD_TYPES.event) continue;
    const event = parseJson(base64Decode(envelope.payload)) as unknown as EventPayload;
    if (event.type !== "settlement.executed") continue;
    const toSeller = (BigInt(event.body.toSeller) + by).toString();
    const changed = { ...event, body: { ...event.body, toSeller } };
    return { index, payload: canonicalBytes(changed), envelope };
  }
  throw new TypeError("expected a bundle with a settlement, found one without");
}

/** A copy of a bundle in which somebody raised the payout and left the signatures as they were. */
export function raisePayout(bundle: Uint8Array, by: bigint): Uint8Array {
  const lines = linesOf(bundle);
  const { index, payload, envelope } = raised(lines, by);
  lines[index] = canonicalize({ ...envelope, payload: base64Encode(payload) });
  return utf8(lines.join("\n"));
}

/**
 * A copy of a bundle in which the settler itself raised the payout and signed the new text.
 *
 * @param settler - the settler's own key; in the demo everyone has it.
 */
export async function raisePayoutAndSign(bundle: Uint8Array, by: bigint, settler: Signer): Promise<Uint8Array> {
  const lines = linesOf(bundle);
  const { index, payload } = raised(lines, by);
  const forged = await signEnvelope(PAYLOAD_TYPES.event, payload, [settler]);
  lines[index] = canonicalize(forged);
  return utf8(lines.join("\n"));
}

/** A copy of a bundle in which the last digit of the first delivered file is another one. */
export function changeOneDigit(bundle: Uint8Array): Uint8Array {
  const lines = linesOf(bundle);
  for (const [index, line] of lines.entries()) {
    const value = line === "" ? {} : (parseJson(utf8(line)) as Line);
    if (typeof value.data !== "string") continue;
    const bytes = base64Decode(value.data);
    const at = bytes.findLastIndex((byte) => byte >= 0x30 && byte <= 0x39);
    bytes[at] = bytes[at] === 0x39 ? 0x30 : (bytes[at] ?? 0) + 1;
    lines[index] = canonicalize({ ...value, data: base64Encode(bytes) } as JsonValue);
    return utf8(lines.join("\n"));
  }
  throw new TypeError("expected a bundle with inline evidence, found one without");
}
