// Messages and webhooks (spec/webhooks.md). A message gets its place in a feed after it was committed, by whoever reads
// the feed next, under the lock of the feed's row: so no place is ever given out before one that is already read, in
// whatever order transactions end, and however long others run.
const tables = `
  CREATE TABLE messages (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    data text COLLATE "C" NOT NULL
  );

  CREATE TABLE feeds (
    name text COLLATE "C" PRIMARY KEY,
    first bigint NOT NULL,
    last bigint NOT NULL
  ) WITH (fillfactor = 50);

  CREATE TABLE feed_places (
    feed text COLLATE "C" NOT NULL,
    message bigint NOT NULL,
    place bigint,
    PRIMARY KEY (message, feed)
  );
  CREATE UNIQUE INDEX feed_places_by_place ON feed_places (feed, place) WHERE place IS NOT NULL;
  CREATE INDEX feed_places_open ON feed_places (feed, message) WHERE place IS NULL;

  CREATE TABLE webhook_endpoints (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    tenant text COLLATE "C" NOT NULL,
    feed text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    types jsonb,
    description text COLLATE "C",
    scheme text COLLATE "C" NOT NULL CHECK (scheme IN ('v1', 'v1a')),
    secret text COLLATE "C" NOT NULL,
    keyid text COLLATE "C",
    old_secret text COLLATE "C",
    old_until bigint,
    disabled text COLLATE "C" CHECK (disabled IN ('owner', 'gone', 'failing')),
    failing_since bigint,
    created_at bigint NOT NULL,
    version integer NOT NULL
  );
  CREATE INDEX webhook_endpoints_by_feed ON webhook_endpoints (feed, n);

  CREATE TABLE webhook_keys (
    thumbprint text COLLATE "C" PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL
  );

  CREATE TABLE deliveries (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    endpoint bigint NOT NULL,
    message bigint NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL,
    due bigint NOT NULL,
    last_at bigint,
    last_status integer,
    last_error text COLLATE "C",
    created_at bigint NOT NULL
  );
  CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, n);
  CREATE INDEX deliveries_by_state ON deliveries (endpoint, state, n);
  CREATE INDEX deliveries_by_due ON deliveries (endpoint, due) WHERE state = 'pending';
  CREATE INDEX deliveries_by_message ON deliveries (message);
`;

