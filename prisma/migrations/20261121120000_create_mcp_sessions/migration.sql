-- Sessions of 2025 clients. They end with their connector; nothing else refers to them.

CREATE TABLE app.mcp_sessions (
  organization_id text NOT NULL,
  id text NOT NULL,
  connector_id text NOT NULL,
  principal_hash text NOT NULL,
  log_level text,
  subscriptions text[] NOT NULL DEFAULT ARRAY[]::text[],
  listener_id text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_used_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  terminated_at timestamptz(3),
  CONSTRAINT mcp_sessions_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX mcp_sessions_organization_id_connector_id_principal_hash_la_idx
  ON app.mcp_sessions(organization_id, connector_id, principal_hash, last_used_at);
CREATE INDEX mcp_sessions_last_used_at_idx ON app.mcp_sessions(last_used_at);

CREATE TABLE app.mcp_session_streams (
  organization_id text NOT NULL,
  session_id text NOT NULL,
  id text NOT NULL,
  request_id jsonb NOT NULL,
  alive_until timestamptz(3) NOT NULL,
  finished_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT mcp_session_streams_pkey PRIMARY KEY (organization_id, session_id, id)
);
CREATE INDEX mcp_session_streams_created_at_idx ON app.mcp_session_streams(created_at);

CREATE TABLE app.mcp_session_events (
  organization_id text NOT NULL,
  session_id text NOT NULL,
  stream_id text NOT NULL,
  sequence integer NOT NULL,
  sealed bytea NOT NULL,
  question_id text,
  sealed_answer bytea,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT mcp_session_events_pkey PRIMARY KEY (organization_id, session_id, stream_id, sequence)
);
CREATE UNIQUE INDEX mcp_session_events_organization_id_session_id_question_id_key
  ON app.mcp_session_events(organization_id, session_id, question_id);

ALTER TABLE app.mcp_sessions ADD CONSTRAINT mcp_sessions_organization_id_connector_id_fkey FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.mcp_session_streams ADD CONSTRAINT mcp_session_streams_organization_id_session_id_fkey FOREIGN KEY (organization_id, session_id) REFERENCES app.mcp_sessions(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.mcp_session_events ADD CONSTRAINT mcp_session_events_organization_id_session_id_stream_id_fkey FOREIGN KEY (organization_id, session_id, stream_id) REFERENCES app.mcp_session_streams(organization_id, session_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- The same walls as every table of this schema.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['mcp_sessions', 'mcp_session_streams', 'mcp_session_events'] LOOP
    EXECUTE format('ALTER TABLE app.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE app.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format($policy$
      CREATE POLICY own_organization ON app.%I
        USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
        WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
    $policy$, name);
  END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.mcp_sessions, app.mcp_session_streams, app.mcp_session_events
  TO patchbay_app;
GRANT SELECT ON app.mcp_sessions, app.mcp_session_streams TO patchbay_lookup;

-- Purge learns of them: sessions 24 hours idle (ended ones when their id expires), their streams 10 minutes.
GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;
CREATE OR REPLACE FUNCTION app.expired_rows(rows_max integer)
  RETURNS TABLE (organization_id text, kind text, id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  (SELECT d.organization_id, 'organization', d.organization_id FROM app.organization_deletions d
    WHERE d.purge_after <= now() AND d.purged_at IS NULL LIMIT rows_max)
  UNION ALL
  (SELECT c.organization_id, 'connector', c.id FROM app.connectors c WHERE c.purge_after <= now() LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT l.organization_id, 'log_lines', l.organization_id FROM app.connector_log_lines l
    WHERE l.created_at < now() - interval '14 days' LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT u.organization_id, 'usage_events', u.organization_id FROM app.usage_events u
    WHERE u.created_at < now() - interval '90 days' LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT i.organization_id, 'idempotency_keys', i.organization_id FROM app.idempotency_keys i
    WHERE i.created_at < now() - interval '24 hours' LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT s.organization_id, 'mcp_sessions', s.organization_id FROM app.mcp_sessions s
    WHERE s.last_used_at < now() - interval '24 hours' AND (s.terminated_at IS NULL OR s.expires_at < now())
    LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT s.organization_id, 'mcp_session_streams', s.organization_id FROM app.mcp_session_streams s
    WHERE s.created_at < now() - interval '10 minutes' AND s.alive_until < now() LIMIT rows_max)
  LIMIT rows_max;
END;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;
