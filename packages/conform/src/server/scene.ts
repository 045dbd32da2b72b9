import type { Reply } from "./api.ts";
import { shown } from "./values.ts";

/** A request that had to succeed was refused, or the other way round; nothing after it makes sense. */
export class Ended extends Error {
  readonly reply: Reply;

  constructor(reply: Reply, message: string) {
    super(message);
    this.reply = reply;
  }
}

/** The kit cannot show what the scenario is about to this server, such as without an operator's key. */
export class Unable extends Error {}

/** What a scenario notes down: what was expected and what was found. */
export class Notes {
  readonly differences: string[] = [];

  /** Notes a difference unless it holds. */
  check(holds: boolean, where: string, expected: string, found: unknown): boolean {
    if (!holds) this.differences.push(`${where}: expected ${expected}, found ${shown(found)}`);
    return holds;
  }

  /** Notes a difference unless two values have the same JSON. */
  same(where: string, found: unknown, expected: unknown): boolean {
    const holds = JSON.stringify(found) === JSON.stringify(expected);
    return this.check(holds, where, shown(expected), found);
  }

  /**
   * Expects success.
   *
   * @param statuses - any of 2xx when absent.
   * @throws Ended when it was refused.
   */
  ok(reply: Reply, ...statuses: readonly number[]): Reply {
    const { status, asked } = reply;
    const isGood = statuses.length === 0 ? status >= 200 && status < 300 : statuses.includes(status);
    if (!isGood) {
      const expected = statuses.length === 0 ? "success" : statuses.join(" or ");
      this.differences.push(`${asked}: expected ${expected}, found ${answerText(reply)}`);
      if (status >= 300) throw new Ended(reply, asked);
    }
    return reply;
  }

  /** Expects a refusal with a code; what else comes is a difference. */
  refused(reply: Reply, ...codes: readonly string[]): Reply {
    const { code, asked } = reply;
    this.check(
      code !== undefined && codes.includes(code),
      asked,
      `a refusal with ${codes.join(" or ")}`,
      answerText(reply),
    );
    return reply;
  }
}

/** Status and code of an answer. */
export const answerText = ({ status, code, bytes }: Reply): string =>
  code === undefined
    ? `${status}${status >= 400 ? ` ${shown(Buffer.from(bytes.subarray(0, 100)).toString("utf8"))}` : ""}`
    : `${status} ${code}`;
