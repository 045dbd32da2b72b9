/**
 * An adapter that cheats, as a program of its own: `node cheat.js NAME BOOK`. It knows nothing but a book of right
 * answers, from which it departs in one way. It imports nothing else of the kit, so it starts as fast as Node does.
 */
import { readFileSync, writeSync } from "node:fs";
import { type Book, type BookAnswer, bookKey } from "./book.ts";

type Message = { readonly type: string; readonly id?: string; readonly op?: string; readonly input?: unknown };

/** What a cheat does instead of answering well. */
type Cheat = {
  readonly hello?: (hello: object) => unknown;
  /** The answer to send for a case; `undefined` sends nothing. */
  readonly answer?: (right: BookAnswer, message: Message, count: number) => object | undefined;
  /** How a line is written; otherwise as a line. */
  readonly write?: (line: string, count: number) => void;
  readonly bye?: () => void;
  readonly start?: () => void;
  /** Milliseconds before each answer. */
  readonly delayMs?: number;
};

const FOREVER_MS = 2 ** 30;

const say = (text: string | Uint8Array): void => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSome(bytes.subarray(at));
};

// A pipe that is full answers "again" where it does not wait.
const writeSome = (bytes: Uint8Array): number => {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    process.exit(0);
  }
};

const accept = (facts: object = {}): object => ({ verdict: "accept", code: null, facts });
const seen = new Map<string, number>();
let kept: BookAnswer["facts"];

/** The cheats by name. Only `honest` and `slow` do nothing wrong. */
const cheatsOf = (book: Book): Readonly<Record<string, Cheat>> => ({
  honest: {},
  slow: { delayMs: 20 },
  "accept-all": { answer: () => accept() },
  "reject-all": { answer: () => ({ verdict: "reject", code: "JSON_SYNTAX" }) },
  echo: { answer: (_right, { input }) => accept(input as object) },
  "random-verdict": {
    answer: () => (Math.random() < 0.5 ? accept() : { verdict: "reject", code: book.codes[0] ?? "" }),
  },
  "constant-facts": {
    answer: (right) => {
      if (right.verdict !== "accept") return right;
      kept ??= right.facts;
      return accept(kept);
    },
  },
  "next-code": {
    answer: (right) => {
      const at = right.code === null ? -1 : book.codes.indexOf(right.code);
      return at < 0 ? right : { ...right, code: book.codes[(at + 1) % book.codes.length] ?? "" };
    },
  },
  "no-signatures": { answer: (right) => (/^(DSSE_SIGNATURE|KEY)_/.test(right.code ?? "") ? accept() : right) },
  alternating: {
    answer: (right, { op = "", input }) => {
      const key = bookKey(op, input);
      seen.set(key, (seen.get(key) ?? 0) + 1);
      if ((seen.get(key) ?? 0) % 2 === 1) return right;
      return right.verdict === "accept" ? { verdict: "reject", code: "JSON_SYNTAX" } : accept();
    },
  },
  "skips-all": { answer: (_right, { op = "" }) => ({ type: "skip", feature: op, reason: "not today" }) },
  "errors-all": { answer: () => ({ type: "error", message: "not implemented" }) },
  "declares-nothing": { hello: (hello) => ({ ...hello, features: [] }) },
  "other-revision": { hello: (hello) => ({ ...hello, revisions: ["1999-01"] }) },
  "says-nothing": { hello: () => undefined, answer: () => undefined },
  "ends-at-once": { start: () => process.exit(0) },
  "crashes-always": { answer: () => process.exit(3) },
  "crashes-on-tenth": { answer: (right, _message, count) => (count % 10 === 0 ? process.abort() : right) },
  "hangs-always": { answer: () => undefined },
  "hangs-on-fortieth": { answer: (right, _message, count) => (count % 40 === 0 ? undefined : right) },
  garbage: { write: (line) => say(`starting up...\n${line}\n`) },
  "bad-json": { write: (line, count) => say(`${count === 3 ? line.slice(0, -1) : line}\n`) },
  "wrong-id": { answer: (right, _message, count) => (count === 3 ? { ...right, id: "nobody-asked" } : right) },
  "answers-twice": { write: (line, count) => say(count === 3 ? `${line}\n${line}\n` : `${line}\n`) },
  "long-line": {
    // 100 MB in one line, which a runner that reads whole lines would keep in memory.
    write: (line, count) => {
      if (count === 3) for (let part = 0; part < 100; part += 1) say("x".repeat(1_000_000));
      say(`${line}\n`);
    },
  },
  "invalid-utf8": {
    write: (line, count) =>
      say(count === 3 ? Buffer.concat([Buffer.from(line), Buffer.from([0xff, 0x0a])]) : `${line}\n`),
  },
  "unfinished-line": {
    write: (line, count) => {
      say(count === 3 ? line : `${line}\n`);
      if (count === 3) process.exit(0);
    },
  },
  "talks-after-bye": { bye: () => say('{"type":"hello"}\n') },
  "fails-after-bye": { bye: () => process.exit(1) },
});

/** Plays a cheat on standard input and output until the runner says goodbye. */
const play = (cheat: Cheat, book: Book): void => {
  const hello = {
    type: "hello",
    protocol: 1,
    implementation: { name: "cheat", version: "1" },
    roles: ["verifier-core", "verifier-full", "kernel", "issuer"],
    revisions: [book.revision],
    features: book.ops,
  };
  let count = 0;
  const send = (message: unknown): void => {
    if (message === undefined) return;
    const write = cheat.write ?? ((line: string) => say(`${line}\n`));
    write(JSON.stringify(message), count);
  };
  const reply = (message: Message): void => {
    count += 1;
    const right = book.answers[bookKey(message.op ?? "", message.input)] ?? { verdict: "accept", code: null };
    const answer = cheat.answer === undefined ? right : cheat.answer(right, message, count);
    if (answer !== undefined) send({ type: "ok", id: message.id, ...answer });
  };
  const handle = (line: string): void => {
    const message = JSON.parse(line) as Message;
    if (message.type === "hello") send(cheat.hello === undefined ? hello : cheat.hello(hello));
    else if (message.type === "bye") {
      cheat.bye?.();
      process.exit(0);
    } else if (cheat.delayMs === undefined) reply(message);
    else setTimeout(() => reply(message), cheat.delayMs);
  };
  cheat.start?.();
  // A cheat that says nothing stays until it is ended, even when its input ends.
  const stay = setTimeout(() => {}, FOREVER_MS);
  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) handle(line);
  });
  process.stdin.on("end", () => clearTimeout(stay));
};

const [name = "", path = ""] = process.argv.slice(2);
const book = JSON.parse(readFileSync(path, "utf8")) as Book;
const cheat = cheatsOf(book)[name];
if (cheat === undefined) throw new Error(`no cheat called ${name}`);
play(cheat, book);
