import {
  bytesEqual,
  type Code,
  type CryptoPort,
  type Digest,
  type Envelope,
  formatInstant,
  LIMITS,
  openPublicKey,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  pae,
  parseEnvelope,
  parseInstant,
  parseJson,
  SettldError,
  type TrustDocument,
  thumbprint,
  type VerifyingKey,
  verifyEd25519,
} from "@settld/protocol";
import { checkSigner, readTrust, type SignerRule, type Trust, type TrustedKey } from "@settld/verifier";
import type { Platform } from "../platform.ts";

/** A trust document that passed every check. */
export type CheckedTrust = { readonly trust: Trust; readonly document: TrustDocument };

// Revocations are learned of after this time at the latest, in milliseconds.
const FRESH_MS = 60_000;
// How far the registry's clock may be ahead of this one, in milliseconds.
const AHEAD_MS = 300_000;
const KEPT_MAX = 1_000;

/** Reads trust documents, holds them to the pinned key, and answers whether a signature may stand where it stands. */
export class TrustKeeper {
  readonly #root: Uint8Array;
  readonly #platform: Platform;
  readonly #assertSettler: (found: string) => void;
  readonly #read: (agreement: string | undefined) => Promise<Envelope>;
  readonly #kept = new Map<string, { readonly at: number; readonly trust: Promise<CheckedTrust> }>();
  readonly #opened = new Map<string, Promise<VerifyingKey | Code>>();
  #version = 0;

  constructor(
    root: Uint8Array,
    platform: Platform,
    assertSettler: (found: string) => void,
    read: (agreement: string | undefined) => Promise<Envelope>,
  ) {
    this.#root = root;
    this.#platform = platform;
    this.#assertSettler = assertSettler;
    this.#read = read;
  }