const functions = `
  -- One that is there starts anew. What is no longer kept cannot be delivered.
  CREATE FUNCTION settld_redeliver(p_endpoint bigint, p_message text, p_at bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO deliveries (id, endpoint, message, state, attempts, due, created_at)
      SELECT 'dlv_' || substr(e.id, 4) || '_' || substr(m.id, 5), e.n, m.n, 'pending', 0, p_at, p_at
      FROM webhook_endpoints e, messages m WHERE e.n = p_endpoint AND m.id = p_message
      ON CONFLICT (id) DO UPDATE SET state = 'pending', attempts = 0, due = excluded.due
  $$;

  CREATE FUNCTION settld_put_message(p_message jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_n bigint;
    v_endpoint bigint;
    v_at bigint := (p_message->>'at')::bigint;
  BEGIN
    INSERT INTO messages (id, type, at, data)
      VALUES (p_message->>'id', p_message->>'type', v_at, p_message->>'data')
      ON CONFLICT DO NOTHING RETURNING n INTO v_n;
    IF v_n IS NULL THEN PERFORM settld_conflict('stale'); END IF;
    IF p_message->'to' ? 'endpoint' THEN
      SELECT n INTO v_endpoint FROM webhook_endpoints WHERE id = p_message->'to'->>'endpoint';
      IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
      PERFORM settld_redeliver(v_endpoint, p_message->>'id', v_at);
      RETURN;
    END IF;
    INSERT INTO feed_places (feed, message)
      SELECT DISTINCT f, v_n FROM jsonb_array_elements_text(p_message->'to'->'feeds') f;
    INSERT INTO deliveries (id, endpoint, message, state, attempts, due, created_at)
      SELECT 'dlv_' || substr(e.id, 4) || '_' || substr(p_message->>'id', 5), e.n, v_n, 'pending', 0, v_at, v_at
      FROM webhook_endpoints e
      WHERE e.feed IN (SELECT f FROM jsonb_array_elements_text(p_message->'to'->'feeds') f)
        AND e.disabled IS NULL AND (e.types IS NULL OR e.types ? (p_message->>'type'))
      ORDER BY e.n;
  END $$;

  CREATE FUNCTION settld_put_endpoint(p_row jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_types jsonb := p_row->'types';
    v_version integer := (p_row->>'version')::integer;
  BEGIN
    IF p_row ? 'keyid' THEN
      INSERT INTO webhook_keys (thumbprint, endpoint) VALUES (p_row->>'keyid', p_row->>'id') ON CONFLICT DO NOTHING;
      PERFORM 1 FROM webhook_keys WHERE thumbprint = p_row->>'keyid' AND endpoint = p_row->>'id';
      IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
    END IF;
    IF v_version = 1 THEN
      INSERT INTO webhook_endpoints (id, tenant, feed, url, types, description, scheme, secret, keyid, old_secret,
          old_until, disabled, created_at, version)
        VALUES (p_row->>'id', p_row->>'tenant', p_row->>'feed', p_row->>'url', v_types, p_row->>'description',
          p_row->>'scheme', p_row->>'secret', p_row->>'keyid', p_row->'oldSecret'->>'secret',
          (p_row->'oldSecret'->>'until')::bigint, p_row->>'disabled', (p_row->>'createdAt')::bigint, 1)
        ON CONFLICT DO NOTHING;
    ELSE
      UPDATE webhook_endpoints SET
          failing_since = CASE WHEN disabled IS NOT NULL AND NOT p_row ? 'disabled' THEN NULL ELSE failing_since END,
          url = p_row->>'url', types = v_types, description = p_row->>'description', secret = p_row->>'secret',
          keyid = p_row->>'keyid', old_secret = p_row->'oldSecret'->>'secret',
          old_until = (p_row->'oldSecret'->>'until')::bigint, disabled = p_row->>'disabled', version = v_version
        WHERE id = p_row->>'id' AND version = v_version - 1;
    END IF;
    IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
  END $$;

  CREATE FUNCTION settld_put_messages(p_change jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_part jsonb;
    v_endpoint bigint;
  BEGIN
    IF p_change ? 'endpoints' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'endpoints') LOOP
        PERFORM settld_put_endpoint(v_part);
      END LOOP;
    END IF;
    IF p_change ? 'messages' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'messages') LOOP
        PERFORM settld_put_message(v_part);
      END LOOP;
    END IF;
    IF p_change ? 'redeliver' THEN
      SELECT n INTO v_endpoint FROM webhook_endpoints WHERE id = p_change->'redeliver'->>'endpoint';
      IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
      -- In one order, so that no two wait for each other.
      PERFORM settld_redeliver(v_endpoint, m, (p_change->'redeliver'->>'at')::bigint)
        FROM (SELECT m FROM jsonb_array_elements_text(p_change->'redeliver'->'messages') m ORDER BY m COLLATE "C") x;
    END IF;
  END $$;

  -- Gives places to messages of a feed that have none; returns to how many. Each statement sees what was committed
  -- before it, and so everything that got a place from whoever held the lock before.
  CREATE FUNCTION settld_place(p_feed text) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    v_last bigint;
    v_count bigint;
  BEGIN
    PERFORM 1 FROM feed_places WHERE feed = p_feed AND place IS NULL LIMIT 1;
    IF NOT FOUND THEN RETURN 0; END IF;
    INSERT INTO feeds (name, first, last) VALUES (p_feed, 0, 0) ON CONFLICT DO NOTHING;
    SELECT last INTO v_last FROM feeds WHERE name = p_feed FOR UPDATE;
    UPDATE feed_places p SET place = v_last + x.at
      FROM (SELECT message, row_number() OVER (ORDER BY message) AS at FROM (
          SELECT message FROM feed_places WHERE feed = p_feed AND place IS NULL ORDER BY message LIMIT 1000) y) x
      WHERE p.feed = p_feed AND p.message = x.message;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    UPDATE feeds SET last = v_last + v_count WHERE name = p_feed;
    RETURN v_count;
  END $$;

  CREATE FUNCTION settld_messages(p_feed text, p_after bigint, p_limit bigint)
    RETURNS TABLE (place bigint, id text, type text, at bigint, data text) LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM settld_place(p_feed);
    RETURN QUERY SELECT p.place, m.id, m.type, m.at, m.data FROM feed_places p JOIN messages m ON m.n = p.message
      WHERE p.feed = p_feed AND p.place > p_after ORDER BY p.place LIMIT p_limit;
  END $$;

  CREATE FUNCTION settld_feed_range(p_feed text) RETURNS TABLE (first bigint, last bigint) LANGUAGE plpgsql AS $$
  BEGIN
    LOOP EXIT WHEN settld_place(p_feed) < 1000; END LOOP;
    RETURN QUERY SELECT f.first, f.last FROM feeds f WHERE f.name = p_feed;
  END $$;

  CREATE FUNCTION settld_end_delivery(p_id text, p_attempts integer, p_outcome jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_endpoint bigint;
    v_at bigint := (p_outcome->>'at')::bigint;
  BEGIN
    -- The number of tries tells whether it was replayed or tried by somebody else meanwhile.
    UPDATE deliveries SET attempts = attempts + 1, due = coalesce((p_outcome->>'again')::bigint, v_at),
        state = CASE WHEN NOT p_outcome ? 'error' THEN 'delivered' WHEN p_outcome ? 'again' THEN 'pending' ELSE 'dead' END,
        last_at = v_at, last_status = (p_outcome->>'status')::integer, last_error = p_outcome->>'error'
      WHERE id = p_id AND state = 'pending' AND attempts = p_attempts RETURNING endpoint INTO v_endpoint;
    IF NOT FOUND THEN RETURN; END IF;
    IF p_outcome ? 'error' THEN
      UPDATE webhook_endpoints SET failing_since = v_at WHERE n = v_endpoint AND failing_since IS NULL;
    ELSE
      UPDATE webhook_endpoints SET failing_since = NULL WHERE n = v_endpoint AND failing_since IS NOT NULL;
    END IF;
    IF p_outcome ? 'disable' THEN
      UPDATE webhook_endpoints SET disabled = p_outcome->'disable'->>'reason', version = version + 1
        WHERE n = v_endpoint AND disabled IS NULL;
      IF FOUND THEN PERFORM settld_put_message(p_outcome->'disable'->'message'); END IF;
    END IF;
  END $$;

  -- The oldest ones, and returns how many. Only one at a time.
  CREATE FUNCTION settld_forget_messages(p_before bigint, p_limit integer) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    v_ns bigint[];
    v_feed text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('settld forget messages', 0));
    SELECT array_agg(n) INTO v_ns FROM (
      SELECT n, at FROM messages ORDER BY n LIMIT p_limit) x WHERE at < p_before;
    IF v_ns IS NULL THEN RETURN 0; END IF;
    FOR v_feed IN SELECT DISTINCT feed FROM feed_places WHERE message = ANY (v_ns) ORDER BY feed LOOP
      -- What nobody has read yet gets its place first, so that nothing is missing between the others.
      LOOP EXIT WHEN settld_place(v_feed) < 1000; END LOOP;
      UPDATE feeds SET first = greatest(first, (SELECT max(place) FROM feed_places
        WHERE feed = v_feed AND message = ANY (v_ns))) WHERE name = v_feed;
      DELETE FROM feed_places p USING feeds f
        WHERE f.name = v_feed AND p.feed = v_feed AND p.place <= f.first;
    END LOOP;
    DELETE FROM deliveries WHERE message = ANY (v_ns);
    DELETE FROM messages WHERE n = ANY (v_ns);
    RETURN cardinality(v_ns);
  END $$;
`;

const downFunctions = `
  DROP FUNCTION settld_forget_messages;
  DROP FUNCTION settld_end_delivery;
  DROP FUNCTION settld_feed_range;
  DROP FUNCTION settld_messages;
  DROP FUNCTION settld_place;
  DROP FUNCTION settld_put_messages;
  DROP FUNCTION settld_put_endpoint;
  DROP FUNCTION settld_put_message;
  DROP FUNCTION settld_redeliver;
`;

const downTables = `
  DROP TABLE deliveries;
  DROP TABLE webhook_keys;
  DROP TABLE webhook_endpoints;
  DROP TABLE feed_places;
  DROP TABLE feeds;
  DROP TABLE messages;
`;

/** Tables and functions of messages and webhooks. */
export const messages: Readonly<Record<"tables" | "functions" | "downFunctions" | "downTables", string>> = {
  tables,
  functions,
  downFunctions,
  downTables,
};
