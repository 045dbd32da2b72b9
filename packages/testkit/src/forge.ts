import { receiptOf } from "@settld/kernel";
import {
  BUNDLE_HEADER,
  canonicalBytes,
  canonicalize,
  digestOf,
  type Envelope,
  type Evidence,
  encodeBundle,
  formatPointer,
  type JsonValue,
  PAYLOAD_TYPES,
  parseJson,
  parseJsonText,
  type Signer,
  signEnvelope,
  utf8,
} from "@settld/protocol";
import { type Cast, sealTrust, trustOf } from "./cast.ts";
import { itemOf, START, TestLog, termsOf } from "./log.ts";

// Bundles for attackers: logs whose payloads can be bent and signed again by the parties themselves.

// biome-ignore lint/suspicious/noExplicitAny: documents are bent into shapes that no type allows.
export type Bendable = any;

/** A copy that keeps a member of the name __proto__, which `structuredClone` and spreading would, and assignment would not. */
export function copyOf(value: unknown): Bendable {
  // Also of what is too long to be accepted.
  return parseJsonText(canonicalize(value as JsonValue), { maxBytes: Number.MAX_SAFE_INTEGER });
}

/** A log that has everything: two attempts, evidence, an approval, a dispute with items, a ruling, pins, references. */
export function richLog(cast: Cast): TestLog {
  const log = new TestLog(cast);
  const terms = termsOf({
    policy: {
      requirements: [
        { id: "delivered", kind: "item", item: "result.csv", mediaType: "text/csv" },
        {
          id: "constructor",
          kind: "check",
          checker: "constructor",
          item: "result.csv",
          pointer: "/score",
          op: "ge",
          value: 90,
        },
        { id: "intime", kind: "deadline", before: new Date(START + 90 * 3_600_000).toISOString() },
        { id: "liked", kind: "approval", onTimeout: "fail" },
      ],
      payout: {
        kind: "weighted",
        weights: [
          { requirement: "delivered", bps: 0 },
          { requirement: "constructor", bps: 6667 },
          { requirement: "intime", bps: 0 },
          { requirement: "liked", bps: 3333 },
        ],
      },
    },
    references: [{ rel: "order", uri: "https://buyer.example/orders/1" }],
  });
  terms.parties.checkers = { constructor: { id: terms.parties.checkers.quality.id } };
  terms.parties.buyer.keys = [cast.buyer.keyid, cast.stranger.keyid];
  log.open(terms);
  const submit = (hours: number, ...texts: string[]): void => {
    const items = texts.map((text, index) => itemOf(["result.csv", "log.txt"][index] ?? "other", text));
    for (const { evidence } of items) {
      if (!log.evidence.some(({ digest }) => digest === evidence.digest)) log.evidence.push(evidence);
    }
    log.add("work.submitted", "seller", hours, {
      attempt: (log.state?.attempts ?? 0) + 1,
      items: items.map(({ item }) => item),
    });
  };
  const answer = (hours: number, score: number, approved: boolean): void => {
    log.attest(hours, { score, note: "measured" }, "constructor");
    log.add("approval.given", "buyer", hours + 1, {
      submission: log.state?.submission?.digest,
      requirement: "liked",
      approved,
    });
  };
  submit(3, "first try");
  answer(4, 10, false);
  submit(10, "a,b\n1,2\n", "log of the second try");
  answer(11, 95, false);
  const complaint = itemOf("complaint.txt", "too late", "text/plain");
  log.evidence.push(complaint.evidence);
  log.add("dispute.opened", "seller", 20, {
    decision: log.state?.decision?.digest,
    reasonCode: "late",
    items: [complaint.item],
  });
  log.add("dispute.resolved", "arbiter", 21, { dispute: log.state?.dispute, toSeller: "9000" });
  return log;
}

/** A short log that ends in a cancellation after work was submitted. */
export function cancelledLog(cast: Cast): TestLog {
  return new TestLog(cast).open().submit(3).add("agreement.cancelled", "seller", 4, { reason: "cannot do it" });
}

/** The parts of a bundle as payloads, to be bent before they are signed. */
export type Forgery = {
  readonly events: Bendable[];
  readonly trust: Bendable[];
  readonly evidence: Evidence[];
  receipt: Bendable | undefined;
};

const envelopes = new Map<string, Promise<Envelope>>();

