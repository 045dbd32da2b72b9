import type { Digest } from "@settld/protocol";
import type { WrappedKey } from "../../sealing/key-encryption.ts";
import type { HoldRow, Note, Purge } from "../store.ts";
import type { Connection } from "./connection.ts";
import { type HoldSql, holdRow, type StoredObject, uploads } from "./read-evidence.ts";

/** Everything that changes what the database knows of evidence. */
export type EvidenceCommand =
  | {
      readonly type: "put-evidence";
      readonly digest: Digest;
      readonly size: number;
      readonly at: number;
      readonly tenant: string;
      readonly key: WrappedKey | undefined;
      /** The bytes as they are to be kept, or the file that has them already. */
      readonly content: { readonly bytes: Uint8Array } | { readonly file: string };
    }
  /** Says that a file is about to be there, so that a crash leaves none of which nobody knows. */
  | { readonly type: "intend-file"; readonly name: string; readonly why: "upload" | "rewrap" }
  | { readonly type: "forget-file"; readonly name: string }
  | {
      readonly type: "reseal-evidence";
      readonly digest: Digest;
      /** As it was read; when it is otherwise now, nothing is done. */
      readonly before: StoredObject;
      readonly key: WrappedKey;
      /** The sealed bytes or their file, when it was plain. */
      readonly content?: { readonly bytes: Uint8Array } | { readonly file: string };
    }
  | { readonly type: "purge-evidence"; readonly purge: Purge }
  | { readonly type: "readmit-evidence"; readonly digest: Digest; readonly note: Note }
  | { readonly type: "place-hold"; readonly hold: HoldRow }
  | { readonly type: "release-hold"; readonly id: string; readonly note: Note };

/** What these commands answer. */
export type EvidenceAnswers = {
  /** Whether the bytes are new: when they are not, a file that came with them counts for nothing. `lost` is a file that was removed meanwhile. */
  readonly "put-evidence": boolean | "lost";
  readonly "intend-file": undefined;
  readonly "forget-file": undefined;
  /** Whether it was done. */
  readonly "reseal-evidence": boolean;
  /** The file that is to be removed now, if there is one. */
  readonly "purge-evidence": "changed" | "held" | { readonly file: string | undefined };
  readonly "readmit-evidence": number;
  readonly "place-hold": undefined;
  readonly "release-hold": HoldRow | undefined;
};

/** How one of these commands went. */
export type EvidenceOutcome = { readonly answer: EvidenceAnswers[EvidenceCommand["type"]]; readonly undo?: boolean };

/** Carries out a command within the transaction that is open. */
export function applyEvidenceCommand(connection: Connection, command: EvidenceCommand): EvidenceOutcome {
  const { sql } = connection;
  switch (command.type) {
    case "put-evidence":
      return putEvidence(connection, command);
    case "intend-file":
      sql("INSERT INTO evidence_files (name, why) VALUES (?, ?)").run(command.name, command.why);
      return { answer: undefined };
    case "forget-file":
      sql("DELETE FROM evidence_files WHERE name = ?").run(command.name);
      return { answer: undefined };
    case "reseal-evidence":
      return resealEvidence(connection, command);
    case "purge-evidence":
      return purgeEvidence(connection, command.purge);
    case "readmit-evidence": {
      const { changes } = sql("UPDATE tombstones SET readmitted = coalesce(readmitted, ?) WHERE digest = ?").run(
        JSON.stringify(command.note),
        command.digest,
      );
      return { answer: Number(changes) };
    }
    case "place-hold": {
      const { id, kind, target, reason, by, at } = command.hold;
      sql("INSERT INTO holds (id, kind, target, reason, placed_by, at) VALUES (?, ?, ?, ?, ?, ?)").run(
        id,
        kind,
        target,
        reason,
        by,
        at,
      );
      return { answer: undefined };
    }
    case "release-hold": {
      const row = sql("UPDATE holds SET released = coalesce(released, ?) WHERE id = ? RETURNING *").get(
        JSON.stringify(command.note),
        command.id,
      );
      return { answer: row === undefined ? undefined : holdRow(row as HoldSql) };
    }
  }
}

type CommandOf<T extends EvidenceCommand["type"]> = Extract<EvidenceCommand, { readonly type: T }>;

