import { type Code, canonicalize, type JsonValue, SettldError } from "@settld/protocol";

/**
 * Requires that an answer says what is expected, member by member. Members that only the answer has are left alone:
 * a newer server may say more.
 *
 * @throws SettldError with the given code and the pointer of the first difference.
 */
export function assertSame(
  answer: object,
  expected: { readonly [name: string]: unknown },
  code: Code = "STORE_RECONCILIATION",
  pointer = "",
): void {
  for (const [name, value] of Object.entries(expected)) {
    const found: unknown = Object.hasOwn(answer, name)
      ? (answer as { readonly [name: string]: unknown })[name]
      : undefined;
    if (textOf(found) === textOf(value)) continue;
    const at = `${pointer}/${name}`;
    throw new SettldError(code, `${at}: expected ${textOf(value)}, found ${textOf(found)}`, { pointer: at });
  }
}

// One text for one value, whatever the order of its members.
function textOf(value: unknown): string {
  return value === undefined ? "nothing" : canonicalize(value as JsonValue);
}
