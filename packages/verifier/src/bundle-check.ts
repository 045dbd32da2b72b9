import { type Rejection, receiptOf } from "@settld/kernel";
import {
  BUNDLE_HEADER,
  bytesEqual,
  type CryptoPort,
  checkSignature,
  decodePoint,
  formatInstant,
  INSTANT_MAX,
  isSettldError,
  type JsonValue,
  LIMITS,
  PAYLOAD_TYPES,
  type ParsedEnvelope,
  pae,
  parseEnvelope,
  parseInstant,
  parseJson,
  parseReceipt,
  SettldError,
  utf8,
} from "@settld/protocol";
import { conclude, type Established, refuse } from "./conclusion.ts";
import { EvidenceCheck, type EvidencePosition } from "./evidence-check.ts";
import type { Line } from "./lines.ts";
import { LogCheck, toError } from "./log-check.ts";
import type { Finding, Report } from "./report.ts";
import { type EvidenceValue, SECTIONS, type Section, sectionOf } from "./sections.ts";
import { checkSigner, settlerRule } from "./signers.ts";
import { isCompromised, readTrust, type Trust, type TrustedKey } from "./trust.ts";

/** Whom to trust: a document of the user's own, or a pinned registry key. Exactly one of them is given. */
export type TrustOptions =
  | {
      /** A trust document of the user's own. */
      readonly trust: Trust;
      readonly root?: undefined;
    }
  | {
      readonly trust?: undefined;
      /** The pinned registry key, 32 bytes: use the newest embedded trust document that it signed (TRUST-8). */
      readonly root: Uint8Array;
    };

/** Whom a caller trusts, and when it asks. */
export type CheckOptions = TrustOptions & {
  /** Time of verification in whole milliseconds since 1970; without it the receipt's or the head's `at` counts. */
  readonly now?: number;
};

