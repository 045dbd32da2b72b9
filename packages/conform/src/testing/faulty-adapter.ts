/**
 * An adapter for tests that is right except where it is told to be wrong:
 * `node faulty-adapter.ts FAULT [ID [WINDOW]]`, where the fault shows at the vector ID, or at every case for `*`.
 * The fault `once` takes a path instead: without a file there, it makes one and crashes with WINDOW cases waiting;
 * `pid` writes its process id there and waits to be killed.
 */
import { existsSync, writeFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { declaredAnswer, ORACLE_HELLO, vectorOf } from "./oracle.ts";

type Case = { readonly type: string; readonly id: string; readonly op: string; readonly input: unknown };

const [fault = "none", target = "*", window = "1"] = process.argv.slice(2);

const write = (text: string | Uint8Array): void => {
  for (let at = 0, bytes = Buffer.from(text); at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // The pipe is full and the reader is busy.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
};
const send = (message: object): void => write(`${JSON.stringify(message)}\n`);

const hello = { ...ORACLE_HELLO, limits: { inFlight: Number(window) } };
const HELLOS: Readonly<Record<string, () => void>> = {
  "no-hello": () => process.exit(0),
  "hello-silent": () => setInterval(() => {}, 1000),
  "hello-garbage": () => write("starting up\n"),
  "hello-answer": () => send({ type: "ok", id: "1", verdict: "reject", code: "JSON_SYNTAX" }),
  "hello-nothing": () => send({ ...hello, features: [] }),
  "hello-unknown": () => send({ ...hello, features: ["teleport"] }),
  "hello-revision": () => send({ ...hello, revisions: ["1999-01"] }),
  "hello-shape": () => send({ type: "hello", protocol: 1 }),
  "hello-changes": () => send({ ...hello, pid: process.pid }),
  "hello-twice": () => {
    send(hello);
    send(hello);
  },
  "hello-claimless": () => send({ ...hello, roles: [] }),
  "hello-few": () => send({ ...hello, features: ["money.parse"], roles: ["verifier-core"] }),
  "hello-server": () => send({ ...hello, features: ["money.parse"], roles: [] }),
};

const right = ({ id, op, input }: Case): object => ({ type: "ok", id, ...declaredAnswer(op, input) });
const waiting: Case[] = [];

const FAULTS: Readonly<Record<string, (asked: Case) => void>> = {
  "wrong-verdict": ({ id }) => send({ type: "ok", id, verdict: "indeterminate", code: "BUNDLE_OPEN" }),
  "wrong-code": ({ id }) => send({ type: "ok", id, verdict: "reject", code: "LEDGER_UNBALANCED" }),
  "near-code": ({ id }) => send({ type: "ok", id, verdict: "reject", code: "JSON_SYNTAX" }),
  "wrong-facts": (asked) => send({ ...right(asked), facts: {} }),
  "more-facts": (asked) =>
    send({ ...right(asked), facts: { ...declaredAnswer(asked.op, asked.input).facts, extra: 1 } }),
  skip: ({ id }) =>
    send({ type: "skip", id, feature: "money.large", reason: "not yet", issue: "https://example.com/1" }),
  error: ({ id }) => send({ type: "error", id, message: "out of luck" }),
  exit: ({ op }) => {
    process.stderr.write(`panic at ${op}\n`, () => process.exit(7));
  },
  kill: () => process.kill(process.pid, "SIGKILL"),
  "half-line-kill": () => {
    write('{"type":"ok","id":"');
    process.kill(process.pid, "SIGKILL");
  },
  hang: () => setInterval(() => {}, 1000),
  garbage: () => write("listening on port 80\n"),
  "bad-json": ({ id }) => write(`{"type":"ok","id":"${id}",}\n`),
  "number-with-fraction": ({ id }) => write(`{"type":"error","id":"${id}","message":"","took":0.5}\n`),
  "empty-line": (asked) => {
    write("\n");
    send(right(asked));
  },
  "unknown-type": ({ id }) => send({ type: "maybe", id }),
  "accept-with-code": ({ id }) => send({ type: "ok", id, verdict: "accept", code: "JSON_SYNTAX", facts: {} }),
  "wrong-id": (asked) => send({ ...right(asked), id: "nobody" }),
  twice: (asked) => {
    send(right(asked));
    send(right(asked));
  },
  "long-line": () => {
    const part = Buffer.alloc(1_000_000, 0x61);
    for (let at = 0; at < 100; at += 1) write(part);
    write("\n");
  },
  "bad-utf8": ({ id }) =>
    write(Buffer.concat([Buffer.from(`{"id":"${id}","x":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')])),
  "no-line-feed": (asked) => {
    write(JSON.stringify(right(asked)));
    process.exit(0);
  },
  differs: (asked) =>
    send({
      ...right(asked),
      facts: { ...declaredAnswer(asked.op, asked.input).facts, at: `${process.hrtime.bigint()}` },
    }),
};

const answerWaiting = (): void => {
  for (const one of waiting.splice(0).reverse()) send(right(one));
};

const answer = (asked: Case): void => {
  const here = target === "*" || vectorOf(asked.op, asked.input)?.id === target;
  const act = FAULTS[fault];
  if (fault === "reverse") {
    waiting.push(asked);
    // Whatever came together is answered last first.
    if (waiting.length === 1) setTimeout(answerWaiting, 5);
  } else if (fault === "once") {
    waiting.push(asked);
    if (existsSync(target)) answerWaiting();
    else if (waiting.length === Number(window)) {
      writeFileSync(target, "");
      process.exit(9);
    }
  } else if (fault === "pid" && !existsSync(target)) {
    // Whoever waits for the file then knows that a case waits here, and whom to kill.
    writeFileSync(target, `${process.pid}`);
    setInterval(() => {}, 1000);
  } else if (here && act !== undefined) act(asked);
  else send(right(asked));
};

// Before hello, where there is time, so that answers are quick.
for (const op of ["money.parse", "digest.parse"]) vectorOf(op, {});

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
  const message = JSON.parse(line) as Case;
  if (message.type === "hello") (HELLOS[fault] ?? (() => send(hello)))();
  else if (message.type === "case") answer(message);
  else if (fault === "after-bye") send({ type: "ok", id: "1", verdict: "reject", code: "JSON_SYNTAX" });
  else if (fault === "half-line-after-bye") write("bye");
  else if (fault === "exit-after-bye") process.exitCode = 5;
  else if (fault === "stays-after-bye") setInterval(() => {}, 1000);
});
