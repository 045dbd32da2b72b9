import {
  BUNDLE_HEADER,
  fromUtf8,
  isDigest,
  isSettldError,
  type JsonValue,
  LIMITS,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  parseEnvelope,
  parseJson,
  SettldError,
} from "@settld/protocol";

/** One line of a bundle, read and not judged. Lines count from 1, events from 0. */
export type BundleLine =
  | { readonly kind: "event"; readonly line: number; readonly seq: number; readonly envelope: ParsedEnvelope }
  | { readonly kind: "trust"; readonly line: number; readonly envelope: ParsedEnvelope }
  | { readonly kind: "receipt"; readonly line: number; readonly envelope: ParsedEnvelope }
  | { readonly kind: "evidence"; readonly line: number; readonly digest: string; readonly inline: boolean };

/**
 * Reads the lines of a bundle one after another. Checks only that they can be read; the order of sections, signatures
 * and everything else that makes a bundle true is the verifier's work.
 *
 * @throws SettldError with the code for bytes that are no line of a bundle.
 */
export async function* readBundle(source: AsyncIterable<Uint8Array>): AsyncGenerator<BundleLine, void, undefined> {
  let seq = 0;
  for await (const { line, bytes } of cutLines(source)) {
    try {
      if (line === 1) {
        assertHeader(bytes);
        continue;
      }
      const found = readLine(line, seq, parseJson(bytes, { canonical: true, maxBytes: LIMITS.lineBytes }));
      if (found.kind === "event") seq += 1;
      yield found;
    } catch (error) {
      throw isSettldError(error) ? atLine(error, line) : error;
    }
  }
}

function atLine(error: SettldError, line: number): SettldError {
  const { pointer, offset } = error;
  return new SettldError(error.code, `line ${line}: ${error.message}`, {
    ...(pointer === undefined ? {} : { pointer }),
    ...(offset === undefined ? {} : { offset }),
    cause: error,
  });
}

function assertHeader(bytes: Uint8Array): void {
  if (bytes.length === BUNDLE_HEADER.length && fromUtf8(bytes) === BUNDLE_HEADER) return;
  throw new SettldError("BUNDLE_HEADER", `expected ${BUNDLE_HEADER} as the first line, found another`);
}

function readLine(line: number, seq: number, value: JsonValue): BundleLine {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { payloadType, digest, data } = value as { readonly [name: string]: JsonValue | undefined };
    switch (payloadType) {
      case undefined:
        break;
      case PAYLOAD_TYPES.event:
        return { kind: "event", line, seq, envelope: open(value, PAYLOAD_TYPES.event, 2) };
      case PAYLOAD_TYPES.trust:
        return { kind: "trust", line, envelope: open(value, PAYLOAD_TYPES.trust, 1) };
      default:
        return { kind: "receipt", line, envelope: open(value, PAYLOAD_TYPES.receipt, 1) };
    }
    if (isDigest(digest)) return { kind: "evidence", line, digest, inline: typeof data === "string" };
  }
  throw new SettldError("BUNDLE_LINE", "expected an envelope or an evidence item, found another value");
}

function open(value: JsonValue, payloadType: string, maxSignatures: number): ParsedEnvelope {
  return parseEnvelope(value, { payloadType, maxPayloadBytes: LIMITS.payloadBytes, maxSignatures });
}

async function* cutLines(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly line: number; readonly bytes: Uint8Array }, void, undefined> {
  let line = 1;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of source) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      const piece = chunk.subarray(start, end < 0 ? undefined : end);
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes > LIMITS.lineBytes) {
        throw new SettldError(
          "LIMIT_LINE_BYTES",
          `line ${line}: expected at most ${LIMITS.lineBytes} bytes, found more`,
        );
      }
      if (end < 0) break;
      yield { line, bytes: held.length === 1 ? piece : new Uint8Array(Buffer.concat(held)) };
      line += 1;
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
  }
  if (heldBytes > 0) {
    const code = line === 1 ? "BUNDLE_HEADER" : "BUNDLE_TRUNCATED";
    throw new SettldError(code, `line ${line}: expected a line feed at the end of the file, found none`);
  }
  if (line === 1) throw new SettldError("BUNDLE_HEADER", `expected ${BUNDLE_HEADER} as the first line, found nothing`);
}
