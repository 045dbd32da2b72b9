import { type KeyObject, verify, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { base64Encode, fromUtf8, isSettldError, LIMITS, pae, parseJson } from "@settld/protocol";
import { inputError } from "../exit.ts";
import { Rejection, shown } from "./finding.ts";
import { BUNDLE_FILE } from "./folder.ts";
import type { Sigstore } from "./load-sigstore.ts";

/** Who signed, when, and what: established by certificate and logs. */
export type Signed = {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  /** Subject alternative name of the certificate. */
  readonly identity: string;
  /** Who vouched for the identity, by the certificate. */
  readonly issuer: string;
  /** Position of the entry in the transparency log. */
  readonly logIndex: string;
  /** Time of the log entry in seconds since 1970, or null where only a time-stamping authority attests the time. */
  readonly loggedAt: number | null;
};

type Bundle = ReturnType<Sigstore["bundleFromJSON"]>;
type LogEntry = Bundle["verificationMaterial"]["tlogEntries"][number];

const MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

const bad = (message: string): Rejection => new Rejection("REL_BUNDLE", BUNDLE_FILE, message);

/**
 * Reads a trusted root.
 *
 * @throws SettldError `REL_TRUSTED_ROOT` for exit code 2.
 */
export function readTrustedRoot(
  bytes: Uint8Array,
  path: string,
  sigstore: Sigstore,
): ReturnType<Sigstore["toTrustMaterial"]> {
  try {
    const material = sigstore.toTrustMaterial(sigstore.TrustedRoot.fromJSON(parseJson(bytes)));
    if (material.certificateAuthorities.length === 0 || material.tlogs.length === 0) {
      throw new Error("no certificate authority or no transparency log");
    }
    return material;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError("REL_TRUSTED_ROOT", `--trusted-root ${path}: expected a trusted root, found ${reason}`, error);
  }
}

/**
 * Checks the bundle of a release against a trusted root (REL-2 to REL-6).
 *
 * @throws Rejection with the first code that applies.
 */
export async function checkSignature(
  path: string,
  trust: ReturnType<Sigstore["toTrustMaterial"]>,
  sigstore: Sigstore,
): Promise<Signed> {
  const bundle = readBundle(await readFile(path), sigstore);
  const { certificate, entry, envelope } = partsOf(bundle);
  const publicKey = keyOf(certificate);
  // Before anything else, so that a changed payload is told as what it is. Which key it must be follows.
  const [signature] = envelope.signatures;
  const signed = pae(envelope.payloadType, envelope.payload);
  if (!verify("sha256", signed, publicKey, signature?.sig ?? Buffer.of())) {
    throw new Rejection(
      "REL_SIGNATURE",
      BUNDLE_FILE,
      "expected a signature over the statement by the certificate's key",
    );
  }
  checkEntry(entry, certificate);
  const signer = verifyBundle(bundle, trust, sigstore);
  const { subjectAlternativeName, extensions } = signer.identity ?? {};
  return {
    payload: new Uint8Array(envelope.payload),
    payloadType: envelope.payloadType,
    identity: subjectAlternativeName ?? "",
    issuer: extensions?.issuer ?? "",
    logIndex: entry.logIndex,
    loggedAt: entry.inclusionPromise === undefined ? null : Number(entry.integratedTime),
  };
}

/** Reads a bundle, which has one form only: what carries no meaning cannot be changed either. */
function readBundle(bytes: Uint8Array, sigstore: Sigstore): Bundle {
  let bundle: Bundle;
  try {
    bundle = sigstore.bundleFromJSON(parseJson(bytes, { maxBytes: LIMITS.payloadBytes }));
  } catch (error) {
    throw bad(`expected a Sigstore bundle, found ${error instanceof Error ? error.message : shown(error)}`);
  }
  if (`${JSON.stringify(sigstore.bundleToJSON(bundle))}\n` !== fromUtf8(bytes)) {
    throw bad("expected the compact form of the bundle, found another spelling of it");
  }
  if (bundle.mediaType !== MEDIA_TYPE) throw bad(`expected ${MEDIA_TYPE}, found ${shown(bundle.mediaType)}`);
  return bundle;
}

type Parts = {
  readonly certificate: Buffer;
  readonly entry: LogEntry;
  readonly envelope: {
    readonly payload: Buffer;
    readonly payloadType: string;
    readonly signatures: readonly { readonly sig: Buffer }[];
  };
};

function partsOf({ content, verificationMaterial }: Bundle): Parts {
  if (content.$case !== "dsseEnvelope") throw bad(`expected an envelope, found ${content.$case}`);
  const { content: key, tlogEntries } = verificationMaterial;
  if (key.$case !== "certificate") throw bad(`expected a certificate, found ${key.$case}`);
  const [entry] = tlogEntries;
  if (entry === undefined || tlogEntries.length !== 1) {
    throw bad(`expected one log entry, found ${tlogEntries.length}`);
  }
  const { signatures } = content.dsseEnvelope;
  if (signatures.length !== 1) throw bad(`expected one signature, found ${signatures.length}`);
  return { certificate: Buffer.from(key.certificate.rawBytes), entry, envelope: content.dsseEnvelope };
}

function keyOf(certificate: Buffer): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    throw bad("expected an X.509 certificate with a key, found bytes that are none");
  }
}

