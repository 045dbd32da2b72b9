/**
 * Sigstore on loopback: a token issuer, Fulcio, Rekor and a time-stamping authority with keys of their own, which only
 * the trusted root of the same stand-in knows. The signing code reaches it by URL, as it reaches the public one.
 *
 * `@sigstore/mock` makes certificates, promises, proofs and timestamps. Rekor's canonical form of an entry and
 * Fulcio's proof of possession, which it leaves out, are here.
 */
import { createHash, createPublicKey, generateKeyPairSync, type KeyPairKeyObjectResult, verify } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  fulcioHandler,
  type HandlerFn,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from "@sigstore/mock";

/** Whom the stand-in gives a certificate to, and what is wrong with it. */
export type StandInOptions = {
  /** Subject alternative name of the certificates. */
  readonly identity: string;
  /** Issuer of the identity. */
  readonly issuer: string;
  /** Time at which certificates are issued; by default the present. */
  readonly certifiedAt?: Date;
  /** Whether certificates carry a timestamp of a certificate log that the trusted root does not know, or none. */
  readonly certificateLog?: "unknown" | "none";
  /** Whether the log's entry names another certificate than the one that signed, as a careless log would. */
  readonly logsAnother?: true;
};

/** A running stand-in. */
export type StandIn = {
  readonly url: string;
  /** What a verifier trusts, in the form of Sigstore's `trusted_root.json`. */
  readonly trustedRoot: string;
  /** What GitHub sets for a job with `id-token: write`. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

const TOKEN = "a-token-of-the-runner";
const LOG_NAME = "https://log.stand-in.invalid";

const keys = (): KeyPairKeyObjectResult => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const base64 = (bytes: Uint8Array | ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const sha256 = (bytes: string | Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** Starts a stand-in on a free port of loopback. */
export const startStandIn = async (options: StandInOptions): Promise<StandIn> => {
  const [certificateLogKeys, authorityKeys, logKeys, timeKeys] = [keys(), keys(), keys(), keys()];
  const known = await initializeCTLog(certificateLogKeys);
  const used = options.certificateLog === "unknown" ? await initializeCTLog(keys()) : known;
  const authority = await initializeCA(
    authorityKeys,
    options.certificateLog === "none" ? undefined : used,
    options.certifiedAt,
  );
  const log = await initializeTLog(LOG_NAME, logKeys);
  // The mock writes fractions of a second without their last zeros, which verifiers refuse; authorities write none.
  const clock = new Date();
  const time = await initializeTSA(timeKeys, clock);

  const routes = new Map<string, HandlerFn>();
  const certify = fulcioHandler(authority, { subjectClaim: "identity" });
  routes.set(certify.path, (body) => (provesPossession(body) ? certify.fn(body) : refuse("no proof of possession")));
  const enter = rekorHandler(log);
  const pem = `-----BEGIN CERTIFICATE-----\n${base64(authority.rootCertificate)}\n-----END CERTIFICATE-----\n`;
  const other = `"verifier":"${Buffer.from(pem).toString("base64")}"`;
  routes.set(enter.path, (body) => {
    const entry = canonicalEntry(body);
    if (entry === undefined) return refuse("the envelope does not verify");
    return enter.fn(options.logsAnother === true ? entry.replace(/"verifier":"[^"]*"/, other) : entry);
  });
  const stamp = tsaHandler(time);
  routes.set(stamp.path, (body) => {
    clock.setTime(Math.floor(Date.now() / 1000) * 1000);
    return stamp.fn(body);
  });

  const server = createServer((request, response) => {
    const done = answer(request, routes, options);
    done.then(
      ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    trustedRoot: trustedRoot({
      authority: [authority.rootCertificate],
      time: [time.intCertificate, time.rootCertificate],
      log: log.publicKey,
      certificateLog: known.publicKey,
    }),
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?runner=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: TOKEN,
      SETTLD_FULCIO_URL: url,
      SETTLD_REKOR_URL: url,
      SETTLD_TSA_URL: url,
    },
    close: () => closed(server),
  };
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const refuse = async (response: string): ReturnType<HandlerFn> => ({ statusCode: 400, response });

type Answer = { readonly status: number; readonly type: string; readonly body: string | ArrayBufferView };

const answer = async (
  request: IncomingMessage,
  routes: ReadonlyMap<string, HandlerFn>,
  options: StandInOptions,
): Promise<Answer> => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/token") {
    const authorized = request.headers.authorization === `Bearer ${TOKEN}`;
    const value = tokenFor(options, searchParams.get("audience") ?? "");
    return {
      status: authorized ? 200 : 401,
      type: "application/json",
      body: authorized ? JSON.stringify({ value }) : "",
    };
  }
  const handler = request.method === "POST" ? routes.get(pathname) : undefined;
  if (handler === undefined) return { status: 404, type: "text/plain", body: "no such path" };
  const { statusCode, response, contentType = "text/plain" } = await handler(await text(request));
  return { status: statusCode, type: contentType, body: response };
};

/** An identity token, unsigned: the stand-in that issues it is the one that believes it. */
const tokenFor = ({ identity, issuer }: StandInOptions, audience: string): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ iss: issuer, sub: identity, identity, aud: audience })}.`;
};

type SigningRequest = {
  readonly credentials: { readonly oidcIdentityToken: string };
  readonly publicKeyRequest: {
    readonly publicKey: { readonly content: string };
    readonly proofOfPossession: string;
  };
};

/** Whether the one who asks for a certificate has the private key: it signed the subject of the token. */
const provesPossession = (body: string): boolean => {
  const { credentials, publicKeyRequest } = JSON.parse(body) as SigningRequest;
  const [, claims = ""] = credentials.oidcIdentityToken.split(".");
  const { sub, aud } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { sub: string; aud: string };
  const key = createPublicKey(publicKeyRequest.publicKey.content);
  const proof = Buffer.from(publicKeyRequest.proofOfPossession, "base64");
  return aud === "sigstore" && verify("sha256", Buffer.from(sub), key, proof);
};

type ProposedEntry = {
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] } };
};

/** What Rekor writes into its log for a proposed entry of kind `dsse` 0.0.1: digests, the signature, its certificate. */
const canonicalEntry = (body: string): string | undefined => {
  const { envelope, verifiers } = (JSON.parse(body) as ProposedEntry).spec.proposedContent;
  const { payload, payloadType, signatures } = JSON.parse(envelope) as {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly sig: string }[];
  };
  const [verifier = ""] = verifiers;
  const bytes = Buffer.from(payload, "base64");
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
  const key = createPublicKey(Buffer.from(verifier, "base64").toString());
  if (!signatures.every(({ sig }) => verify("sha256", signed, key, Buffer.from(sig, "base64")))) return undefined;
  const digest = (value: string | Uint8Array): object => ({
    algorithm: "sha256",
    value: sha256(value).toString("hex"),
  });
  return JSON.stringify({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: digest(envelope),
      payloadHash: digest(bytes),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier })),
    },
  });
};

/** The trusted root, in the form of Sigstore's. Valid from the day before, since some times are cut to seconds. */
const trustedRoot = (parts: {
  readonly authority: readonly ArrayBufferView[];
  readonly time: readonly ArrayBufferView[];
  readonly log: Buffer;
  readonly certificateLog: Buffer;
}): string => {
  const validFor = { start: new Date(Date.now() - 86_400_000).toISOString() };
  const chain = (certificates: readonly ArrayBufferView[], uri: string): object => ({
    subject: { organization: "stand-in", commonName: "stand-in" },
    uri,
    certChain: { certificates: certificates.map((one) => ({ rawBytes: base64(one) })) },
    validFor,
  });
  const log = (publicKey: Buffer, baseUrl: string): object => ({
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: base64(publicKey), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor },
    logId: { keyId: base64(sha256(publicKey)) },
  });
  const root = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [log(parts.log, LOG_NAME)],
    certificateAuthorities: [chain(parts.authority, "https://authority.stand-in.invalid")],
    ctlogs: [log(parts.certificateLog, "https://certificates.stand-in.invalid")],
    timestampAuthorities: [chain(parts.time, "https://time.stand-in.invalid")],
  };
  return `${JSON.stringify(root, null, 2)}\n`;
};
