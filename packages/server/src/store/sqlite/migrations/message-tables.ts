/** Tables of messages and webhooks (spec/webhooks.md), a part of the first version. */
export const up = `
  CREATE TABLE messages (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;

  CREATE TABLE feeds (
    n INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE feed_places (
    feed INTEGER NOT NULL REFERENCES feeds,
    place INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES messages,
    PRIMARY KEY (feed, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX feed_places_by_message ON feed_places (message);

  CREATE TABLE webhook_endpoints (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    feed TEXT NOT NULL,
    url TEXT NOT NULL,
    types TEXT,
    description TEXT,
    scheme TEXT NOT NULL CHECK (scheme IN ('v1', 'v1a')),
    secret TEXT NOT NULL,
    keyid TEXT,
    old_secret TEXT,
    old_until INTEGER,
    disabled TEXT CHECK (disabled IN ('owner', 'gone', 'failing')),
    failing_since INTEGER,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX webhook_endpoints_by_feed ON webhook_endpoints (feed, n);

  CREATE TABLE webhook_keys (
    thumbprint TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE deliveries (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    endpoint INTEGER NOT NULL REFERENCES webhook_endpoints,
    message INTEGER NOT NULL REFERENCES messages,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    last_at INTEGER,
    last_status INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, n);
  CREATE INDEX deliveries_by_state ON deliveries (endpoint, state, n);
  CREATE INDEX deliveries_by_due ON deliveries (endpoint, due) WHERE state = 'pending';
  CREATE INDEX deliveries_by_message ON deliveries (message);
`;

export const down = `
  DROP TABLE deliveries;
  DROP TABLE webhook_keys;
  DROP TABLE webhook_endpoints;
  DROP TABLE feed_places;
  DROP TABLE feeds;
  DROP TABLE messages;
`;
