-- What gateways hold in memory to refuse unknown API keys without a query, and the proof that they have heard of all keys.

GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- The first six bytes of the hashes of keys that are not revoked, joined: enough to say "none of these", and nothing that
-- opens anything. Of these keys, or of all. Keys stay for a month after their end, so that they are told that they expired.
CREATE FUNCTION app.api_key_prefixes(ids text[]) RETURNS bytea
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(string_agg(substring(k.hash FROM 1 FOR 6), ''::bytea), ''::bytea) FROM app.api_keys k
    WHERE (ids IS NULL OR k.id = ANY (ids)) AND k.revoked_at IS NULL AND k.expires_at > now() - interval '30 days';
END;
REVOKE ALL ON FUNCTION app.api_key_prefixes(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.api_key_prefixes(text[]) TO patchbay_app;

-- As before, but it returns how many rows it took: fewer than it was allowed means that none is left behind.
CREATE OR REPLACE FUNCTION app.relay_outbox(rows_max integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  told integer;
  taken_rows integer;
BEGIN
  WITH due AS (
    SELECT o.organization_id, o.id FROM app.outbox o ORDER BY o.id LIMIT rows_max FOR UPDATE SKIP LOCKED
  ), taken AS (
    DELETE FROM app.outbox o USING due WHERE o.organization_id = due.organization_id AND o.id = due.id
    RETURNING o.kind, o.subject_id
  ), distinct_changes AS (
    SELECT DISTINCT kind, subject_id FROM taken
  )
  SELECT count(pg_notify('patchbay_changes', kind || ':' || subject_id)), (SELECT count(*) FROM taken)
    INTO told, taken_rows FROM distinct_changes;
  IF told > 0 THEN
    DELETE FROM app.changes c WHERE c.created_at < now() - interval '1 hour';
  END IF;
  RETURN taken_rows;
END
$$;

RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;