  /**
   * Checks a trust document: form, the pinned key, the signature, its time, and that it is none from before.
   *
   * @param least - the newest version that was known when it was asked for.
   * @throws SettldError with the verifier's code.
   */
  async check(envelope: Envelope, least: number): Promise<CheckedTrust> {
    const parsed = parseEnvelope(envelope, {
      payloadType: PAYLOAD_TYPES.trust,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const value = parseJson(parsed.payload, { canonical: true });
    const trust = readTrust(value);
    if (trust.registryKey === undefined || !bytesEqual(trust.registryKey, this.#root)) {
      throw new SettldError("TRUST_ROOT_MISSING", "/registry/jwk: expected the pinned key, found another");
    }
    const [signature] = parsed.signatures;
    if (signature?.keyid !== trust.registryThumbprint) {
      throw new SettldError("TRUST_REGISTRY_KEY", "/signatures/0/keyid: expected the registry's key, found another");
    }
    await this.#checkEquation(this.#root, parsed, 0);
    const now = this.#platform.now();
    if (now >= trust.expiresAt) {
      throw new SettldError(
        "TRUST_EXPIRED",
        `expected a valid trust document, found one until ${formatInstant(trust.expiresAt)}`,
      );
    }
    if (now + AHEAD_MS < trust.issuedAt) {
      throw new SettldError(
        "TRUST_NOT_YET_VALID",
        `expected a trust document issued by now, found one of ${formatInstant(trust.issuedAt)}`,
      );
    }
    if (trust.version < least) {
      throw new SettldError("TRUST_ORDER", `expected version ${least} or later, found ${trust.version}`);
    }
    this.#version = Math.max(this.#version, trust.version);
    return { trust, document: value as unknown as TrustDocument };
  }

  /** The newest version that was seen so far. */
  get version(): number {
    return this.#version;
  }

  /** The document for an agreement, or for the caller's own parties; not older than a minute. */
  async documentOf(agreement: string | undefined, fresh = false): Promise<CheckedTrust> {
    const name = agreement ?? "";
    const kept = this.#kept.get(name);
    if (!fresh && kept !== undefined && this.#platform.now() - kept.at < FRESH_MS) return kept.trust;
    const least = this.#version;
    const trust = this.#read(agreement).then((envelope) => this.check(envelope, least));
    this.#kept.delete(name);
    this.#kept.set(name, { at: this.#platform.now(), trust });
    trust.catch(() => this.#kept.delete(name));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return trust;
  }

  /** A key of the document of an agreement; one that is not known yet may be new, so it is asked for once more. */
  async keyOf(agreement: string | undefined, keyid: string, pointer: string): Promise<TrustedKey> {
    const find = async (fresh: boolean): Promise<TrustedKey | undefined> =>
      (await this.documentOf(agreement, fresh)).trust.keys.get(keyid);
    const key = (await find(false)) ?? (await find(true));
    if (key === undefined) {
      throw new SettldError("TRUST_KEY_UNKNOWN", `${pointer}: key ${keyid} is not in the trust document`, { pointer });
    }
    return key;
  }

  /**
   * Checks every signature of an envelope: whose it is, whether it was allowed, and that it verifies.
   *
   * @param rules - whose signatures are expected, in their order.
   * @param at - when it was signed, in milliseconds since 1970.
   */
  async checkSignatures(
    agreement: string | undefined,
    envelope: ParsedEnvelope,
    rules: readonly SignerRule[],
    at: number,
  ): Promise<void> {
    if (envelope.signatures.length !== rules.length) {
      const found = `expected ${rules.length} signatures, found ${envelope.signatures.length}`;
      throw new SettldError("DSSE_SIGNATURE_COUNT", `/signatures: ${found}`, { pointer: "/signatures" });
    }
    for (const [index, rule] of rules.entries()) {
      const pointer = `/signatures/${index}/keyid`;
      const key = await this.keyOf(agreement, envelope.signatures[index]?.keyid ?? "", pointer);
      const rejection = checkSigner(key, rule, at, pointer);
      if (rejection !== undefined) throw new SettldError(rejection.code, rejection.message, { pointer });
      // Whoever holds the settler's key can write any history, so none of it counts any more.
      if (rule.role === "settler" && key.revoked?.reason === "compromised") {
        throw new SettldError("TRUST_SETTLER_COMPROMISED", `${pointer}: the settler's key is compromised`, { pointer });
      }
      await this.#checkEquation(key.publicKey, envelope, index);
    }
  }

  async #checkEquation(publicKey: Uint8Array, envelope: ParsedEnvelope, index: number): Promise<void> {
    const { crypto } = this.#platform;
    const key = await this.#open(publicKey, crypto);
    const message = pae(envelope.payloadType, envelope.payload);
    const signature = envelope.signatures[index]?.sig ?? new Uint8Array();
    const code = typeof key === "string" ? key : await verifyEd25519(crypto, key, message, signature);
    if (code !== undefined) {
      const pointer = `/signatures/${index}/sig`;
      throw new SettldError(code, `${pointer}: the signature does not verify`, { pointer });
    }
  }

  /**
   * Opens what the settler alone signs: the signature by the time and signer that the payload names.
   *
   * @returns the payload, and its digest.
   */
  async openOfSettler<T extends { readonly by: string }>(
    envelope: Envelope,
    payloadType: string,
    parse: (value: unknown) => T,
    time: keyof T & string,
  ): Promise<{ readonly payload: T; readonly digest: Digest }> {
    const parsed = parseEnvelope(envelope, { payloadType, maxPayloadBytes: LIMITS.payloadBytes, maxSignatures: 1 });
    const payload = parse(parseJson(parsed.payload, { canonical: true }));
    const rule = { party: payload.by, role: "settler", pinned: undefined } as const;
    await this.checkSignatures(undefined, parsed, [rule], parseInstant(String(payload[time]), `/${time}`));
    this.#assertSettler(payload.by);
    return { payload, digest: `sha256:${this.#platform.crypto.sha256Hex(parsed.payload)}` };
  }

  // Importing a key costs more than a verification, so it is done once.
  #open(publicKey: Uint8Array, crypto: CryptoPort): Promise<VerifyingKey | Code> {
    const name = thumbprint(publicKey);
    const found = this.#opened.get(name) ?? openPublicKey(crypto, publicKey);
    if (this.#opened.size >= KEPT_MAX) this.#opened.clear();
    this.#opened.set(name, found);
    return found;
  }
}
