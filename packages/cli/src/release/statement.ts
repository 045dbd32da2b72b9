import { isSettldError, type JsonValue, LIMITS, parseJson, URI_BASE } from "@settld/protocol";
import { Rejection, shown } from "./finding.ts";
import { BUNDLE_FILE, type FileDigests } from "./folder.ts";
import type { Signed } from "./signature.ts";

/** Type of the payload of a release's envelope (REL-7). */
const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://slsa.dev/provenance/v1";

/** How releases of this project are built (REL-12). */
const BUILD_TYPE = `${URI_BASE}build/release/v1`;

/** What a release says about itself. */
export type Statement = {
  /** Digests of the files by name. */
  readonly subjects: ReadonlyMap<string, FileDigests>;
  readonly tag: string;
  /** Versions by name of the package. */
  readonly packages: ReadonlyMap<string, string>;
  /** Who built it, as the builder says. */
  readonly builder: string;
  /** The source: repository, commit, lockfile, tools. */
  readonly sources: readonly { readonly uri: string; readonly digests: readonly string[] }[];
};

type Members = { readonly [name: string]: JsonValue };

const noStatement = (message: string): Rejection => new Rejection("REL_STATEMENT", BUNDLE_FILE, message);
const noPredicate = (message: string): Rejection => new Rejection("REL_PREDICATE", BUNDLE_FILE, message);

const isMembers = (value: JsonValue | undefined): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the statement of a signature that holds (REL-7, REL-12). */
export function readStatement({ payload, payloadType }: Pick<Signed, "payload" | "payloadType">): Statement {
  if (payloadType !== PAYLOAD_TYPE) throw noStatement(`expected ${PAYLOAD_TYPE}, found ${shown(payloadType)}`);
  const statement = parse(payload);
  if (!isMembers(statement) || statement["_type"] !== STATEMENT_TYPE) {
    throw noStatement(
      `expected ${STATEMENT_TYPE}, found ${shown(isMembers(statement) ? statement["_type"] : statement)}`,
    );
  }
  const subjects = readSubjects(statement["subject"]);
  if (statement["predicateType"] !== PREDICATE_TYPE) {
    throw noPredicate(`expected ${PREDICATE_TYPE}, found ${shown(statement["predicateType"])}`);
  }
  const definition = at(statement, "predicate", "buildDefinition");
  if (at(definition, "buildType") !== BUILD_TYPE) {
    throw noPredicate(`expected the build type ${BUILD_TYPE}, found ${shown(at(definition, "buildType"))}`);
  }
  const tag = at(definition, "externalParameters", "tag");
  const packages = at(definition, "externalParameters", "packages");
  const builder = at(statement, "predicate", "runDetails", "builder", "id");
  if (typeof tag !== "string" || typeof builder !== "string" || !isMembers(packages)) {
    throw noPredicate("expected tag, packages and builder, found less");
  }
  return {
    subjects,
    tag,
    packages: new Map(
      Object.entries(packages).map(([name, version]) => {
        if (typeof version !== "string")
          throw noPredicate(`expected a version of ${shown(name)}, found ${shown(version)}`);
        return [name, version];
      }),
    ),
    builder,
    sources: readSources(at(definition, "resolvedDependencies")),
  };
}

function parse(payload: Uint8Array): JsonValue {
  try {
    return parseJson(payload, { maxBytes: LIMITS.payloadBytes });
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw noStatement(`expected JSON, found ${error.code}: ${error.message}`);
  }
}

function at(value: JsonValue | undefined, ...names: readonly string[]): JsonValue | undefined {
  let found = value;
  for (const name of names) found = isMembers(found) ? found[name] : undefined;
  return found;
}

function readSubjects(value: JsonValue | undefined): Map<string, FileDigests> {
  if (!Array.isArray(value) || value.length === 0) throw noStatement(`expected subjects, found ${shown(value)}`);
  const subjects = new Map<string, FileDigests>();
  for (const subject of value as readonly JsonValue[]) {
    const name = at(subject, "name");
    const [sha256, sha512] = [at(subject, "digest", "sha256"), at(subject, "digest", "sha512")];
    if (typeof name !== "string" || typeof sha256 !== "string" || typeof sha512 !== "string") {
      throw noStatement(`expected a subject with name, sha256 and sha512, found ${shown(subject)}`);
    }
    if (subjects.has(name)) throw noStatement(`expected each subject once, found ${shown(name)} twice`);
    subjects.set(name, { sha256, sha512 });
  }
  return subjects;
}

// These are shown, not judged: a source that nobody can fetch here proves nothing here.
function readSources(value: JsonValue | undefined): Statement["sources"] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).flatMap((source) => {
    const [uri, digest] = [at(source, "uri"), at(source, "digest")];
    if (typeof uri !== "string") return [];
    const digests = isMembers(digest) ? Object.entries(digest) : [];
    return [
      { uri, digests: digests.map(([name, text]) => `${name}:${typeof text === "string" ? text : shown(text)}`) },
    ];
  });
}
