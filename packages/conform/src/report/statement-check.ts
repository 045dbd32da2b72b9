import {
  isSettldError,
  LIMITS,
  pae,
  parseEnvelope,
  parseJson,
  SettldError,
  thumbprint,
  verifyEd25519,
} from "@settld/protocol";
import { defaultCrypto } from "@settld/protocol/crypto";
import type { ReportContext } from "./formats/format.ts";
import { sameCanonically } from "./read-report.ts";
import type { ConformanceReport } from "./report.ts";
import { type NamedFile, STATEMENT_TYPE, type Statement, type Subject, statementOf, subjectOf } from "./statement.ts";

/** What a statement is held against. */
export type StatementCheck = {
  readonly report: ConformanceReport;
  /** The file of the report. Its name does not matter, because files are renamed on their way. */
  readonly file: NamedFile;
  readonly context: ReportContext;
  /** The only key whose signature counts, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Files that have to be among the subjects, by their bytes. */
  readonly tested: readonly NamedFile[];
};

/**
 * Verifies a signed statement about a report and returns its subjects behind the report.
 *
 * @throws SettldError `CONF_REPORT` for a wrong envelope, key, signature, subject or result.
 */
export const checkStatement = async (envelope: Uint8Array, check: StatementCheck): Promise<readonly Subject[]> => {
  const statement = parseStatement(await verifiedPayload(envelope, check.publicKey));
  const [about, ...tested] = statement.subject;
  const { sha256 } = subjectOf(check.file).digest;
  if (about?.digest.sha256 !== sha256) {
    throw wrong(`the report as the first subject, sha256 ${sha256}`, about?.digest.sha256);
  }
  for (const file of check.tested) {
    const { sha256 } = subjectOf(file).digest;
    if (!tested.some(({ digest }) => digest.sha256 === sha256)) throw wrong(`${file.name} among the subjects`, "none");
  }
  // Whatever else it says follows from the report, so it is written again and compared.
  const again: Statement = { ...statementOf(check.report, check.context, check.file, []), subject: statement.subject };
  if (!sameCanonically(statement, again)) {
    const { result } = again.predicate;
    throw wrong(`a result that follows from the report (${result})`, statement.predicate.result ?? "another");
  }
  return tested;
};

const verifiedPayload = async (bytes: Uint8Array, publicKey: Uint8Array): Promise<Uint8Array> => {
  try {
    const value = parseJson(bytes, { canonical: true, maxBytes: LIMITS.lineBytes });
    const { payload, signatures } = parseEnvelope(value, {
      payloadType: STATEMENT_TYPE,
      maxPayloadBytes: LIMITS.payloadBytes,
      maxSignatures: 1,
    });
    const [signature] = signatures;
    const keyid = thumbprint(publicKey);
    if (signature?.keyid !== keyid) throw wrong(`a signature of the key ${keyid}`, signature?.keyid ?? "none");
    const code = await verifyEd25519(defaultCrypto, publicKey, pae(STATEMENT_TYPE, payload), signature.sig);
    if (code !== undefined) throw wrong("a signature that verifies", code);
    return payload;
  } catch (error) {
    if (!isSettldError(error) || error.code === "CONF_REPORT") throw error;
    throw wrong("a signed statement in a DSSE envelope", `${error.code}: ${error.message}`);
  }
};

const parseStatement = (payload: Uint8Array): Statement => {
  try {
    const value = parseJson(payload, { canonical: true }) as unknown as Statement;
    if (isStatement(value)) return value;
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw wrong("an in-toto statement", `${error.code}: ${error.message}`);
  }
  throw wrong("an in-toto statement with subjects of a name and a sha256, and a predicate", "another");
};

// As much as is needed to compare it with the one that follows from the report.
const isStatement = (value: Statement): boolean =>
  isObject(value) && Array.isArray(value.subject) && value.subject.every(isSubject) && isObject(value.predicate);

const isSubject = (value: unknown): value is Subject =>
  isObject(value) &&
  Object.keys(value).sort().join() === "digest,name" &&
  typeof value["name"] === "string" &&
  isObject(value["digest"]) &&
  Object.keys(value["digest"]).join() === "sha256" &&
  /^[0-9a-f]{64}$/.test(String(value["digest"]["sha256"]));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (expected: string, found: unknown): SettldError =>
  new SettldError("CONF_REPORT", `statement: expected ${expected}, found ${String(found ?? "none")}`);
