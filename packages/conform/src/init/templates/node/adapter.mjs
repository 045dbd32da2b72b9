// Adapter of settld-conform: one JSON message a line on standard input, one answer a line on standard output.
// Standard error is free for whatever helps to find a fault.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

const accept = (facts) => ({ verdict: "accept", code: null, facts });
const reject = (code) => ({ verdict: "reject", code });

// Each op is a function of the input of a case. Bytes are base64. What stands here is what hello declares.
const ops = {
  digest: ({ bytes }) => {
    const hex = createHash("sha256").update(Buffer.from(bytes, "base64")).digest("hex");
    return accept({ digest: `sha256:${hex}` });
  },
  "digest.parse": ({ text }) =>
    /^sha256:[0-9a-f]{64}$/.test(text) ? accept({ digest: text }) : reject("DIGEST_FORMAT"),
  "money.parse": ({ text }) =>
    /^(?:0|[1-9][0-9]{0,29}|10{30})$/.test(text) ? accept({ value: text }) : reject("MONEY_VALUE"),
};

const hello = {
  type: "hello",
  protocol: 1,
  implementation: { name: "my-settld", version: "0.1.0", language: "JavaScript" },
  // The profile to conform to: verifier-core, verifier-full, kernel or issuer.
  roles: ["kernel"],
  revisions: ["{{REVISION}}"],
  features: Object.keys(ops),
  limits: { inFlight: 8 },
};

const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const answer = async ({ id, op, input }) => {
  try {
    if (!Object.hasOwn(ops, op)) throw new Error(`no op ${op}`);
    send({ type: "ok", id, ...(await ops[op](input)) });
  } catch (error) {
    // An error is a failure of the adapter. It is never a verdict.
    send({ type: "error", id, message: String(error) });
  }
};

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const message = JSON.parse(line);
  if (message.type === "hello") send(hello);
  else if (message.type === "case") await answer(message);
  else if (message.type === "bye") break;
}
process.stdin.destroy();
