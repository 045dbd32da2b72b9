// What becomes of evidence after it was uploaded: its seal is changed, or it is purged.
const tables = `
  CREATE TABLE tombstones (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    digest text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('closed', 'unreferenced')),
    envelope bytea NOT NULL,
    agreements text NOT NULL,
    uploaders text NOT NULL,
    readmitted text
  );
  CREATE INDEX tombstones_by_digest ON tombstones (digest, n);

  CREATE TABLE holds (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('agreement', 'tenant', 'digest')),
    target text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    placed_by text NOT NULL,
    at bigint NOT NULL,
    released text
  );
  CREATE INDEX holds_active ON holds (kind, target) WHERE released IS NULL;
`;

const functions = `
  -- Holds evidence for this transaction, so that nobody purges what an agreement is about to name. What was purged, and
  -- is not here again, is a conflict.
  CREATE FUNCTION settld_hold_evidence(p_digests jsonb) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_digest text;
  BEGIN
    -- One look at the index for each: as a join the planner reads all the evidence that there is.
    FOR v_digest IN SELECT d FROM jsonb_array_elements_text(p_digests) d ORDER BY d COLLATE "C" LOOP
      PERFORM 1 FROM evidence WHERE digest = v_digest FOR KEY SHARE;
      IF NOT FOUND THEN
        PERFORM 1 FROM tombstones WHERE digest = v_digest;
        IF FOUND THEN PERFORM settld_conflict('stale'); END IF;
      END IF;
    END LOOP;
  END $$;

  CREATE FUNCTION settld_is_held(p_digest text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
      SELECT 1 FROM holds h WHERE h.released IS NULL AND h.kind = 'digest' AND h.target = p_digest
      UNION ALL
      SELECT 1 FROM evidence_references e JOIN agreements a ON a.n = e.agreement
        JOIN holds h ON h.released IS NULL AND h.kind = 'agreement' AND h.target = a.id
        WHERE e.digest = p_digest
      UNION ALL
      SELECT 1 FROM uploads u JOIN holds h ON h.released IS NULL AND h.kind = 'tenant' AND h.target = u.tenant
        WHERE u.digest = p_digest
      UNION ALL
      SELECT 1 FROM evidence_references e JOIN roles r ON r.agreement = e.agreement JOIN parties p ON p.id = r.party
        JOIN holds h ON h.released IS NULL AND h.kind = 'tenant' AND h.target = p.tenant
        WHERE e.digest = p_digest)
  $$;

  CREATE FUNCTION settld_purge_evidence(p_purge jsonb, p_bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    v_digest text := p_purge->>'digest';
    v_upload uuid;
    v_agreements jsonb;
    v_uploads jsonb;
  BEGIN
    SELECT upload INTO v_upload FROM evidence WHERE digest = v_digest FOR UPDATE;
    IF NOT FOUND THEN RETURN 'changed'; END IF;
    IF settld_is_held(v_digest) THEN RETURN 'held'; END IF;
    SELECT coalesce(jsonb_agg(a.id ORDER BY a.id), '[]') INTO v_agreements
      FROM evidence_references e JOIN agreements a ON a.n = e.agreement WHERE e.digest = v_digest AND NOT e.purged;
    SELECT coalesce(jsonb_agg(jsonb_build_object('tenant', u.tenant, 'at', u.at) ORDER BY u.tenant), '[]') INTO v_uploads
      FROM uploads u WHERE u.digest = v_digest;
    IF v_agreements <> p_purge->'agreements' OR v_uploads <> p_purge->'uploads' THEN RETURN 'changed'; END IF;
    INSERT INTO tombstones (id, digest, at, kind, envelope, agreements, uploaders)
      SELECT t->>'id', t->>'digest', (t->>'at')::bigint, t->>'kind', settld_piece(p_bytes, t->'envelope'),
        (t->'agreements')::text, (t->'uploaders')::text
      FROM jsonb_array_elements(p_purge->'tombstones') t;
    UPDATE evidence_references SET purged = true WHERE digest = v_digest;
    DELETE FROM uploads WHERE digest = v_digest;
    DELETE FROM evidence WHERE digest = v_digest;
    DELETE FROM evidence_chunks WHERE upload = v_upload;
    RETURN 'purged';
  END $$;

  -- Puts evidence under another key, and other chunks in its place when it was plain. False when it is otherwise than
  -- the command says; then the new chunks go.
  CREATE FUNCTION settld_reseal_evidence(p_command jsonb, p_bytes bytea) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    v_before uuid := (p_command->'before'->>'upload')::uuid;
    v_upload uuid := coalesce((p_command->>'upload')::uuid, v_before);
    v_is_done boolean;
  BEGIN
    UPDATE evidence SET upload = v_upload, key_id = p_command->'key'->>'key',
        wrapped_key = settld_piece(p_bytes, p_command->'key'->'wrapped')
      WHERE digest = p_command->>'digest' AND upload = v_before
        AND key_id IS NOT DISTINCT FROM p_command->'before'->'key'->>'key'
        AND wrapped_key IS NOT DISTINCT FROM settld_piece(p_bytes, p_command->'before'->'key'->'wrapped');
    v_is_done := FOUND;
    IF v_upload <> v_before THEN
      DELETE FROM staged_uploads WHERE upload = v_upload;
      IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SE002', MESSAGE = 'the upload was given up'; END IF;
      DELETE FROM evidence_chunks WHERE upload = CASE WHEN v_is_done THEN v_before ELSE v_upload END;
    END IF;
    RETURN v_is_done;
  END $$;
`;

const down = `
  DROP FUNCTION settld_reseal_evidence;
  DROP FUNCTION settld_purge_evidence;
  DROP FUNCTION settld_is_held;
  DROP FUNCTION settld_hold_evidence;
`;

/** The end of evidence in the first version: tables, and the functions that write them. */
export const evidence: {
  readonly tables: string;
  readonly functions: string;
  readonly downFunctions: string;
  readonly downTables: string;
} = { tables, functions, downFunctions: down, downTables: "DROP TABLE holds;\nDROP TABLE tombstones;\n" };
