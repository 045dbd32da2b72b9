import type { AuditFinding } from "../gen/types.ts";

const KEPT_MAX = 1_000;

/** Collects where logs and book differ; the first thousand, because more would only say the same. */
export class Findings {
  readonly list: AuditFinding[] = [];

  /**
   * Notes a difference.
   *
   * @param where - which agreement, account, entry or transaction.
   * @param expected - what the logs give.
   * @param found - what the store has.
   */
  add(what: AuditFinding["what"], where: string, expected: string, found: string): void {
    if (this.list.length >= KEPT_MAX) return;
    this.list.push({ code: "STORE_RECONCILIATION", what, where, message: `expected ${expected}, found ${found}` });
  }

  /** Notes a difference if there is one. */
  compare(
    what: AuditFinding["what"],
    where: string,
    expected: string | number | bigint | undefined,
    found: string | number | bigint | undefined,
    name = "",
  ): void {
    if (expected !== found) this.add(what, where, `${name}${expected ?? "none"}`, `${found ?? "none"}`);
  }
}