const noLog = (message: string): Rejection => new Rejection("REL_LOG", BUNDLE_FILE, message);

/**
 * What the library leaves open: the proof has to be there, agree with its checkpoint, and be about this certificate,
 * because a log takes entries of anybody.
 */
function checkEntry({ inclusionProof, canonicalizedBody, kindVersion }: LogEntry, certificate: Buffer): void {
  if (inclusionProof === undefined) throw noLog("expected an inclusion proof, found none");
  const [, size = "", root = ""] = (inclusionProof.checkpoint?.envelope ?? "").split("\n");
  if (size !== inclusionProof.treeSize) {
    throw noLog(`expected the checkpoint's tree of ${shown(size)}, found one of ${shown(inclusionProof.treeSize)}`);
  }
  if (root !== base64Encode(inclusionProof.rootHash)) {
    throw noLog(`expected the checkpoint's root ${shown(root)}, found another`);
  }
  const kind = `${kindVersion.kind} ${kindVersion.version}`;
  const logged =
    kind === "dsse 0.0.1" ? loggedByFirstVersion(canonicalizedBody) : loggedBySecondVersion(canonicalizedBody);
  if (logged === undefined || !logged.equals(certificate)) {
    throw noLog(`expected an entry with the certificate, found ${shown(kind)} with another`);
  }
}

type Loose = { readonly [name: string]: Loose | undefined } & { readonly [index: number]: Loose | undefined };

const loose = (bytes: Uint8Array): Loose => {
  try {
    return parseJson(bytes) as unknown as Loose;
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw noLog(`expected an entry in JSON, found ${error.message}`);
  }
};

/** The certificate of an entry `dsse` 0.0.1: a PEM in base64. */
function loggedByFirstVersion(body: Uint8Array): Buffer | undefined {
  const text: unknown = loose(body)["spec"]?.["signatures"]?.[0]?.["verifier"];
  if (typeof text !== "string") return undefined;
  return Buffer.from(
    Buffer.from(text, "base64")
      .toString("latin1")
      .replaceAll(/-----[A-Z ]+-----|\s/g, ""),
    "base64",
  );
}

/** The certificate of an entry `dsse` 0.0.2, which Rekor's second version writes. */
function loggedBySecondVersion(body: Uint8Array): Buffer | undefined {
  const verifier = loose(body)["spec"]?.["dsseV002"]?.["signatures"]?.[0]?.["verifier"];
  const text: unknown = verifier?.["x509Certificate"]?.["rawBytes"];
  return typeof text === "string" ? Buffer.from(text, "base64") : undefined;
}

function verifyBundle(
  bundle: Bundle,
  trust: ReturnType<Sigstore["toTrustMaterial"]>,
  sigstore: Sigstore,
): ReturnType<InstanceType<Sigstore["Verifier"]>["verify"]> {
  try {
    return new sigstore.Verifier(trust, { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 }).verify(
      sigstore.toSignedEntity(bundle),
    );
  } catch (error) {
    throw rejectionFor(error);
  }
}

/** The library has one code for all that is wrong with a certificate; which it was, its sentences say. */
function rejectionFor(error: unknown): Rejection {
  if (!(error instanceof Error)) throw error;
  const { code, cause, message } = error as {
    readonly code?: unknown;
    readonly cause?: unknown;
    readonly message: string;
  };
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  switch (code) {
    case "TIMESTAMP_ERROR":
      return new Rejection("REL_TIMESTAMP", BUNDLE_FILE, why);
    case "CERTIFICATE_ERROR":
      if (/\bSCTs?\b/.test(message)) return new Rejection("REL_SCT", BUNDLE_FILE, why);
      if (why.includes("not valid or expired")) return new Rejection("REL_CERTIFICATE_TIME", BUNDLE_FILE, why);
      return new Rejection("REL_CERTIFICATE", BUNDLE_FILE, why);
    case "SIGNATURE_ERROR":
      return new Rejection("REL_SIGNATURE", BUNDLE_FILE, why);
    default:
      if (typeof code === "string" && code.startsWith("TLOG_")) return new Rejection("REL_LOG", BUNDLE_FILE, why);
      // Its parsers of DER and of notes throw errors of their own.
      return bad(`expected certificate, log entry and timestamps that can be read, found ${why}`);
  }
}
