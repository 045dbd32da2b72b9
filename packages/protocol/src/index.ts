export { base64Decode, base64Encode, base64urlDecode, base64urlEncode } from "./base64.ts";
export { BUNDLE_HEADER, type BundleParts, bundleLines, type Evidence, encodeBundle } from "./bundle.ts";
export { bytesEqual, concatBytes, fromUtf8, hexDecode, hexEncode, utf8 } from "./bytes.ts";
export type { CryptoPort, PrivateKeyHandle, PublicKeyHandle } from "./crypto.ts";
export { type Digest, digestOf, isDigest, parseDigest } from "./digest.ts";
export { parseAccountEntry, parseReceipt, parseTombstone, parseTrustDocument } from "./documents.ts";
export {
  type Envelope,
  type ParsedEnvelope,
  type ParseEnvelopeOptions,
  pae,
  parseEnvelope,
  signEnvelope,
} from "./dsse.ts";
export {
  checkPublicKey,
  checkSignature,
  decodePoint,
  openPublicKey,
  openPublicKeySync,
  type Point,
  type VerifyingKey,
  verifyEd25519,
  verifyEd25519Sync,
} from "./ed25519.ts";
export { isSettldError, SettldError, type SettldErrorOptions } from "./error.ts";
export { EVENT_TYPES, type EventType, parseEvent } from "./event.ts";
export {
  CODES,
  type Code,
  type CodeCategory,
  type CodeEntry,
  type CodeVerdict,
  REVISION,
  URI_BASE,
} from "./gen/codes.ts";
export type * from "./gen/types.ts";
export { addDuration, formatInstant, INSTANT_MAX, parseInstant } from "./instant.ts";
export { canonicalBytes, canonicalize } from "./jcs.ts";
export { type JsonValue, type ParseJsonOptions, parseJson, parseJsonText } from "./json.ts";
export { jwkFromPublicKey, pemFromPublicKey, publicKeyFromJwk, thumbprint } from "./jwk.ts";
export { type KeyProof, keyProofMessage } from "./key-proof.ts";
export { LIMITS, PAYLOAD_TYPES } from "./limits.ts";
export { BPS_ONE, formatAmount, parseValue, shareOf, VALUE_MAX } from "./money.ts";
export { formatPointer, parsePointer, resolvePointer } from "./pointer.ts";
export { createSha256, type Sha256, sha256 } from "./sha256.ts";
export { type Signer, signerFromSeed } from "./signer.ts";
