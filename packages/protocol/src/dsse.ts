import { base64Decode, base64Encode, base64urlDecode } from "./base64.ts";
import { concatBytes, utf8 } from "./bytes.ts";
import { SettldError } from "./error.ts";
import type { Code } from "./gen/codes.ts";
import { printable } from "./internal/printable.ts";
import type { Signer } from "./signer.ts";

/** A DSSE 1.0 envelope in the Settld profile: exactly these members. */
export type Envelope = {
  /** Signed bytes in padded base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly {
    /** RFC 7638 thumbprint of the signing key. */
    readonly keyid: string;
    /** Ed25519 signature over the pre-authentication encoding, in padded base64. */
    readonly sig: string;
  }[];
};

/** An envelope with its base64 decoded. */
export type ParsedEnvelope = {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly {
    readonly keyid: string;
    /** Ed25519 signature, 64 bytes. */
    readonly sig: Uint8Array;
  }[];
};

/** What an envelope must be in the place where it stands. */
export type ParseEnvelopeOptions = {
  /** The only payload type accepted, compared exactly. */
  readonly payloadType: string;
  /** Longest payload accepted, in decoded bytes. */
  readonly maxPayloadBytes: number;
  /** Most signatures accepted; one is the least. */
  readonly maxSignatures: number;
};

const SIGNATURE_BYTES = 64;
const KEYID_BYTES = 32;

/**
 * Writes the pre-authentication encoding, which is what a signature of an envelope covers (DSSE 1.0, protocol):
 * `DSSEv1`, then type and payload, each behind its length in bytes.
 */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array {
  const { length } = utf8(payloadType);
  return concatBytes(utf8(`DSSEv1 ${length} ${payloadType} ${payload.length} `), payload);
}

/**
 * Reads an envelope in the strict profile and decodes it. It verifies no signature.
 *
 * Each rule is applied to the whole envelope before the next, so the code does not depend on where a fault stands.
 *
 * @throws SettldError with a pointer into the envelope, in this order:
 * - `DSSE_MEMBERS` other members, or values of another type, than {@link Envelope} has
 * - `DSSE_PAYLOAD_TYPE` another type than the expected one
 * - `DSSE_BASE64` payload or a signature is not in its only base64 spelling
 * - `LIMIT_PAYLOAD_BYTES` the decoded payload is longer than `maxPayloadBytes`
 * - `DSSE_SIGNATURE_COUNT` no signature, or more than `maxSignatures`
 * - `DSSE_KEYID` a keyid that is not 32 bytes in base64url
 * - `DSSE_SIGNATURE_DUPLICATE` a keyid that occurs twice
 * - `DSSE_SIGNATURE_LENGTH` a signature that is not 64 bytes
 */
export function parseEnvelope(value: unknown, options: ParseEnvelopeOptions): ParsedEnvelope {
  const envelope = readMembers(value);

  if (envelope.payloadType !== options.payloadType) {
    const found = printable(envelope.payloadType);
    throw fault("DSSE_PAYLOAD_TYPE", "/payloadType", `expected ${printable(options.payloadType)}, found ${found}`);
  }

  const payload = decodeAt(envelope.payload, "/payload");
  const signatures = envelope.signatures.map(({ keyid, sig }, index) => ({
    keyid,
    sig: decodeAt(sig, `/signatures/${index}/sig`),
  }));

  if (payload.length > options.maxPayloadBytes) {
    const found = `expected at most ${options.maxPayloadBytes} bytes, found ${payload.length}`;
    throw fault("LIMIT_PAYLOAD_BYTES", "/payload", found);
  }
  if (signatures.length === 0 || signatures.length > options.maxSignatures) {
    const found = `expected 1 to ${options.maxSignatures} signatures, found ${signatures.length}`;
    throw fault("DSSE_SIGNATURE_COUNT", "/signatures", found);
  }
  for (const [index, { keyid }] of signatures.entries()) {
    if (!isKeyid(keyid)) {
      const pointer = `/signatures/${index}/keyid`;
      throw fault("DSSE_KEYID", pointer, `expected a thumbprint of 43 base64url characters, found ${printable(keyid)}`);
    }
  }
  const seen = new Set<string>();
  for (const [index, { keyid }] of signatures.entries()) {
    if (seen.has(keyid)) {
      throw fault(
        "DSSE_SIGNATURE_DUPLICATE",
        `/signatures/${index}/keyid`,
        `expected each keyid once, found ${keyid} again`,
      );
    }
    seen.add(keyid);
  }
  for (const [index, { sig }] of signatures.entries()) {
    if (sig.length !== SIGNATURE_BYTES) {
      throw fault("DSSE_SIGNATURE_LENGTH", `/signatures/${index}/sig`, `expected 64 bytes, found ${sig.length}`);
    }
  }
  return { payloadType: envelope.payloadType, payload, signatures };
}

