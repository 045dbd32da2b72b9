// What writes, on the side of the database, so that a batch of commands is one round trip. Parameters begin with p_ and
// variables with v_. Bytes do not fit into JSON: they all stand in one value, and JSON says [offset, length].
const up = `
  CREATE FUNCTION settld_piece(p_bytes bytea, p_place jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT substring(p_bytes FROM (p_place->>0)::integer + 1 FOR (p_place->>1)::integer)
  $$;

  -- Ends the command that meets a conflict; settld_write catches it and takes back what the command did.
  CREATE FUNCTION settld_conflict(p_kind text, p_account jsonb DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION USING ERRCODE = 'SE001', MESSAGE = p_kind, DETAIL = coalesce(p_account::text, '');
  END $$;

  CREATE FUNCTION settld_put_agreement(p_change jsonb, p_bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_row jsonb := p_change->'row';
    v_n bigint;
    v_count integer;
  BEGIN
    IF (p_change->>'expectedEvents')::integer = 0 THEN
      INSERT INTO agreements (id, events, head, status, due, created_at, updated_at)
        VALUES (p_change->>'id', (v_row->>'events')::integer, v_row->>'head', v_row->>'status',
          (v_row->>'due')::bigint, (v_row->>'createdAt')::bigint, (v_row->>'updatedAt')::bigint)
        ON CONFLICT DO NOTHING RETURNING n INTO v_n;
      IF v_n IS NULL THEN PERFORM settld_conflict('stale'); END IF;
      IF p_change ? 'roles' THEN
        INSERT INTO roles (agreement, position, party, role, created_at)
          SELECT v_n, r.position, r.value->>'party', r.value->>'role', (v_row->>'createdAt')::bigint
          FROM jsonb_array_elements(p_change->'roles') WITH ORDINALITY AS r (value, position);
      END IF;
    ELSE
      UPDATE agreements SET events = (v_row->>'events')::integer, head = v_row->>'head', status = v_row->>'status',
          due = (v_row->>'due')::bigint, updated_at = (v_row->>'updatedAt')::bigint
        WHERE id = p_change->>'id' AND events = (p_change->>'expectedEvents')::integer RETURNING n INTO v_n;
      IF v_n IS NULL THEN PERFORM settld_conflict('stale'); END IF;
    END IF;
    INSERT INTO events (agreement, seq, digest, type, at, envelope)
      SELECT v_n, (e->>'seq')::integer, e->>'digest', e->>'type', (e->>'at')::bigint,
        settld_piece(p_bytes, e->'envelope')
      FROM jsonb_array_elements(p_change->'append') e ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> jsonb_array_length(p_change->'append') THEN PERFORM settld_conflict('stale'); END IF;
    IF jsonb_array_length(p_change->'evidence') > 0 THEN
      PERFORM settld_hold_evidence(p_change->'evidence');
      INSERT INTO evidence_references (digest, agreement)
        SELECT d, v_n FROM jsonb_array_elements_text(p_change->'evidence') d ON CONFLICT DO NOTHING;
    END IF;
    IF p_change ? 'receipt' THEN
      INSERT INTO receipts (agreement, envelope) VALUES (v_n, settld_piece(p_bytes, p_change->'receipt'));
    END IF;
  END $$;

  CREATE FUNCTION settld_append_entry(p_entry jsonb, p_bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_log bigint;
  BEGIN
    IF (p_entry->>'seq')::integer = 0 THEN
      INSERT INTO account_logs (owner, asset_code, asset_scale, entries)
        VALUES (p_entry->>'owner', p_entry->>'assetCode', (p_entry->>'assetScale')::integer, 1)
        ON CONFLICT DO NOTHING RETURNING n INTO v_log;
    ELSE
      UPDATE account_logs SET entries = entries + 1
        WHERE owner = p_entry->>'owner' AND asset_code = p_entry->>'assetCode'
          AND asset_scale = (p_entry->>'assetScale')::integer AND entries = (p_entry->>'seq')::integer
        RETURNING n INTO v_log;
    END IF;
    IF v_log IS NULL THEN PERFORM settld_conflict('stale'); END IF;
    INSERT INTO account_entries (log, seq, digest, at, envelope)
      VALUES (v_log, (p_entry->>'seq')::integer, p_entry->>'digest', (p_entry->>'at')::bigint,
        settld_piece(p_bytes, p_entry->'envelope'))
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
  END $$;

  -- A second deposit under one reference breaks deposits_by_reference, which settld_write takes as stale.
  CREATE FUNCTION settld_put_transfer(p_transfer jsonb) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO transfers AS t (id, kind, tenant, party, value, asset_code, asset_scale, rail, reference, status, entry,
        created_at)
      VALUES (p_transfer->>'id', p_transfer->>'kind', p_transfer->>'tenant', p_transfer->>'party',
        (p_transfer->>'value')::numeric, p_transfer->>'assetCode', (p_transfer->>'assetScale')::integer,
        p_transfer->>'rail', p_transfer->>'reference', p_transfer->>'status', p_transfer->>'entry',
        (p_transfer->>'createdAt')::bigint)
      ON CONFLICT (id) DO UPDATE SET status = excluded.status
      WHERE t.status = 'pending' AND excluded.status <> 'pending' AND t.kind = excluded.kind
        AND t.tenant = excluded.tenant AND t.party = excluded.party AND t.value = excluded.value
        AND t.asset_code = excluded.asset_code AND t.asset_scale = excluded.asset_scale AND t.rail = excluded.rail
        AND t.reference = excluded.reference AND t.entry = excluded.entry AND t.created_at = excluded.created_at;
    IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
  END $$;

  -- Old keys go before the first new one comes, because a key may move from one party to another.
  CREATE FUNCTION settld_put_registry(p_change jsonb, p_bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_trust jsonb := p_change->'trust';
    v_party jsonb;
  BEGIN
    INSERT INTO registry AS r (one, version, issued_at, envelope)
      VALUES (1, (v_trust->>'version')::bigint, (v_trust->>'issuedAt')::bigint,
        settld_piece(p_bytes, v_trust->'envelope'))
      ON CONFLICT (one) DO UPDATE SET version = excluded.version, issued_at = excluded.issued_at,
        envelope = excluded.envelope
      WHERE excluded.version > r.version;
    IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
    IF (p_change->>'replace')::boolean THEN DELETE FROM parties; END IF;
    DELETE FROM party_keys WHERE party IN (SELECT p->>'id' FROM jsonb_array_elements(p_change->'parties') p);
    FOR v_party IN SELECT value FROM jsonb_array_elements(p_change->'parties') LOOP
      INSERT INTO parties (id, tenant, roles, keys)
        VALUES (v_party->>'id', v_party->>'tenant', v_party->>'roles', v_party->>'keys')
        ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, roles = excluded.roles, keys = excluded.keys;
      INSERT INTO party_keys (thumbprint, party)
        SELECT t, v_party->>'id' FROM jsonb_array_elements_text(v_party->'thumbprints') t;
    END LOOP;
  END $$;

  CREATE FUNCTION settld_book(p_transactions jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_transaction jsonb;
    v_ns bigint[] := '{}';
    v_n bigint;
    v_index integer := 0;
    v_sum record;
    v_account bigint;
    v_balance numeric;
  BEGIN
    FOR v_transaction IN SELECT value FROM jsonb_array_elements(p_transactions) LOOP
      INSERT INTO transactions (id, type, at)
        VALUES (v_transaction->>'id', v_transaction->>'type', (v_transaction->>'at')::bigint)
        ON CONFLICT DO NOTHING RETURNING n INTO v_n;
      IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
      v_ns := v_ns || v_n;
    END LOOP;
    FOR v_transaction IN SELECT value FROM jsonb_array_elements(p_transactions) LOOP
      v_index := v_index + 1;
      FOR v_sum IN
        SELECT a->>'owner' AS owner, a->>'kind' AS kind, a->>'assetCode' AS code, (a->>'assetScale')::integer AS scale,
          sum((p.value->>'value')::numeric) AS value
        FROM jsonb_array_elements(v_transaction->'postings') WITH ORDINALITY AS p (value, line),
          LATERAL (SELECT p.value->'account' AS a) x
        GROUP BY 1, 2, 3, 4 ORDER BY min(p.line)
      LOOP
        SELECT n, balance + v_sum.value INTO v_account, v_balance FROM accounts
          WHERE owner = v_sum.owner AND kind = v_sum.kind AND asset_code = v_sum.code AND asset_scale = v_sum.scale
          FOR UPDATE;
        IF NOT FOUND THEN v_balance := v_sum.value; END IF;
        IF v_balance < 0 AND v_sum.kind <> 'rail' THEN
          PERFORM settld_conflict('insufficient', jsonb_build_object('kind', v_sum.kind, 'owner', v_sum.owner,
            'assetCode', v_sum.code, 'assetScale', v_sum.scale));
        END IF;
        IF v_account IS NULL THEN
          -- Another process may have made it since.
          INSERT INTO accounts AS a (owner, kind, asset_code, asset_scale, balance)
            VALUES (v_sum.owner, v_sum.kind, v_sum.code, v_sum.scale, v_sum.value)
            ON CONFLICT (owner, kind, asset_code, asset_scale) DO UPDATE SET balance = a.balance + excluded.balance;
        ELSE
          UPDATE accounts SET balance = v_balance WHERE n = v_account;
        END IF;
      END LOOP;
      -- One look at the index for each, however few or many accounts the planner believes there are.
      INSERT INTO postings (entry, line, account, value)
        SELECT v_ns[v_index], p.line - 1, (SELECT n FROM accounts WHERE owner = p.value#>>'{account,owner}'
            AND kind = p.value#>>'{account,kind}' AND asset_code = p.value#>>'{account,assetCode}'
            AND asset_scale = (p.value#>>'{account,assetScale}')::integer),
          (p.value->>'value')::numeric
        FROM jsonb_array_elements(v_transaction->'postings') WITH ORDINALITY AS p (value, line);
    END LOOP;
  END $$;

  -- The parts of a change come in the order in which the port states its conflicts.
  CREATE FUNCTION settld_change(p_change jsonb, p_bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_part jsonb := p_change->'answer';
  BEGIN
    IF v_part IS NOT NULL THEN
      INSERT INTO answers (tenant, key, request, status, body, created_at)
        VALUES (v_part->>'tenant', v_part->>'key', v_part->>'request', (v_part->>'status')::integer,
          settld_piece(p_bytes, v_part->'body'), (v_part->>'createdAt')::bigint)
        ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN PERFORM settld_conflict('answered'); END IF;
    END IF;
    IF p_change ? 'agreement' THEN PERFORM settld_put_agreement(p_change->'agreement', p_bytes); END IF;
    IF p_change ? 'entries' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'entries') LOOP
        PERFORM settld_append_entry(v_part, p_bytes);
      END LOOP;
    END IF;
    IF p_change ? 'transfers' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'transfers') LOOP
        PERFORM settld_put_transfer(v_part);
      END LOOP;
    END IF;
    IF p_change ? 'outbox' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'outbox') LOOP
        INSERT INTO outbox (id, kind, payload, due, attempts, done)
          VALUES (v_part->>'id', v_part->>'kind', v_part->>'payload', (v_part->>'due')::bigint,
            (v_part->>'attempts')::integer, false)
          ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
      END LOOP;
    END IF;
    -- A command that is done stays, so that no other can ever have its id.
    IF p_change ? 'outboxDone' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'outboxDone') LOOP
        UPDATE outbox SET done = true WHERE id = v_part#>>'{}' AND NOT done;
        IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
      END LOOP;
    END IF;
    IF p_change ? 'apiKeys' THEN
      FOR v_part IN SELECT value FROM jsonb_array_elements(p_change->'apiKeys') LOOP
        INSERT INTO api_keys (hash, id, tenant, scopes, name, created_at, revoked_at)
          VALUES (v_part->>'hash', v_part->>'id', v_part->>'tenant', v_part->>'scopes', v_part->>'name',
            (v_part->>'createdAt')::bigint, (v_part->>'revokedAt')::bigint)
          ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN PERFORM settld_conflict('stale'); END IF;
      END LOOP;
    END IF;
    IF p_change ? 'registry' THEN PERFORM settld_put_registry(p_change->'registry', p_bytes); END IF;
    PERFORM settld_put_messages(p_change);
    IF p_change ? 'transactions' THEN PERFORM settld_book(p_change->'transactions'); END IF;
  END $$;

  -- One command of a batch, and what it answers.
  CREATE FUNCTION settld_command(p_command jsonb, p_bytes bytea) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    v_answer jsonb;
  BEGIN
    CASE p_command->>'type'
      WHEN 'write' THEN
        PERFORM settld_change(p_command->'change', p_bytes);
      WHEN 'retry-command' THEN
        UPDATE outbox SET due = (p_command->>'due')::bigint, attempts = attempts + 1
          WHERE id = p_command->>'id' AND NOT done;
      WHEN 'revoke-api-key' THEN
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, (p_command->>'at')::bigint)
          WHERE id = p_command->>'id' RETURNING to_jsonb(api_keys.*) INTO v_answer;
      WHEN 'put-setting' THEN
        INSERT INTO settings (name, value) VALUES (p_command->>'name', p_command->>'value')
          ON CONFLICT (name) DO UPDATE SET value = excluded.value;
      WHEN 'put-evidence' THEN
        v_answer := to_jsonb(settld_keep_evidence(p_command->>'digest', (p_command->>'size')::bigint,
          (p_command->>'at')::bigint, p_command->>'tenant', (p_command->>'upload')::uuid,
          settld_piece(p_bytes, p_command->'bytes'), p_command->'key'->>'key',
          settld_piece(p_bytes, p_command->'key'->'wrapped')));
      WHEN 'reseal-evidence' THEN
        v_answer := to_jsonb(settld_reseal_evidence(p_command, p_bytes));
      WHEN 'purge-evidence' THEN
        v_answer := to_jsonb(settld_purge_evidence(p_command->'purge', p_bytes));
    END CASE;
    RETURN jsonb_build_object('answer', v_answer);
  END $$;

  -- Makes staged chunks the evidence of a digest, or drops them when it is there already. Small evidence comes with its
  -- bytes and was not staged. True when it is new.
  CREATE FUNCTION settld_keep_evidence(p_digest text, p_size bigint, p_at bigint, p_tenant text, p_upload uuid,
    p_bytes bytea, p_key text, p_wrapped bytea) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    v_is_new boolean;
  BEGIN
    IF p_bytes IS NULL THEN
      DELETE FROM staged_uploads WHERE upload = p_upload;
      -- Swept, because nothing was heard of it for too long.
      IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SE002', MESSAGE = 'the upload was given up'; END IF;
    END IF;
    INSERT INTO evidence (digest, size, created_at, tenant, upload, key_id, wrapped_key)
      VALUES (p_digest, p_size, p_at, p_tenant, p_upload, p_key, p_wrapped)
      ON CONFLICT DO NOTHING;
    v_is_new := FOUND;
    IF p_bytes IS NULL AND NOT v_is_new THEN DELETE FROM evidence_chunks WHERE upload = p_upload; END IF;
    IF p_bytes IS NOT NULL AND v_is_new THEN
      INSERT INTO evidence_chunks (upload, position, bytes) VALUES (p_upload, 0, p_bytes);
    END IF;
    IF NOT v_is_new THEN
      -- It stays until the end of this transaction, or was purged while we waited for it.
      PERFORM 1 FROM evidence WHERE digest = p_digest FOR KEY SHARE;
      IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SE002', MESSAGE = 'the evidence was purged'; END IF;
    END IF;
    INSERT INTO uploads (digest, tenant, at) VALUES (p_digest, p_tenant, p_at)
      ON CONFLICT (digest, tenant) DO UPDATE SET at = excluded.at;
    RETURN v_is_new;
  END $$;

  -- A batch of commands, each whole or not at all. The row of the writer says how far it came, in the same transaction:
  -- whoever lost the answer asks for it there.
  CREATE FUNCTION settld_write(p_writer uuid, p_batch bigint, p_commands jsonb, p_bytes bytea, p_accounts jsonb,
    p_jobs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    v_command jsonb;
    v_account jsonb;
    v_job jsonb;
    v_result jsonb;
    v_results jsonb[] := '{}';
    v_detail text;
  BEGIN
    PERFORM 1 FROM writers WHERE id = p_writer AND batch = p_batch - 1 FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SE003', MESSAGE = 'the batch was given up'; END IF;
    -- Everybody takes accounts in one order, so that no two batches wait for each other.
    FOR v_account IN SELECT value FROM jsonb_array_elements(p_accounts) LOOP
      PERFORM 1 FROM accounts WHERE owner = v_account->>'owner' AND kind = v_account->>'kind'
        AND asset_code = v_account->>'assetCode' AND asset_scale = (v_account->>'assetScale')::integer FOR UPDATE;
    END LOOP;
    FOR v_command IN SELECT value FROM jsonb_array_elements(p_commands) LOOP
      BEGIN
        v_result := settld_command(v_command, p_bytes);
      EXCEPTION
        WHEN SQLSTATE 'SE001' THEN
          GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
          v_result := jsonb_build_object('conflict', SQLERRM, 'account', nullif(v_detail, '')::jsonb);
        WHEN SQLSTATE 'SE002' THEN
          v_result := jsonb_build_object('gone', SQLERRM);
        WHEN unique_violation THEN
          v_result := jsonb_build_object('conflict', 'stale');
        WHEN integrity_constraint_violation OR data_exception THEN
          v_result := jsonb_build_object('misuse', SQLERRM);
      END;
      v_results := v_results || v_result;
    END LOOP;
    -- Of a command that met a conflict a job too, which will find nothing to do.
    FOR v_job IN SELECT value FROM jsonb_array_elements(p_jobs) LOOP
      EXECUTE v_job->>'sql' USING v_job->>'jobs';
    END LOOP;
    UPDATE writers SET batch = p_batch, results = to_jsonb(v_results), touched_at = now() WHERE id = p_writer;
    RETURN to_jsonb(v_results);
  END $$;

  -- What became of a batch whose answer was lost: its results, or null when it was not made, and then it never will
  -- be. Waits while the batch is still at work.
  CREATE FUNCTION settld_outcome(p_writer uuid, p_batch bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    v_results jsonb;
  BEGIN
    UPDATE writers SET batch = p_batch, results = NULL WHERE id = p_writer AND batch = p_batch - 1;
    IF FOUND THEN RETURN NULL; END IF;
    SELECT results INTO v_results FROM writers WHERE id = p_writer AND batch = p_batch;
    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SE003', MESSAGE = 'no such writer'; END IF;
    RETURN v_results;
  END $$;
`;

const down = `
  DROP FUNCTION settld_outcome;
  DROP FUNCTION settld_write;
  DROP FUNCTION settld_command;
  DROP FUNCTION settld_keep_evidence;
  DROP FUNCTION settld_change;
  DROP FUNCTION settld_book;
  DROP FUNCTION settld_put_registry;
  DROP FUNCTION settld_put_transfer;
  DROP FUNCTION settld_append_entry;
  DROP FUNCTION settld_put_agreement;
  DROP FUNCTION settld_conflict;
  DROP FUNCTION settld_piece;
`;

/** Functions of the first version. */
export const functions: { readonly up: string; readonly down: string } = { up, down };
