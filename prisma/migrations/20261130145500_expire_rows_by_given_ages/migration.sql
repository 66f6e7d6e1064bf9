-- What purge has to do, with the ages given by the caller: retention has its one home beside the other limits, in
-- packages/foundation/src/limits/retention.ts. A kind without an age is never due. The function with ages of its own stays
-- for the release before this one.

GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;
CREATE FUNCTION app.expired_rows(rows_max integer, age_seconds jsonb)
  RETURNS TABLE (organization_id text, kind text, id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  (SELECT d.organization_id, 'organization', d.organization_id FROM app.organization_deletions d
    WHERE d.purge_after <= now() AND d.purged_at IS NULL LIMIT rows_max)
  UNION ALL
  (SELECT c.organization_id, 'connector', c.id FROM app.connectors c WHERE c.purge_after <= now() LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT l.organization_id, 'log_lines', l.organization_id FROM app.connector_log_lines l
    WHERE l.created_at < now() - make_interval(secs => (age_seconds ->> 'log_lines')::double precision)
    LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT u.organization_id, 'usage_events', u.organization_id FROM app.usage_events u
    WHERE u.created_at < now() - make_interval(secs => (age_seconds ->> 'usage_events')::double precision)
    LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT i.organization_id, 'idempotency_keys', i.organization_id FROM app.idempotency_keys i
    WHERE i.created_at < now() - make_interval(secs => (age_seconds ->> 'idempotency_keys')::double precision)
    LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT s.organization_id, 'mcp_sessions', s.organization_id FROM app.mcp_sessions s
    WHERE s.last_used_at < now() - make_interval(secs => (age_seconds ->> 'mcp_sessions')::double precision)
      AND (s.terminated_at IS NULL OR s.expires_at < now())
    LIMIT rows_max)
  UNION ALL
  (SELECT DISTINCT s.organization_id, 'mcp_session_streams', s.organization_id FROM app.mcp_session_streams s
    WHERE s.created_at < now() - make_interval(secs => (age_seconds ->> 'mcp_session_streams')::double precision)
      AND s.alive_until < now()
    LIMIT rows_max)
  LIMIT rows_max;
END;
REVOKE ALL ON FUNCTION app.expired_rows(integer, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.expired_rows(integer, jsonb) TO patchbay_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;
