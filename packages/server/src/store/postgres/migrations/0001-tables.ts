// Texts compare byte by byte, whatever the language of the database: ids that differ in case or accents are different,
// and lists are in the order of SQLite's. Money is numeric, which is exact; its CHECKs are a second fence. Rows are
// written by the functions alone, so most references between tables have no constraint that would be checked for each.
const up = `
  CREATE TABLE writers (
    id uuid PRIMARY KEY,
    batch bigint NOT NULL,
    results jsonb,
    touched_at timestamptz NOT NULL DEFAULT now()
  ) WITH (fillfactor = 50);

  CREATE TABLE agreements (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    events integer NOT NULL CHECK (events > 0),
    head text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    due bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
  );
  CREATE INDEX agreements_by_age ON agreements (created_at, n);
  CREATE INDEX agreements_by_due ON agreements (due, id) WHERE due IS NOT NULL;
  CREATE INDEX agreements_open ON agreements (status, created_at, n) WHERE status <> 'closed';

  CREATE TABLE events (
    agreement bigint NOT NULL,
    seq integer NOT NULL,
    digest text COLLATE "C" NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    envelope bytea NOT NULL,
    PRIMARY KEY (agreement, seq)
  );

  CREATE TABLE receipts (
    agreement bigint PRIMARY KEY,
    envelope bytea NOT NULL
  );

  CREATE TABLE roles (
    agreement bigint NOT NULL,
    position integer NOT NULL,
    party text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (agreement, position)
  );
  CREATE INDEX roles_by_party ON roles (party, created_at, agreement, role);

  CREATE TABLE accounts (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    asset_code text COLLATE "C" NOT NULL,
    asset_scale integer NOT NULL,
    balance numeric NOT NULL CHECK (kind = 'rail' OR balance >= 0) CHECK (balance = trunc(balance)),
    UNIQUE (owner, kind, asset_code, asset_scale)
  ) WITH (fillfactor = 70);

  CREATE TABLE transactions (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,
    at bigint NOT NULL
  );

  CREATE TABLE postings (
    entry bigint NOT NULL,
    line integer NOT NULL,
    account bigint NOT NULL,
    value numeric NOT NULL CHECK (value <> 0 AND value = trunc(value)),
    PRIMARY KEY (entry, line)
  );
  CREATE INDEX postings_by_account ON postings (account, entry);

  CREATE TABLE account_logs (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    asset_code text COLLATE "C" NOT NULL,
    asset_scale integer NOT NULL,
    entries integer NOT NULL,
    UNIQUE (owner, asset_code, asset_scale)
  ) WITH (fillfactor = 70);

  CREATE TABLE account_entries (
    log bigint NOT NULL,
    seq integer NOT NULL,
    digest text COLLATE "C" NOT NULL UNIQUE,
    at bigint NOT NULL,
    envelope bytea NOT NULL,
    PRIMARY KEY (log, seq)
  );

  CREATE TABLE transfers (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('deposit', 'withdrawal')),
    tenant text COLLATE "C" NOT NULL,
    party text COLLATE "C" NOT NULL,
    value numeric NOT NULL CHECK (value > 0 AND value = trunc(value)),
    asset_code text COLLATE "C" NOT NULL,
    asset_scale integer NOT NULL,
    rail text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL CHECK (status IN ('pending', 'done', 'returned')),
    entry text COLLATE "C" NOT NULL REFERENCES account_entries (digest),
    created_at bigint NOT NULL
  );
  CREATE INDEX transfers_by_age ON transfers (kind, created_at, n);
  CREATE INDEX transfers_by_tenant ON transfers (kind, tenant, created_at, n);
  CREATE UNIQUE INDEX deposits_by_reference ON transfers (rail, reference) WHERE kind = 'deposit';

  CREATE TABLE answers (
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    request text COLLATE "C" NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant, key)
  );
  CREATE INDEX answers_by_age ON answers (created_at);

  CREATE TABLE outbox (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL,
    payload text NOT NULL,
    due bigint NOT NULL,
    attempts integer NOT NULL,
    done boolean NOT NULL
  );
  CREATE INDEX outbox_by_due ON outbox (due, n) WHERE NOT done;

  CREATE TABLE evidence (
    digest text COLLATE "C" PRIMARY KEY,
    size bigint NOT NULL,
    created_at bigint NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    upload uuid NOT NULL,
    key_id text COLLATE "C",
    wrapped_key bytea,
    CHECK ((key_id IS NULL) = (wrapped_key IS NULL))
  );
  CREATE INDEX evidence_by_key ON evidence (key_id, size);

  CREATE TABLE evidence_chunks (
    upload uuid NOT NULL,
    position integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (upload, position)
  );
  ALTER TABLE evidence_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

  CREATE TABLE staged_uploads (
    upload uuid PRIMARY KEY,
    touched_at timestamptz NOT NULL DEFAULT now()
  );

  CREATE TABLE uploads (
    digest text COLLATE "C" NOT NULL REFERENCES evidence,
    tenant text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (digest, tenant)
  );

  CREATE TABLE evidence_references (
    digest text COLLATE "C" NOT NULL,
    agreement bigint NOT NULL,
    purged boolean NOT NULL DEFAULT false,
    PRIMARY KEY (digest, agreement)
  );

  CREATE TABLE api_keys (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash text COLLATE "C" NOT NULL UNIQUE,
    id text COLLATE "C" NOT NULL UNIQUE,
    tenant text COLLATE "C" NOT NULL,
    scopes text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint
  );
  CREATE INDEX api_keys_by_age ON api_keys (created_at, n);
  CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at, n);

  CREATE TABLE registry (
    one integer PRIMARY KEY CHECK (one = 1),
    version bigint NOT NULL,
    issued_at bigint NOT NULL,
    envelope bytea
  );

  CREATE TABLE parties (
    id text COLLATE "C" PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    roles text NOT NULL,
    keys text NOT NULL
  );
  CREATE INDEX parties_by_tenant ON parties (tenant, id);

  CREATE TABLE party_keys (
    thumbprint text COLLATE "C" PRIMARY KEY,
    party text COLLATE "C" NOT NULL REFERENCES parties ON DELETE CASCADE
  );
  CREATE INDEX party_keys_by_party ON party_keys (party);

  CREATE TABLE settings (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
  );
`;

// Children before their parents.
const down = `
  DROP TABLE settings;
  DROP TABLE party_keys;
  DROP TABLE parties;
  DROP TABLE registry;
  DROP TABLE api_keys;
  DROP TABLE evidence_references;
  DROP TABLE uploads;
  DROP TABLE staged_uploads;
  DROP TABLE evidence_chunks;
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
  DROP TABLE writers;
`;

/** Tables of the first version. */
export const tables: { readonly up: string; readonly down: string } = { up, down };
