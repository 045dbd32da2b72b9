import { isBuiltin } from "node:module";
import { posix } from "node:path";

/** A test as it stands in a file, with the op and the group's input. */
export type Found = {
  readonly path: string;
  readonly op: string;
  readonly id: string;
  readonly clause: string;
  readonly verdict: string;
  readonly code: string | null;
  readonly fault: string | null;
  readonly pointer?: string;
  readonly over?: string;
  readonly twin?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
};

/** What the lint needs to know of the specification and the registry. */
export type Rules = {
  /** Text of each clause, by id. */
  readonly clauses: ReadonlyMap<string, string>;
  readonly codes: Readonly<Record<string, { readonly clause: string; readonly verdict: string }>>;
};

const MODULES = ["@settld/protocol", "@settld/protocol/crypto", "@noble/curves/ed25519.js"];

// Sources are in folders of several depths: what counts is where an import ends, not how many steps up it takes.
const leaves = (path: string, specifier: string): boolean =>
  posix.join(posix.dirname(path.replaceAll("\\", "/")), specifier).startsWith("../");

/** Imports that a generator must not have: expectations come from authors, never from an implementation. */
export const checkImports = (path: string, text: string): string[] =>
  [...text.matchAll(/\b(?:from\s*|import\s*\(?\s*)"([^"]+)"/g)]
    .map(([, specifier = ""]) => specifier)
    .filter((specifier) => !/^\.\.?\//.test(specifier) || leaves(path, specifier))
    .filter((specifier) => !isBuiltin(specifier) && !MODULES.includes(specifier))
    .map((specifier) => `${path}: must not import ${specifier}`);

const areaOf = (name: string): string => name.replace(/[-_].*$/, "");

/** Codes that an implementation reports, in whatever member of the answer. */
const codesOf = ({ code, facts }: Found): string[] => [
  ...(code === null ? [] : [code]),
  ...((facts?.["notes"] as string[] | undefined) ?? []),
  ...((facts?.["requirements"] as { readonly code: string }[] | undefined) ?? []).map((one) => one.code),
];

/** Checks all tests together; one sentence for each that is wrong. */
export const checkTests = (tests: readonly Found[], { clauses, codes }: Rules): string[] => {
  const wrong: string[] = [];
  const byId = new Map<string, Found>();
  const faults = new Map<string, string>();
  for (const test of tests) {
    const { id, path } = test;
    const say = (what: string): void => void wrong.push(`${path} ${id}: ${what}`);
    if (byId.has(id)) say("the id stands twice");
    byId.set(id, test);
    const text = clauses.get(test.clause);
    if (text === undefined) say(`there is no clause ${test.clause}`);
    if (test.code !== null && !(test.code in codes)) say(`there is no code ${test.code}`);
    if (test.over !== undefined && !(test.over in codes)) say(`there is no code ${test.over}`);
    // A case about notes has the code of its doubt, whatever the note is.
    if (test.code !== null && test.over === undefined && test.facts?.["notes"] === undefined) {
      const named =
        codes[test.code]?.clause === test.clause ||
        areaOf(test.code) === areaOf(test.clause) ||
        text?.includes(test.code);
      if (!named) say(`clause ${test.clause} has nothing to do with ${test.code}`);
    }
    if (test.verdict === "indeterminate" && test.code !== null && codes[test.code]?.verdict !== "indeterminate") {
      say(`${test.code} is no reason to be indeterminate`);
    }
    if (test.verdict === "reject") {
      const key = [test.op, test.clause, test.pointer ?? "", test.fault].join(" ");
      const other = faults.get(key);
      if (other !== undefined) say(`has clause, pointer and fault of ${other}`);
      faults.set(key, id);
    }
    if (path.startsWith("precedence/") !== (test.over !== undefined) && !path.startsWith("limit/")) {
      say("two faults belong to precedence/, and nothing else does");
    }
  }
  for (const { id, path, twin } of tests) {
    if (twin === undefined) continue;
    const other = byId.get(twin);
    if (other?.verdict !== "accept") wrong.push(`${path} ${id}: twin ${twin} is no accepted test`);
  }
  return wrong;
};

// Codes of errors are for programs that are used or spoken to wrongly. These two are answers as well: where such a text
// is asked for by itself the verdict is `reject`.
const TEXTS = ["DIGEST_FORMAT", "MONEY_VALUE"];

/** Codes that stand in an answer of an adapter. */
const answered = ({ codes }: Rules): string[] =>
  Object.entries(codes)
    .filter(([code, { verdict }]) => verdict !== "error" || TEXTS.includes(code))
    .map(([code]) => code);

/**
 * Codes that an adapter can return and that fewer than two tests expect. Tests that share clause, pointer and fault count
 * as one: they would find the same mistake.
 */
export const uncovered = (tests: readonly Found[], rules: Rules): string[] => {
  const found = new Map<string, Set<string>>();
  for (const test of tests) {
    const key = [test.clause, test.pointer ?? "", test.fault ?? ""].join(" ");
    for (const code of codesOf(test)) found.set(code, (found.get(code) ?? new Set()).add(key));
  }
  return answered(rules).filter((code) => (found.get(code)?.size ?? 0) < 2);
};

/**
 * Checks that every clause that demands something, by MUST or by a code of an answer, is decided by a test or has a reason
 * why none can decide it; one sentence for each that is wrong. A reason for a clause that has a test, or for none at all,
 * is stale.
 */
export const checkClauses = (
  tests: readonly Found[],
  rules: Rules,
  untestable: Readonly<Record<string, string>>,
): string[] => {
  const { clauses, codes } = rules;
  const decided = new Set(tests.map(({ clause }) => clause));
  const refusing = new Set(answered(rules).map((code) => codes[code]?.clause));
  return [
    ...[...clauses]
      .filter(([clause, text]) => /\bMUST\b/.test(text) || refusing.has(clause))
      .filter(([clause]) => !decided.has(clause) && !Object.hasOwn(untestable, clause))
      .map(([clause]) => `${clause} has no test, and untestable.json does not say why`),
    ...Object.entries(untestable).flatMap(([clause, reason]) => [
      ...(clauses.has(clause) ? [] : [`untestable.json: there is no clause ${clause}`]),
      ...(decided.has(clause) ? [`untestable.json: ${clause} has a test`] : []),
      ...(reason.trim() === "" ? [`untestable.json: ${clause} has no reason`] : []),
    ]),
  ];
};
