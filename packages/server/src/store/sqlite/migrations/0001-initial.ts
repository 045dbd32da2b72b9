import * as messageTables from "./message-tables.ts";
import type { Migration } from "./migration.ts";

// Money is canonical decimal text, because a value may have 31 digits and an INTEGER of SQLite at most 19. The CHECKs
// are a second fence: no code path is known that reaches them.
const up = `
  CREATE TABLE agreements (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    events INTEGER NOT NULL CHECK (events > 0),
    head TEXT NOT NULL,
    status TEXT NOT NULL,
    due INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX agreements_by_age ON agreements (created_at);
  CREATE INDEX agreements_by_due ON agreements (due, id) WHERE due IS NOT NULL;
  CREATE INDEX agreements_open ON agreements (status, created_at) WHERE status <> 'closed';

  CREATE TABLE events (
    n INTEGER PRIMARY KEY,
    agreement INTEGER NOT NULL REFERENCES agreements,
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    UNIQUE (agreement, seq)
  ) STRICT;

  CREATE TABLE receipts (
    agreement INTEGER PRIMARY KEY REFERENCES agreements,
    envelope BLOB NOT NULL
  ) STRICT;

  CREATE TABLE roles (
    agreement INTEGER NOT NULL REFERENCES agreements,
    position INTEGER NOT NULL,
    party TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (agreement, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX roles_by_party ON roles (party, created_at, agreement, role);

  CREATE TABLE accounts (
    n INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    asset_code TEXT NOT NULL,
    asset_scale INTEGER NOT NULL,
    balance TEXT NOT NULL CHECK (kind = 'rail' OR balance NOT GLOB '*[^0-9]*'),
    UNIQUE (owner, kind, asset_code, asset_scale)
  ) STRICT;

  CREATE TABLE transactions (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE postings (
    entry INTEGER NOT NULL REFERENCES transactions,
    line INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts,
    value TEXT NOT NULL,
    PRIMARY KEY (entry, line)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX postings_by_account ON postings (account, entry);

  CREATE TABLE account_logs (
    n INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    asset_code TEXT NOT NULL,
    asset_scale INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    UNIQUE (owner, asset_code, asset_scale)
  ) STRICT;

  CREATE TABLE account_entries (
    n INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES account_logs,
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    UNIQUE (log, seq)
  ) STRICT;

  CREATE TABLE transfers (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal')),
    tenant TEXT NOT NULL,
    party TEXT NOT NULL,
    value TEXT NOT NULL CHECK (value NOT GLOB '*[^0-9]*'),
    asset_code TEXT NOT NULL,
    asset_scale INTEGER NOT NULL,
    rail TEXT NOT NULL,
    reference TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'returned')),
    entry TEXT NOT NULL REFERENCES account_entries (digest),
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX transfers_by_age ON transfers (kind, created_at);
  CREATE INDEX transfers_by_tenant ON transfers (kind, tenant, created_at);
  CREATE INDEX transfers_pending ON transfers (created_at) WHERE status = 'pending';
  CREATE UNIQUE INDEX deposits_by_reference ON transfers (rail, reference) WHERE kind = 'deposit';

  CREATE TABLE answers (
    n INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant, key)
  ) STRICT;
  CREATE INDEX answers_by_age ON answers (created_at);

  CREATE TABLE outbox (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    done INTEGER NOT NULL CHECK (done IN (0, 1))
  ) STRICT;
  CREATE INDEX outbox_by_due ON outbox (due) WHERE done = 0;

  CREATE TABLE evidence (
    digest TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    file TEXT,
    key_id TEXT,
    wrapped_key BLOB,
    CHECK ((key_id IS NULL) = (wrapped_key IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX evidence_by_key ON evidence (key_id, size);

  CREATE TABLE evidence_bytes (
    n INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE REFERENCES evidence,
    bytes BLOB NOT NULL
  ) STRICT;

  CREATE TABLE evidence_files (
    name TEXT PRIMARY KEY,
    why TEXT NOT NULL CHECK (why IN ('upload', 'rewrap', 'purge'))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE uploads (
    digest TEXT NOT NULL REFERENCES evidence,
    tenant TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (digest, tenant)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE evidence_references (
    digest TEXT NOT NULL,
    agreement INTEGER NOT NULL REFERENCES agreements,
    purged INTEGER NOT NULL DEFAULT 0 CHECK (purged IN (0, 1)),
    PRIMARY KEY (digest, agreement)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tombstones (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('closed', 'unreferenced')),
    envelope BLOB NOT NULL,
    agreements TEXT NOT NULL,
    uploaders TEXT NOT NULL,
    readmitted TEXT
  ) STRICT;
  CREATE INDEX tombstones_by_digest ON tombstones (digest, n);

  CREATE TABLE holds (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('agreement', 'tenant', 'digest')),
    target TEXT NOT NULL,
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    released TEXT
  ) STRICT;
  CREATE INDEX holds_active ON holds (kind, target) WHERE released IS NULL;

  CREATE TABLE api_keys (
    n INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    scopes TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX api_keys_by_age ON api_keys (created_at);
  CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at);

  CREATE TABLE registry (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    envelope BLOB
  ) STRICT;

  CREATE TABLE parties (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    roles TEXT NOT NULL,
    keys TEXT NOT NULL
  ) STRICT;
  CREATE INDEX parties_by_tenant ON parties (tenant, id);

  CREATE TABLE party_keys (
    thumbprint TEXT PRIMARY KEY,
    party TEXT NOT NULL REFERENCES parties ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX party_keys_by_party ON party_keys (party);

  ${messageTables.up}
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

// Children before their parents, because foreign keys hold during the step too.
const down = `
  ${messageTables.down}  DROP TABLE settings;
  DROP TABLE party_keys;
  DROP TABLE parties;
  DROP TABLE registry;
  DROP TABLE api_keys;
  DROP TABLE holds;
  DROP TABLE tombstones;
  DROP TABLE evidence_references;
  DROP TABLE uploads;
  DROP TABLE evidence_files;
  DROP TABLE evidence_bytes;
  DROP TABLE evidence;
  DROP TABLE outbox;
  DROP TABLE answers;
  DROP TABLE transfers;
  DROP TABLE account_entries;
  DROP TABLE account_logs;
  DROP TABLE postings;
  DROP TABLE transactions;
  DROP TABLE accounts;
  DROP TABLE roles;
  DROP TABLE receipts;
  DROP TABLE events;
  DROP TABLE agreements;
`;

/** The first version. Its rollback leaves an empty database: a store has to be exported before. */
export const initial: Migration = { version: 1, up, down };