/** One signature equation that is left to check. */
export type SignatureJob = {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

const HEADER_BYTES = utf8(BUNDLE_HEADER);

// A parsed payload takes up to thirty times its bytes. Honest ones are small and are kept until the log is checked; larger
// ones are parsed again then, so that a log of 32 MiB cannot fill a gigabyte.
const KEPT_PAYLOAD_BYTES = 4096;

type EventLine = {
  readonly line: number;
  readonly envelope: ParsedEnvelope;
  readonly value: JsonValue | undefined;
  /** For each signature the number of its job, when it could be started already. */
  readonly jobs: readonly (number | undefined)[];
};
/** Where a signature stands in the order of evaluation, the number of its job, and how far the check had come. */
type JobSite = {
  readonly job: number;
  readonly line: number;
  readonly seq?: number;
  readonly pointer: string;
  readonly publicKey: Uint8Array;
  readonly trust: Trust | undefined;
  readonly established: number;
  readonly evidence: EvidencePosition;
};

/**
 * The whole check of one bundle as a synchronous machine: it is fed lines, hands out the signature equations that
 * are left to check, and turns their results into a report. How the equations are
 * checked, one after another or overlapping, cannot change the report.
 */
export class BundleCheck {
  /** Withheld items whose bytes the caller supplied and found to match. */
  supplied = 0;

  readonly #options: CheckOptions;
  readonly #crypto: CryptoPort;
  readonly #onJob: (job: SignatureJob) => void;
  #jobs = 0;
  readonly #jobSites: JobSite[] = [];
  #section: Section = "header";
  #failure: Finding | undefined;
  #logBytes = 0;
  #eventLines: EventLine[] = [];
  readonly #embedded: Trust[] = [];
  #trust: Trust | undefined;
  readonly #log: LogCheck;
  readonly #evidence: EvidenceCheck;
  #receipt: { readonly digest: string; readonly at: number; readonly key: TrustedKey } | undefined;

  constructor(options: CheckOptions, crypto: CryptoPort, onJob: (job: SignatureJob) => void) {
    if ((options.trust === undefined) === (options.root === undefined)) {
      throw new TypeError("expected exactly one of `trust` and `root`");
    }
    const { trust, root, now } = options;
    // Without types, a parsed trust file or a key as text would pass for what is meant, and condemn a good bundle.
    if (trust !== undefined && !(trust.keys instanceof Map)) {
      throw new TypeError("expected `trust` from parseTrust()");
    }
    if (root !== undefined && !(root instanceof Uint8Array && root.length === 32)) {
      throw new TypeError("expected `root` as the 32 raw bytes of the registry's public key");
    }
    if (now !== undefined && !(Number.isSafeInteger(now) && now >= 0 && now <= INSTANT_MAX)) {
      throw new TypeError(`expected \`now\` in milliseconds since 1970, up to the year 9999, found ${now}`);
    }
    this.#options = options;
    this.#crypto = crypto;
    this.#onJob = onJob;
    this.#log = new LogCheck(crypto);
    this.#evidence = new EvidenceCheck(crypto);
  }

  /** Digest and size of withheld evidence, for callers that can supply the bytes. */
  get withheld(): readonly { readonly digest: string; readonly size: number }[] {
    return this.#evidence.withheld;
  }

  /** True once a failure is known after which no further line can change the verdict. */
  get stopped(): boolean {
    return this.#failure !== undefined;
  }

  /** Takes the next line. */
  line(line: Line): void {
    this.#guard(line.number, undefined, () => this.#take(line));
  }

  /** Records a failure of the container that was found while cutting lines. */
  fail(error: unknown, line: number): void {
    this.#guard(line, undefined, () => {
      throw error;
    });
  }

  /** Takes the end of the file. `unfinished` tells that bytes without a line feed were left over. */
  end(unfinished: boolean, lines: number): void {
    this.#guard(unfinished ? lines : undefined, undefined, () => {
      if (this.#section === "header") throw headerError();
      if (unfinished) throw new SettldError("BUNDLE_TRUNCATED", "expected a line feed at the end of the file");
      if (this.#section === "events" || this.#section === "trust") this.#checkLog();
      this.#evidence.assertComplete();
    });
    if (this.stopped) return;
    this.#checkVouching();
    this.#log.auditLedger();
  }

  /** Records that supplied evidence does not have the digest or size that the log names. */
  failEvidence(code: "BUNDLE_EVIDENCE_DIGEST" | "BUNDLE_EVIDENCE_SIZE", message: string): void {
    this.#record({ code, message });
  }

  /**
   * Concludes.
   *
   * @param results - for each job in the order in which it was handed out, whether its equation holds.
   */
  report(results: readonly boolean[]): Report {
    const site = this.#jobSites.find(({ job }) => results[job] === false);
    let failure = this.#failure;
    // After a failure no signature is looked at any more, so one that does not verify stands before it.
    if (site !== undefined) {
      failure = {
        // Under a key that is no point no equation holds; looking only now keeps valid bundles fast (KEY-6).
        ...(decodePoint(site.publicKey) === undefined ? notOnCurve(site.pointer) : notSigned(site.pointer)),
        line: site.line,
        ...(site.seq === undefined ? {} : { seq: site.seq }),
      };
      this.#rewind(site);
    }
    return failure === undefined ? conclude(this.#established()) : refuse(this.#established(), failure);
  }

  // What was built on forged bytes is not established, and a verifier that stops at them has not seen what follows:
  // its report must be the same (BUNDLE-14).
  #rewind(site: JobSite): void {
    this.#log.chain.length = site.established;
    this.#trust = site.trust;
    this.#evidence.rewind(site.evidence);
    this.#receipt = undefined;
    this.supplied = 0;
  }

  #guard(line: number | undefined, seq: number | undefined, step: () => void): void {
    // What stands behind a failure is not looked at.
    if (this.stopped) return;
    try {
      step();
    } catch (error) {
      if (!isSettldError(error)) throw error;
      this.#record({
        code: error.code,
        ...(line === undefined ? {} : { line }),
        ...(seq === undefined ? {} : { seq }),
        ...(error.pointer === undefined || error.pointer === "" ? {} : { pointer: error.pointer }),
        message: error.message,
      });
    }
  }

  #record(finding: Finding): void {
    this.#failure ??= finding;
  }

  #take({ number, bytes }: Line): void {
    if (this.#section === "header") {
      if (!bytesEqual(bytes, HEADER_BYTES)) throw headerError();
      this.#section = "events";
      return;
    }
    const value = parseJson(bytes, { canonical: true, maxBytes: LIMITS.lineBytes });
    const section = sectionOf(value);
    this.#enter(section);
    if (this.stopped) return;
    switch (section) {
      case "events":
        this.#takeEvent(number, value);
        break;
      case "trust":
        this.#takeTrust(number, value);
        break;
      case "evidence":
        this.#evidence.take(value as EvidenceValue);
        break;
      default:
        this.#takeReceipt(number, value);
    }
  }

  // Entering a section concludes the ones before it; that is what makes the order of evaluation independent of
  // how the trust document is found (BUNDLE-14).
  #enter(section: Section): void {
    const from = SECTIONS.indexOf(this.#section);
    const to = SECTIONS.indexOf(section);
    if (to < from || this.#receipt !== undefined) {
      throw new SettldError("BUNDLE_ORDER", `found a line of section ${section} after section ${this.#section}`);
    }
    if (from <= SECTIONS.indexOf("trust") && to > SECTIONS.indexOf("trust")) this.#checkLog();
    this.#section = section;
  }

  #takeEvent(line: number, wrapped: JsonValue): void {
    if (this.#eventLines.length === LIMITS.events) {
      throw new SettldError("LIMIT_EVENTS", `expected at most ${LIMITS.events} events, found more`);
    }
    const envelope = parseEnvelope(wrapped, {
      payloadType: PAYLOAD_TYPES.event,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 2,
    });
    this.#logBytes += envelope.payload.length;
    if (this.#logBytes > LIMITS.logBytes) {
      throw new SettldError("LIMIT_LOG_BYTES", `expected event payloads of at most ${LIMITS.logBytes} bytes in all`);
    }
    const value = parseJson(envelope.payload, { canonical: true });
    const kept = envelope.payload.length > KEPT_PAYLOAD_BYTES ? undefined : value;
    this.#eventLines.push({ line, envelope, value: kept, jobs: this.#startEarly(envelope) });
  }

  #takeTrust(line: number, value: JsonValue): void {
    if (this.#embedded.length === LIMITS.trustDocuments) {
      throw new SettldError("LIMIT_TRUST_DOCUMENTS", `expected at most ${LIMITS.trustDocuments} trust documents`);
    }
    const envelope = parseEnvelope(value, {
      payloadType: PAYLOAD_TYPES.trust,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const trust = readTrust(parseJson(envelope.payload, { canonical: true }));
    const [signature] = envelope.signatures;
    if (signature === undefined) throw new Error("signature count was checked");
    if (trust.registryKey === undefined || trust.registryThumbprint !== signature.keyid) {
      throw new SettldError("TRUST_REGISTRY_KEY", "/registry/jwk: expected the key that signed the document", {
        pointer: "/registry/jwk",
      });
    }
    const last = this.#embedded.at(-1);
    if (last !== undefined && !precedes(last, trust)) {
      throw new SettldError("TRUST_ORDER", `expected a document after version ${last.version} of ${last.registry}`);
    }
    this.#checkEquation({ line, pointer: "/signatures/0" }, trust.registryKey, envelope, signature.sig);
    this.#embedded.push(trust);
  }

  #checkLog(): void {
    // What is missing from the file as a whole stands in no line.
    this.#guard(undefined, undefined, () => {
      if (this.#eventLines.length === 0) {
        throw new SettldError("BUNDLE_EMPTY", "expected at least one event, found none");
      }
      this.#trust = this.#options.trust ?? this.#selectEmbedded();
    });
    for (const [seq, event] of this.#eventLines.entries()) {
      this.#guard(event.line, seq, () => this.#checkEvent(seq, event));
    }
    if (this.stopped) return;
    this.#eventLines = [];
    // A map keeps insertion order, which is the order of first reference.
    this.#evidence.expect(this.#log.state?.itemSizes ?? []);
  }

  #selectEmbedded(): Trust {
    const { root } = this.#options;
    let found: Trust | undefined;
    for (const trust of this.#embedded) {
      if (root === undefined || trust.registryKey === undefined || !bytesEqual(trust.registryKey, root)) continue;
      if (found === undefined || trust.version >= found.version) found = trust;
    }
    if (found === undefined) {
      throw new SettldError(
        "TRUST_ROOT_MISSING",
        "expected a trust document under the pinned registry key, found none",
      );
    }
    return found;
  }

  #checkEvent(seq: number, { line, envelope, value, jobs }: EventLine): void {
    const keys = envelope.signatures.map(({ keyid, sig }, index) => {
      const pointer = `/signatures/${index}`;
      const key = this.#lookUp(keyid, `${pointer}/keyid`);
      this.#checkEquation({ line, seq, pointer }, key.publicKey, envelope, sig, jobs[index]);
      return key;
    });
    this.#log.take({ line, bytes: envelope.payload, value: value ?? parseJson(envelope.payload), keys });
  }

  #lookUp(keyid: string, pointer: string): TrustedKey {
    const key = this.#trust?.keys.get(keyid);
    if (key === undefined) {
      throw new SettldError("TRUST_KEY_UNKNOWN", `${pointer}: key ${keyid} is not in the trust document`, { pointer });
    }
    return key;
  }

  // Where the trust document is known from the start, other cores can work on the signatures while lines are read.
  // Whether their results count, and for what, is decided in the order of evaluation.
  #startEarly(envelope: ParsedEnvelope): (number | undefined)[] {
    const { trust } = this.#options;
    if (trust === undefined) return [];
    const message = pae(envelope.payloadType, envelope.payload);
    return envelope.signatures.map(({ keyid, sig }) => {
      const key = trust.keys.get(keyid);
      return key === undefined || checkSignature(sig) !== undefined
        ? undefined
        : this.#start(key.publicKey, message, sig);
    });
  }

  #start(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): number {
    this.#onJob({ publicKey, message, signature });
    this.#jobs += 1;
    return this.#jobs - 1;
  }

  // Everything about a signature but its equation is checked here and now.
  #checkEquation(
    site: { readonly line: number; readonly seq?: number; readonly pointer: string },
    publicKey: Uint8Array,
    envelope: ParsedEnvelope,
    signature: Uint8Array,
    started?: number,
  ): void {
    const code = checkSignature(signature);
    if (code !== undefined) {
      if (decodePoint(publicKey) === undefined) throw toError(notOnCurve(site.pointer));
      const pointer = `${site.pointer}/sig`;
      throw new SettldError(code, `${pointer}: not a strict Ed25519 signature`, { pointer });
    }
    const job = started ?? this.#start(publicKey, pae(envelope.payloadType, envelope.payload), signature);
    this.#jobSites.push({
      ...site,
      job,
      publicKey,
      trust: this.#trust,
      established: this.#log.chain.length,
      evidence: this.#evidence.position,
    });
  }

  #takeReceipt(line: number, value: JsonValue): void {
    this.#evidence.assertComplete();
    const { state } = this.#log;
    const envelope = parseEnvelope(value, {
      payloadType: PAYLOAD_TYPES.receipt,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const payload = parseJson(envelope.payload, { canonical: true });
    const [signature] = envelope.signatures;
    if (signature === undefined) throw new Error("signature count was checked");
    const key = this.#lookUp(signature.keyid, "/signatures/0/keyid");
    this.#checkEquation({ line, pointer: "/signatures/0" }, key.publicKey, envelope, signature.sig);
    if (state === undefined || state.status !== "closed") {
      throw new SettldError("RECEIPT_NOT_CLOSED", `expected no receipt in state ${state?.status ?? "none"}`);
    }
    const receipt = parseReceipt(payload);
    const at = parseInstant(receipt.predicate.at, "/predicate/at");
    const expected = receiptOf(state, at);
    const pointer = firstDifference(expected, payload, "");
    if (pointer !== undefined) {
      throw new SettldError("RECEIPT_MISMATCH", `${pointer}: differs from what the log gives`, { pointer });
    }
    if (at < state.at) {
      throw new SettldError(
        "RECEIPT_BEFORE_CLOSE",
        `/predicate/at: expected ${formatInstant(state.at)} or later, found ${receipt.predicate.at}`,
        { pointer: "/predicate/at" },
      );
    }
    const rejection = checkSigner(key, settlerRule(state), at, "/signatures/0/keyid");
    if (rejection !== undefined) throw toError(rejection);
    this.#receipt = { digest: `sha256:${this.#crypto.sha256Hex(envelope.payload)}`, at, key };
  }

  /** A compromised party key counts only where a settler key that is not compromised vouches for it (TRUST-15). */
  #checkVouching(): void {
    const { unvouched } = this.#log;
    if (unvouched === undefined || this.#isVouchedFor) return;
    this.#record({
      code: "TRUST_KEY_COMPROMISED",
      ...unvouched,
      pointer: "/signatures/0/keyid",
      message: "/signatures/0/keyid: key is compromised, and so is the settler key that admitted the event",
    });
  }

  get #isVouchedFor(): boolean {
    return this.#receipt !== undefined && !isCompromised(this.#receipt.key);
  }

  #established(): Established {
    const compromised = this.#log.firstCompromised;
    const { referenced, seen, withheld } = this.#evidence.position;
    const { chain } = this.#log;
    return {
      source: this.#options.trust === undefined ? "embedded" : "own",
      trust: this.#trust,
      state: this.#log.state,
      now: this.#options.now,
      receipt: this.#receipt,
      settlerCompromised: compromised >= 0,
      evidence: { referenced, inline: seen - withheld, withheld, supplied: this.supplied },
      // Whoever holds a compromised settler key could write the rest, so it proves nothing against the settler.
      chain: compromised < 0 || this.#isVouchedFor ? chain : chain.slice(0, compromised),
    };
  }
}

function notOnCurve(site: string): Rejection {
  const pointer = `${site}/keyid`;
  return { code: "KEY_NOT_ON_CURVE", pointer, message: `${pointer}: key is not a point of the curve` };
}

function notSigned(site: string): Rejection {
  const pointer = `${site}/sig`;
  return { code: "DSSE_SIGNATURE_INVALID", pointer, message: `${pointer}: signature does not verify over the payload` };
}

function headerError(): SettldError {
  return new SettldError("BUNDLE_HEADER", `expected ${BUNDLE_HEADER} as the first line`);
}

function precedes(a: Trust, b: Trust): boolean {
  return a.registry === b.registry ? a.version < b.version : a.registry < b.registry;
}

// Both passed one closed schema: they have the same members, of the same types, and no null.
function firstDifference(expected: unknown, found: unknown, pointer: string): string | undefined {
  if (typeof expected !== "object") return expected === found ? undefined : pointer;
  const want = expected as { readonly [name: string]: unknown };
  const got = found as { readonly [name: string]: unknown };
  for (const name of Object.keys(want).sort()) {
    const inner = firstDifference(want[name], got[name], `${pointer}/${name}`);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
