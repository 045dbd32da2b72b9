import { formatInstant } from "@settld/protocol";
import type { AuditReport } from "../audit/reconcile.ts";
import type { Store } from "../store/store.ts";

/** When the store was last reconciled, and how many findings there were. */
export type LastAudit = { readonly at: string; readonly findings: number };

const SETTING = "last-audit";

/** Writes down that a store was reconciled, so that every process that serves it can tell. */
export async function noteAudit(store: Pick<Store, "putSetting">, report: AuditReport, at: number): Promise<void> {
  const noted: LastAudit = { at: formatInstant(at), findings: report.findings.length };
  await store.putSetting(SETTING, JSON.stringify(noted));
}

/** The last reconciliation that the store knows of. */
export async function lastAudit(store: Pick<Store, "setting">): Promise<LastAudit | undefined> {
  const text = await store.setting(SETTING);
  return text === undefined ? undefined : (JSON.parse(text) as LastAudit);
}
