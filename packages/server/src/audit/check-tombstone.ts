import { type Digest, digestOf, parseInstant } from "@settld/protocol";
import { readTombstone } from "../retention/tombstone.ts";
import type { TombstoneRow } from "../store/store.ts";
import type { AuditWork } from "./audit-work.ts";
import { readable } from "./readable.ts";

/**
 * Looks whether evidence that is not there any more was purged: then a tombstone that the settler signed says so, and says
 * it of this agreement (STORE-11). What is lost has none.
 */
export async function checkTombstone(work: AuditWork, agreement: Digest, digest: Digest, size: number): Promise<void> {
  const { store, findings } = work;
  const found = (await store.tombstones(digest)).find(({ agreements }) => agreements.includes(agreement));
  if (found === undefined) findings.add("evidence", digest, `a tombstone for ${agreement}`, "none");
  else await checkSigned(work, found, { agreement, digest, size });
}

async function checkSigned(
  { crypto, findings, settler, signatures }: AuditWork,
  row: TombstoneRow,
  { agreement, digest, size }: { readonly agreement: Digest; readonly digest: Digest; readonly size: number },
): Promise<void> {
  const read = readable(() => readTombstone(row.envelope));
  if (typeof read === "string") {
    findings.add("evidence", digest, "a tombstone to be readable", read);
    return;
  }
  const { envelope, payload } = read;
  const text = (id: string, of: string, bytes: number, by: string | undefined, at: number): string =>
    `tombstone ${id} of ${of} with ${bytes} bytes by ${by} at ${at}`;
  const at = parseInstant(payload.purgedAt);
  findings.compare(
    "evidence",
    digest,
    text(digestOf(envelope.payload, crypto), digest, size, settler, at),
    text(row.id, payload.digest, payload.size, payload.by, row.at),
  );
  if (!payload.agreements.includes(agreement))
    findings.add("evidence", digest, `a tombstone for ${agreement}`, "another");
  const rule = { party: payload.by, role: "settler" as const, pinned: undefined };
  await signatures.take(digest, "the tombstone", envelope, [rule], at);
}
