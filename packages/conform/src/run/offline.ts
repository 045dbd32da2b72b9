import { createReadStream } from "node:fs";
import { isSystemError, reasonOf } from "@settld/output";
import { isSettldError, REVISION, SettldError } from "@settld/protocol";
import { lineReader } from "../adapter/lines.ts";
import { brokenMessage, LINE_BYTES_MAX, lineTooLong, outcomeOf } from "../adapter/message.ts";
import { parseHello, replyEvent } from "../adapter/session.ts";
import type { AdapterHello } from "../gen/types.ts";
import type { Asking, Plan, PlannedQuestion } from "./plan.ts";

/**
 * Reads the lines that an adapter wrote for the lines of `emit`, and settles the cases of the plan.
 *
 * @param file - path, or `-` for standard input.
 * @throws SettldError `CLI_INPUT` when the file cannot be read. What is wrong with its lines is `stopped`.
 */
export const readAnswers = async (file: string, plan: Plan): Promise<Asking> => {
  const questions = plan.questions();
  const waiting = new Map(questions.map((question, at) => [`${at + 1}`, question]));
  let hello: AdapterHello | null = null;
  let count = 0;
  const onLine = (line: Uint8Array): void => {
    count += 1;
    const place = `line ${count}`;
    if (hello === null) {
      hello = parseHello(line, place, REVISION);
      return;
    }
    const event = replyEvent(line, place);
    if (event.type !== "reply") return;
    const { id } = event.reply;
    const question = waiting.get(id);
    if (question === undefined) throw event.unexpected("the id of a case, and one answer a case");
    waiting.delete(id);
    plan.settle(question.key, outcomeOf(event.reply));
  };
  try {
    const reader = lineReader(LINE_BYTES_MAX, onLine);
    for await (const chunk of file === "-" ? process.stdin : createReadStream(file)) {
      if (!reader.push(chunk as Uint8Array)) throw lineTooLong(reader.rest(), `line ${count + 1}`);
    }
    const rest = reader.rest();
    if (rest.length > 0) throw brokenMessage(`line ${count + 1}`, "a line feed at the end of the line", rest);
    expectComplete(hello, [...waiting.values()]);
  } catch (error) {
    if (isSystemError(error)) throw new SettldError("CLI_INPUT", `${file}: ${reasonOf(error)}`, { cause: error });
    if (!isSettldError(error)) throw error;
    return { hello, stderr: "", stopped: error };
  }
  return { hello, stderr: "", stopped: undefined };
};

const expectComplete = (hello: AdapterHello | null, unanswered: readonly PlannedQuestion[]): void => {
  if (hello === null) throw new SettldError("CONF_ADAPTER_HELLO", "expected hello in the first line, found no line");
  const missing = unanswered.filter(({ vector }) => hello.features.includes(vector.op));
  if (missing.length > 0) {
    throw new SettldError(
      "CONF_ADAPTER_MESSAGE",
      `expected an answer to each case, found the end without answers to ${missing.length} of them`,
    );
  }
};
