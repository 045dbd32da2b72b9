// src/log/read-bundle.ts
import {
  BUNDLE_HEADER,
  fromUtf8,
  isDigest,
  isSettldError,
  LIMITS,
  PAYLOAD_TYPES,
  parseEnvelope,
  parseJson,
  SettldError
} from "@settld/protocol";
async function* readBundle(source) {
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
function atLine(error, line) {
  const { pointer, offset } = error;
  return new SettldError(error.code, `line ${line}: ${error.message}`, {
    ...pointer === void 0 ? {} : { pointer },
    ...offset === void 0 ? {} : { offset },
    cause: error
  });
}
function assertHeader(bytes) {
  if (bytes.length === BUNDLE_HEADER.length && fromUtf8(bytes) === BUNDLE_HEADER) return;
  throw new SettldError("BUNDLE_HEADER", `expected ${BUNDLE_HEADER} as the first line, found another`);
}
function readLine(line, seq, value) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { payloadType, digest, data } = value;
    switch (payloadType) {
      case void 0:
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
function open(value, payloadType, maxSignatures) {
  return parseEnvelope(value, { payloadType, maxPayloadBytes: LIMITS.payloadBytes, maxSignatures });
}
async function* cutLines(source) {
  let line = 1;
  let held = [];
  let heldBytes = 0;
  for await (const chunk of source) {
    let start = 0;
    for (; ; ) {
      const end = chunk.indexOf(10, start);
      const piece = chunk.subarray(start, end < 0 ? void 0 : end);
      held.push(piece);
      heldBytes += piece.length;
      if (heldBytes > LIMITS.lineBytes) {
        throw new SettldError(
          "LIMIT_LINE_BYTES",
          `line ${line}: expected at most ${LIMITS.lineBytes} bytes, found more`
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

export {
  readBundle
};
//# sourceMappingURL=chunk-ROZHCLF3.js.map