/** Seals a document; equal documents of equal signers are signed once, which makes ten thousand bundles affordable. */
export function sealOnce(payloadType: string, document: JsonValue, signers: readonly Signer[]): Promise<Envelope> {
  const bytes = canonicalBytes(document);
  const key = `${payloadType} ${signers.map(({ keyid }) => keyid).join(" ")} ${digestOf(bytes)}`;
  let found = envelopes.get(key);
  if (found === undefined) {
    found = signEnvelope(payloadType, bytes, signers);
    if (envelopes.size > 5000) envelopes.clear();
    envelopes.set(key, found);
  }
  return found;
}

/** Takes a closed log apart and puts it together again, bent. */
export class Forger {
  readonly cast: Cast;
  readonly #events: readonly JsonValue[];
  readonly #signers: readonly (readonly Signer[])[];
  readonly #digests: readonly string[];
  readonly #evidence: readonly Evidence[];
  readonly #receipt: JsonValue | undefined;

  constructor(log: TestLog) {
    this.cast = log.cast;
    this.#events = log.appended.map(({ payload }) => payload as unknown as JsonValue);
    this.#signers = log.appended.map(({ payload }) => log.signersOf(payload));
    this.#digests = log.appended.map(({ digest }) => digest);
    this.#evidence = log.evidence;
    const { state } = log;
    this.#receipt = state?.status === "closed" ? (receiptOf(state, state.at) as unknown as JsonValue) : undefined;
  }

  /** Number of events. */
  get length(): number {
    return this.#events.length;
  }