function readMembers(value: unknown): Envelope {
  const envelope = object(value, "", ["payload", "payloadType", "signatures"]);
  const { signatures } = envelope;
  if (!Array.isArray(signatures)) throw fault("DSSE_MEMBERS", "/signatures", "expected an array");
  return {
    payload: text(envelope["payload"], "/payload"),
    payloadType: text(envelope["payloadType"], "/payloadType"),
    signatures: signatures.map((item: unknown, index) => {
      const pointer = `/signatures/${index}`;
      const signature = object(item, pointer, ["keyid", "sig"]);
      return { keyid: text(signature["keyid"], `${pointer}/keyid`), sig: text(signature["sig"], `${pointer}/sig`) };
    }),
  };
}

function object(value: unknown, pointer: string, expected: readonly string[]): { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fault("DSSE_MEMBERS", pointer, `expected an object with ${expected.join(", ")}`);
  }
  for (const name of expected) {
    if (!Object.hasOwn(value, name)) throw fault("DSSE_MEMBERS", pointer, `expected a member ${name}, found none`);
  }
  const names = Object.keys(value);
  if (names.length !== expected.length) {
    const extra = names.find((name) => !expected.includes(name)) ?? "";
    throw fault("DSSE_MEMBERS", pointer, `expected only ${expected.join(", ")}, found ${printable(extra)}`);
  }
  return value as { readonly [name: string]: unknown };
}

function text(value: unknown, pointer: string): string {
  if (typeof value !== "string") throw fault("DSSE_MEMBERS", pointer, "expected a text");
  return value;
}

function decodeAt(base64: string, pointer: string): Uint8Array {
  try {
    return base64Decode(base64);
  } catch (error) {
    if (!(error instanceof SettldError)) throw error;
    throw new SettldError(error.code, `${pointer}: ${error.message}`, {
      pointer,
      ...(error.offset === undefined ? {} : { offset: error.offset }),
    });
  }
}

function isKeyid(keyid: string): boolean {
  // 32 bytes take 43 characters; longer text is not worth decoding.
  if (keyid.length !== 43) return false;
  try {
    return base64urlDecode(keyid).length === KEYID_BYTES;
  } catch {
    return false;
  }
}

function fault(code: Code, pointer: string, message: string): SettldError {
  return new SettldError(code, `${pointer === "" ? "envelope" : pointer}: ${message}`, { pointer });
}

/**
 * Signs a payload with every signer, in their order, and wraps it. `canonicalize` of the result is the line to store.
 *
 * @throws TypeError when there is no signer, two share a keyid, or one returns another length than 64 bytes.
 */
export async function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signers: readonly Pick<Signer, "keyid" | "sign">[],
): Promise<Envelope> {
  if (signers.length === 0) throw new TypeError("expected at least one signer, found none");
  if (new Set(signers.map(({ keyid }) => keyid)).size !== signers.length) {
    throw new TypeError("expected signers with different keys, found one twice");
  }
  // Encoded before anything is awaited: payload and signatures stay one even if the caller's bytes change meanwhile.
  const encoded = base64Encode(payload);
  const message = pae(payloadType, payload);
  const signatures = await Promise.all(
    signers.map(async (signer) => {
      const { keyid } = signer;
      if (!isKeyid(keyid)) throw new TypeError("expected the keyid of a signer to be an RFC 7638 thumbprint");
      const signature = await signer.sign(message);
      if (signature.length !== SIGNATURE_BYTES) {
        throw new TypeError(`expected a signature of 64 bytes, found ${signature.length}`);
      }
      return { keyid, sig: base64Encode(signature) };
    }),
  );
  return { payload: encoded, payloadType, signatures };
}