function putEvidence(connection: Connection, command: CommandOf<"put-evidence">): EvidenceOutcome {
  const { sql } = connection;
  const { digest, size, at, tenant, key, content } = command;
  const file = "file" in content ? content.file : null;
  const isNew =
    sql(
      `INSERT INTO evidence (digest, size, created_at, tenant, file, key_id, wrapped_key) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ).run(digest, size, at, tenant, file, key?.key ?? null, key?.wrapped ?? null).changes === 1;
  if (isNew && "bytes" in content) {
    sql("INSERT INTO evidence_bytes (digest, bytes) VALUES (?, ?)").run(digest, content.bytes);
  }
  // From here on the file counts, unless somebody swept it away because it did not yet.
  if (isNew && file !== null && !forgetFile(connection, file)) return { answer: "lost", undo: true };
  sql("INSERT INTO uploads (digest, tenant, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at").run(
    digest,
    tenant,
    at,
  );
  return { answer: isNew };
}

function resealEvidence(connection: Connection, command: CommandOf<"reseal-evidence">): EvidenceOutcome {
  const { sql } = connection;
  const { digest, before, key, content } = command;
  const file = content !== undefined && "file" in content ? content.file : (before.file ?? null);
  const { changes } = sql(
    `UPDATE evidence SET key_id = ?, wrapped_key = ?, file = ?
     WHERE digest = ? AND file IS ? AND key_id IS ? AND wrapped_key IS ?`,
  ).run(key.key, key.wrapped, file, digest, before.file ?? null, before.key?.key ?? null, before.key?.wrapped ?? null);
  if (changes !== 1) return { answer: false, undo: true };
  if (content === undefined) return { answer: true };
  if ("bytes" in content) {
    const kept = sql("UPDATE evidence_bytes SET bytes = ? WHERE digest = ?").run(content.bytes, digest);
    return kept.changes === 1 ? { answer: true } : { answer: false, undo: true };
  }
  if (!forgetFile(connection, content.file)) return { answer: false, undo: true };
  if (before.file !== undefined) dropFile(connection, before.file);
  return { answer: true };
}

function purgeEvidence(connection: Connection, { digest, ...purge }: Purge): EvidenceOutcome {
  const { sql } = connection;
  const row = sql("SELECT file FROM evidence WHERE digest = ?").get(digest);
  if (row === undefined) return { answer: "changed" };
  if (isHeld(connection, digest)) return { answer: "held" };
  const agreements = sql(
    "SELECT a.id FROM evidence_references e JOIN agreements a ON a.n = e.agreement WHERE e.digest = ? AND e.purged = 0",
  )
    .all(digest)
    .map(({ id }) => String(id))
    .sort();
  const found = JSON.stringify([agreements, uploads(connection, digest)]);
  if (found !== JSON.stringify([purge.agreements, purge.uploads])) return { answer: "changed" };
  for (const { id, at, kind, envelope, agreements: named, uploaders } of purge.tombstones) {
    sql(
      "INSERT INTO tombstones (id, digest, at, kind, envelope, agreements, uploaders) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ).run(id, digest, at, kind, envelope, JSON.stringify(named), JSON.stringify(uploaders));
  }
  sql("UPDATE evidence_references SET purged = 1 WHERE digest = ?").run(digest);
  sql("DELETE FROM uploads WHERE digest = ?").run(digest);
  sql("DELETE FROM evidence_bytes WHERE digest = ?").run(digest);
  // With the row goes the wrapped key: whatever a disk keeps of the sealed bytes stays shut.
  sql("DELETE FROM evidence WHERE digest = ?").run(digest);
  const file = row["file"] === null ? undefined : String(row["file"]);
  if (file !== undefined) dropFile(connection, file);
  return { answer: { file } };
}

function isHeld({ sql }: Connection, digest: Digest): boolean {
  const held = sql(
    `SELECT 1 FROM holds h WHERE h.released IS NULL AND h.kind = 'digest' AND h.target = ?
     UNION ALL
     SELECT 1 FROM evidence_references e JOIN agreements a ON a.n = e.agreement
       JOIN holds h ON h.released IS NULL AND h.kind = 'agreement' AND h.target = a.id
       WHERE e.digest = ?
     UNION ALL
     SELECT 1 FROM uploads u JOIN holds h ON h.released IS NULL AND h.kind = 'tenant' AND h.target = u.tenant
       WHERE u.digest = ?
     UNION ALL
     SELECT 1 FROM evidence_references e JOIN roles r ON r.agreement = e.agreement JOIN parties p ON p.id = r.party
       JOIN holds h ON h.released IS NULL AND h.kind = 'tenant' AND h.target = p.tenant
       WHERE e.digest = ?
     LIMIT 1`,
  ).get(digest, digest, digest, digest);
  return held !== undefined;
}

function dropFile({ sql }: Connection, name: string): void {
  sql("INSERT INTO evidence_files (name, why) VALUES (?, 'purge')").run(name);
}

function forgetFile({ sql }: Connection, name: string): boolean {
  return sql("DELETE FROM evidence_files WHERE name = ?").run(name).changes === 1;
}