  /** Copies of all documents, with one embedded trust document. */
  parts(): Forgery {
    return {
      events: this.#events.map(copyOf),
      trust: [trustOf(this.cast)],
      evidence: [...this.#evidence],
      receipt: this.#receipt && copyOf(this.#receipt),
    };
  }

  /** The index of the n-th event of a type. */
  indexOf(type: string, nth = 0): number {
    const found = this.#events.flatMap((event, index) => ((event as Bendable).type === type ? [index] : []))[nth];
    if (found === undefined) throw new TypeError(`the log has no ${type}`);
    return found;
  }

  /** Points whatever names an event by digest at the event as it is now, from the given one on, up to the receipt. */
  rechain(forgery: Forgery, from = 0): void {
    const moved = new Map<string, string>();
    const follow = (value: JsonValue): JsonValue => {
      if (typeof value === "string")
        return moved.get(value) ?? moved.get(`sha256:${value}`)?.slice("sha256:".length) ?? value;
      if (value === null || typeof value !== "object") return value;
      if (Array.isArray(value)) return value.map(follow);
      for (const [name, inner] of Object.entries(value)) {
        const next = follow(inner);
        if (next !== inner) (value as Record<string, JsonValue>)[name] = next;
      }
      return value;
    };
    for (let index = from; index < forgery.events.length; index += 1) {
      if (index > from) forgery.events[index] = follow(forgery.events[index]);
      const before = this.#digests[index];
      if (before === undefined) continue;
      const after = digestOf(canonicalBytes(forgery.events[index]));
      if (after !== before) moved.set(before, after);
    }
    if (forgery.receipt !== undefined) forgery.receipt = follow(forgery.receipt);
  }

  /** Who rightly signs the event of an index. */
  signersOf(index: number): readonly Signer[] {
    return this.#signers[index] ?? [this.cast.stranger, this.cast.settler];
  }

  /** Signs everything by those who rightly sign it. */
  async sign(forgery: Forgery): Promise<Uint8Array> {
    return encodeBundle({
      events: await Promise.all(
        forgery.events.map((event, index) => sealOnce(PAYLOAD_TYPES.event, event, this.signersOf(index))),
      ),
      trust: await Promise.all(forgery.trust.map((document) => sealTrust(this.cast, document))),
      evidence: forgery.evidence,
      ...(forgery.receipt === undefined
        ? {}
        : { receipt: await sealOnce(PAYLOAD_TYPES.receipt, forgery.receipt, [this.cast.settler]) }),
    });
  }
}

/** The lines of a bundle, parsed. */
export function linesOf(bundle: Uint8Array): Bendable[] {
  return new TextDecoder()
    .decode(bundle)
    .split("\n")
    .slice(0, -1)
    .map((line) => parseJson(utf8(line), { maxBytes: 12_582_912 }));
}

/** Lines as a bundle; the first one is replaced by the header. */
export function bundleOf(lines: readonly unknown[]): Uint8Array {
  return utf8(
    [BUNDLE_HEADER, ...lines.slice(1).map((line) => canonicalize(line as JsonValue))]
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** The payload of an envelope, parsed. */
export function payloadOf(envelope: Bendable): Bendable {
  return parseJson(new Uint8Array(Buffer.from(envelope.payload, "base64")));
}

/** Bytes that were signed elsewhere, put into another envelope without signing again. */
export function withPayload(envelope: Bendable, payload: Uint8Array): Bendable {
  return { ...envelope, payload: Buffer.from(payload).toString("base64") };
}

/** One way to bend a document. */
export type Mutation = {
  readonly pointer: string;
  readonly what: string;
  readonly apply: (document: Bendable) => Bendable;
};

function nested(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

/** Values that should not be where they are put. */
export const HOSTILE: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  9_007_199_254_740_991,
  -9_007_199_254_740_991,
  "",
  "0",
  "-1",
  "01",
  "1e3",
  " 1",
  "9".repeat(31),
  `1${"0".repeat(31)}`,
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\u202eevil\u2066",
  "\u{1f600}",
  "a".repeat(300),
  "2026-02-30T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "1970-01-01T00:00:00.000Z",
  `sha256:${"0".repeat(64)}`,
  `sha256:${"A".repeat(64)}`,
  "https://stranger.example",
  [],
  {},
  [null],
  { a: 1 },
  parseJsonText('{"__proto__":{"polluted":true}}'),
  parseJsonText('{"constructor":{"prototype":{"polluted":true}}}'),
  nested(40),
];

// Values that look right: the schema lets them pass more often, so that the rules have to refuse them.
function plausible(value: JsonValue): JsonValue[] {
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [value + 1, value - 1, value * 2];
  if (typeof value !== "string") return [];
  if (/^\d{4}-\d\d-\d\dT/.test(value)) {
    return [-1, 1, 3_600_000].map((by) => new Date(Date.parse(value) + by).toISOString());
  }
  if (/^(0|[1-9]\d*)$/.test(value)) return [`${BigInt(value) + 1n}`, value === "0" ? "2" : `${BigInt(value) - 1n}`];
  if (value.startsWith("sha256:")) return [`${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}`];
  return [`${value}x`, value.slice(1), value.toUpperCase(), `${value} `];
}

/** Every way to bend a document in one place. */
export function mutationsOf(document: JsonValue): Mutation[] {
  const found: Mutation[] = [];
  const visit = (value: JsonValue, path: readonly (string | number)[]): void => {
    const pointer = formatPointer(path);
    const at = (what: string, change: (parent: Bendable, name: string | number) => void): void => {
      found.push({
        pointer,
        what,
        apply: (original) => {
          const root = { root: copyOf(original) };
          let parent: Bendable = root;
          let name: string | number = "root";
          for (const token of path) {
            parent = parent[name];
            name = token;
          }
          change(parent, name);
          return root.root;
        },
      });
    };
    const shown = JSON.stringify(value);
    for (const other of [...HOSTILE, ...plausible(value)]) {
      const text = JSON.stringify(other);
      if (text === shown) continue;
      at(`= ${text.slice(0, 60)}`, (parent, name) => {
        parent[name] = copyOf(other);
      });
    }
    if (typeof path.at(-1) === "string") {
      at("deleted", (parent, name) => {
        delete parent[name];
      });
    }
    if (Array.isArray(value)) {
      at("with a first element twice", (parent, name) => {
        parent[name] = value.length === 0 ? [1] : [copyOf(value[0]), ...copyOf(value)];
      });
      if (value.length > 0) {
        at("without its last element", (parent, name) => {
          parent[name] = copyOf(value).slice(0, -1);
        });
      }
      if (value.length > 1) {
        at("reversed", (parent, name) => {
          parent[name] = copyOf(value).reverse();
        });
      }
      for (const [index, inner] of value.entries()) visit(inner, [...path, index]);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const name of ["x", "__proto__", "constructor", "payloadType"]) {
      if (Object.hasOwn(value, name)) continue;
      at(`with a member ${name}`, (parent, key) => {
        // Text, because assignment would set the prototype instead of a member.
        const text = canonicalize(value);
        parent[key] = parseJsonText(`${text.slice(0, -1)}${text === "{}" ? "" : ","}${JSON.stringify(name)}:{"id":1}}`);
      });
    }
    for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name]);
  };
  visit(document, []);
  return found;
}
