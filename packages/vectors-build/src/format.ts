import { base64Encode, REVISION, URI_BASE, utf8 } from "@settld/protocol";

/** A part of some bytes: base64, or base64 that stands several times in a row. */
export type BytesPart = string | { readonly repeat: string; readonly times: number };

/** Bytes in a vector: base64, or parts to put one after another, so that large inputs stay small files. */
export type BytesField = string | { readonly concat: readonly BytesPart[] };

/** What a case can be about. One file has one. */
export type Op =
  | "json.parse"
  | "pointer.resolve"
  | "jcs.canonicalize"
  | "digest"
  | "digest.parse"
  | "money.parse"
  | "key.parse"
  | "ed25519.verify"
  | "dsse.verify"
  | "trust.evaluate"
  | "policy.evaluate"
  | "log.reduce"
  | "ledger.replay"
  | "bundle.verify"
  | "bundle.compare"
  | "issue";

/** The input of a case, or of a group: members by name, as `vectors/README.md` lists them for each op. */
export type Input = Readonly<Record<string, unknown>>;

type Common = {
  /** Immutable, kebab-case, unique over all files. */
  readonly id: string;
  /** The clause of the specification that decides. */
  readonly clause: string;
  /** One sentence: why the case matters. */
  readonly why: string;
  /** Deliberate change of an implementation that this case, and preferably no other, notices. */
  readonly kills?: string;
  readonly input: Input;
};

/** A case that is accepted. What is recomputed from the input is declared in `facts`. */
export type AcceptCase = Common & {
  /** The only thing in which the case differs from its twin, when there is one. */
  readonly fault?: string;
  readonly twin?: string;
  readonly facts: Input;
};

/** A case with exactly one fault. */
export type FaultCase = Common & {
  readonly code: string;
  /** The one fault, in a few words with hyphens. */
  readonly fault: string;
  /** The accepted case that differs in this one thing. */
  readonly twin: string;
  readonly kills: string;
  /** JSON Pointer to the fault, in the payload or line where it stands. */
  readonly pointer?: string;
  /** Index of the offending event or transaction, from 0. */
  readonly index?: number;
  /** The code that must not win, where two faults meet on purpose. */
  readonly over?: string;
  /** Only in an indeterminate case: what holds all the same. */
  readonly facts?: Input;
  /** `reject` when absent. */
  readonly verdict?: "reject" | "indeterminate";
};

/** Cases that share a part of their input. */
export type Group = { readonly comment?: string; readonly input?: Input; readonly cases: readonly Case[] };

/** An accepted case has no code, everything else has one. */
export type Case = AcceptCase | FaultCase;

/** One file of vectors. */
export type VectorFile = {
  /** Path below `vectors/`, `<area>/<topic>.json`. */
  readonly path: string;
  readonly op: Op;
  readonly description: string;
  readonly groups: readonly Group[];
};

/** A file with one group and no shared input. */
export const file = (path: string, op: Op, description: string, cases: readonly Case[]): VectorFile => ({
  path,
  op,
  description,
  groups: [{ cases }],
});

const test = (one: Case): object => {
  const { id, clause, why, input } = one;
  const rejected = "code" in one ? one : undefined;
  return {
    id,
    clause,
    why,
    since: REVISION,
    fault: one.fault ?? null,
    verdict: rejected === undefined ? "accept" : (rejected.verdict ?? "reject"),
    code: rejected?.code ?? null,
    ...(rejected?.pointer === undefined ? {} : { pointer: rejected.pointer }),
    ...(rejected?.index === undefined ? {} : { index: rejected.index }),
    ...(rejected?.over === undefined ? {} : { over: rejected.over }),
    ...(one.facts === undefined ? {} : { facts: one.facts }),
    ...(one.twin === undefined ? {} : { twin: one.twin }),
    ...(one.kills === undefined ? {} : { kills: one.kills }),
    input,
  };
};

/** The text of a file of vectors. */
export const render = ({ op, description, groups }: VectorFile): string =>
  `${JSON.stringify(
    {
      schema: `${URI_BASE}schemas/vector.schema.json`,
      revision: REVISION,
      op,
      description,
      testGroups: groups.map(({ comment, input, cases }) => ({
        ...(comment === undefined ? {} : { comment }),
        ...(input === undefined ? {} : { input }),
        tests: cases.map(test),
      })),
    },
    null,
    1,
  )}\n`;

/** A value with every recipe of bytes in it as plain base64, as an adapter is sent it. */
export const expanded = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value !== "object" || value === null) return value;
  if ("concat" in value) {
    const parts = (value.concat as readonly BytesPart[]).map((part) =>
      typeof part === "string"
        ? Buffer.from(part, "base64")
        : Buffer.alloc(Buffer.from(part.repeat, "base64").length * part.times, part.repeat, "base64"),
    );
    return Buffer.concat(parts).toString("base64");
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expanded(member)]));
};

// Shorter runs are not worth a part of their own.
const RUN_BYTES_MIN = 1024;
const PERIODS = [1, 2, 3, 4];

/** Bytes as a field: base64, or parts where a few bytes repeat for long, in runs of at least `runBytesMin`. */
export const field = (bytes: Uint8Array | string, runBytesMin: number = RUN_BYTES_MIN): BytesField => {
  const input = typeof bytes === "string" ? utf8(bytes) : bytes;
  const parts: BytesPart[] = [];
  let from = 0;
  let at = 0;
  while (at < input.length) {
    const run = longestRun(input, at, runBytesMin);
    if (run === undefined) {
      at += 1;
      continue;
    }
    if (at > from) parts.push(base64Encode(input.subarray(from, at)));
    parts.push({ repeat: base64Encode(input.subarray(at, at + run.period)), times: run.times });
    at += run.period * run.times;
    from = at;
  }
  if (parts.length === 0) return base64Encode(input);
  if (from < input.length) parts.push(base64Encode(input.subarray(from)));
  return { concat: parts };
};

const longestRun = (
  input: Uint8Array,
  at: number,
  runBytesMin: number,
): { readonly period: number; readonly times: number } | undefined => {
  for (const period of PERIODS) {
    let end = at + period;
    while (end < input.length && input[end] === input[end - period]) end += 1;
    const times = Math.floor((end - at) / period);
    if (times * period >= runBytesMin) return { period, times };
  }
  return undefined;
};
