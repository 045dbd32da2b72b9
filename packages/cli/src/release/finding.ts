import type { Code } from "@settld/protocol";

/** One thing that is wrong with a release, and with which of its files. */
export type Finding = {
  readonly code: Code;
  /** Name of the file, or null for the release as a whole. */
  readonly file: string | null;
  /** What was expected and what was found. */
  readonly message: string;
};

/** Ends the checks: nothing that follows would mean anything. */
export class Rejection extends Error {
  readonly finding: Finding;

  constructor(code: Code, file: string | null, message: string) {
    super(message);
    this.finding = { code, file, message };
  }
}

/** A value as it is shown in a message: quoted, and cut when it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
