import { SettldError } from "@settld/protocol";

/** What a list answers to a cursor that is none of its own (HTTP-9). */
export function unknownCursor(expected: string, found: string): SettldError {
  return new SettldError("HTTP_PARAMETER", `after: expected ${expected} of this list, found ${JSON.stringify(found)}`);
}
