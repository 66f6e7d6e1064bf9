-- The rows of the authorization server go with their time, in the worker's purge; and a grant is saved in the transaction of
-- its organization, so that its audit row commits with it or not at all.

GRANT INSERT, UPDATE ON identity.oauth_rows TO patchbay_lookup;
GRANT SELECT, DELETE ON identity.used_assertions TO patchbay_lookup;
GRANT DELETE ON app.grants TO patchbay_lookup;

GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- The provider's row of a grant, from within its organization. What it seals opens only with a key that the database does
-- not have, and codes and refresh tokens are still written by patchbay_auth alone. Returns the grant's id.
CREATE FUNCTION app.save_grant(grant_hash bytea, sealed text, facts jsonb, expires_at timestamptz) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := NULLIF(current_setting('app.organization_id', true), '');
BEGIN
  IF organization IS NULL OR facts ->> 'organizationId' IS DISTINCT FROM organization THEN
    RAISE EXCEPTION 'a grant is saved within its own organization';
  END IF;
  INSERT INTO identity.oauth_rows AS r (model, id_hash, grant_hash, sealed, grant_facts, expires_at)
    VALUES ('Grant', save_grant.grant_hash, save_grant.grant_hash, save_grant.sealed, save_grant.facts,
      save_grant.expires_at)
    ON CONFLICT (model, id_hash) DO UPDATE
      SET sealed = excluded.sealed, grant_facts = excluded.grant_facts, expires_at = excluded.expires_at
      WHERE r.grant_facts ->> 'organizationId' = organization;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the grant is of another organization';
  END IF;
  RETURN facts ->> 'id';
END
$$;

-- Expired rows of the authorization server, used assertions that expired, and grants that ended this many seconds ago. An
-- expired grant ends in the organization's table by the trigger of its row. Call it again while it removes rows_max rows.
CREATE FUNCTION app.purge_authorization(rows_max integer, ended_seconds double precision) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  expired integer;
  assertions integer;
  ended integer;
BEGIN
  DELETE FROM identity.oauth_rows r USING (
      SELECT e.model, e.id_hash FROM identity.oauth_rows e WHERE e.expires_at < now()
      ORDER BY e.expires_at LIMIT rows_max FOR UPDATE SKIP LOCKED) gone
    WHERE r.model = gone.model AND r.id_hash = gone.id_hash;
  GET DIAGNOSTICS expired = ROW_COUNT;
  DELETE FROM identity.used_assertions a USING (
      SELECT u.hash FROM identity.used_assertions u WHERE u.expires_at < now() LIMIT rows_max) gone
    WHERE a.hash = gone.hash;
  GET DIAGNOSTICS assertions = ROW_COUNT;
  DELETE FROM app.grants g USING (
      SELECT o.organization_id, o.id FROM app.grants o WHERE o.ended_at < now() - make_interval(secs => ended_seconds)
      ORDER BY o.ended_at LIMIT rows_max FOR UPDATE SKIP LOCKED) gone
    WHERE g.organization_id = gone.organization_id AND g.id = gone.id;
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN expired + assertions + ended;
END
$$;

REVOKE ALL ON FUNCTION app.save_grant(bytea, text, jsonb, timestamptz), app.purge_authorization(integer, double precision)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.save_grant(bytea, text, jsonb, timestamptz), app.purge_authorization(integer, double precision)
  TO patchbay_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;

-- A grant that had ended is news to nobody when its row goes.
DROP TRIGGER announce ON app.grants;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF scopes, connector_ids, expires_at, ended_at ON app.grants
  FOR EACH ROW EXECUTE FUNCTION app.announce_grant();
CREATE TRIGGER announce_removed AFTER DELETE ON app.grants
  FOR EACH ROW WHEN (OLD.ended_at IS NULL) EXECUTE FUNCTION app.announce_grant();
