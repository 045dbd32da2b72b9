import { wellFormed } from "@settld/output";
import { canonicalize, isSettldError, type JsonValue, parseJson, SettldError } from "@settld/protocol";
import type { Input } from "./answer.ts";
import { hello } from "./index.ts";
import { answer, OPS } from "./ops.ts";

// The longest line of a runner (CONF-1).
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const LINE_FEED = 10;
const MESSAGE_LENGTH_MAX = 1000;

/**
 * Speaks the adapter protocol (CONF-1 to CONF-6) until the runner says `bye` or closes its end. Cases run side by side,
 * and answers go out as they come.
 *
 * @param input - lines of the runner, in chunks of any size.
 * @param send - takes one line with its line feed.
 * @throws SettldError `CLI_INPUT` for a line that is no message of a runner.
 */
export async function serveAdapter(
  input: AsyncIterable<Uint8Array>,
  send: (line: string) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let number = 0;
  for await (const line of linesOf(input)) {
    if (failure !== undefined) break;
    number += 1;
    const message = readMessage(line, number);
    if (message["type"] === "bye") break;
    if (message["type"] === "hello") {
      await send(`${canonicalize(hello)}\n`);
      continue;
    }
    const { id, op, input: given } = readCase(message, number);
    const work = settle(id, op, given)
      .then(send)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(work));
    running.add(work);
    if (running.size >= hello.limits.inFlight) await Promise.race(running);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.error;
}

async function settle(id: string, op: string, input: Input): Promise<string> {
  if (!Object.hasOwn(OPS, op)) {
    return `${canonicalize({ type: "skip", id, feature: op, reason: "this implementation has no such op" })}\n`;
  }
  try {
    const { verdict, code, facts } = await answer(op, input);
    return `${canonicalize({ type: "ok", id, verdict, code, ...(verdict === "reject" ? {} : { facts }) })}\n`;
  } catch (error) {
    // Input that does not fit the op, or a bug: the case has failed, the others go on.
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return `${canonicalize({ type: "error", id, message: wellFormed(message.slice(0, MESSAGE_LENGTH_MAX)) })}\n`;
  }
}

function readMessage(line: Uint8Array, number: number): { readonly [name: string]: JsonValue } {
  try {
    const value = parseJson(line, { maxBytes: LINE_BYTES_MAX });
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as { readonly [name: string]: JsonValue };
    }
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw new SettldError("CLI_INPUT", `line ${number}: expected a message of a runner: ${error.message}`);
  }
  throw new SettldError("CLI_INPUT", `line ${number}: expected a message of a runner, found no object`);
}

function readCase(
  { type, id, op, input }: { readonly [name: string]: JsonValue },
  number: number,
): { readonly id: string; readonly op: string; readonly input: Input } {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  if (type !== "case" || typeof id !== "string" || typeof op !== "string" || !isObject) {
    throw new SettldError("CLI_INPUT", `line ${number}: expected hello, a case with id, op and input, or bye`);
  }
  return { id, op, input };
}

/** Splits chunks into lines; what stands behind the last line feed is a line as well. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      size += part.length;
      if (size > LINE_BYTES_MAX) {
        throw new SettldError("CLI_INPUT", `expected lines of at most ${LINE_BYTES_MAX} bytes, found a longer one`);
      }
      if (end < 0) {
        if (part.length > 0) parts.push(part);
        break;
      }
      yield parts.length === 0 ? part : join([...parts, part], size);
      parts = [];
      size = 0;
      from = end + 1;
    }
  }
  if (size > 0) yield join(parts, size);
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
