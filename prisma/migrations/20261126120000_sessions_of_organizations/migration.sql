-- The URL of a whole organization has sessions too. They belong to no connector, so they end with the organization.

ALTER TABLE app.mcp_sessions ALTER COLUMN connector_id DROP NOT NULL;
-- Whose call a stream is: what was said on it may be told again only while its caller may use that.
ALTER TABLE app.mcp_session_streams ADD COLUMN connector_id text, ADD COLUMN tool text;

GRANT DELETE ON app.mcp_sessions TO patchbay_lookup;
GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;
CREATE OR REPLACE FUNCTION app.purge_organization(organization text) RETURNS SETOF text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM FROM app.organization_deletions d
    WHERE d.organization_id = organization AND d.purge_after <= now() AND d.purged_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  DELETE FROM app.data_keys k WHERE k.organization_id = organization;
  RETURN QUERY SELECT DISTINCT d.digest
    FROM app.versions v,
      LATERAL (VALUES (v.source_digest), (v.artifact_digest), (v.lockfile_digest)) AS d (digest)
    WHERE v.organization_id = organization AND d.digest IS NOT NULL;
  UPDATE app.connectors c SET live_deployment_id = NULL WHERE c.organization_id = organization;
  DELETE FROM app.deployments x WHERE x.organization_id = organization;
  DELETE FROM app.findings x WHERE x.organization_id = organization;
  DELETE FROM app.version_steps x WHERE x.organization_id = organization;
  DELETE FROM app.version_log_lines x WHERE x.organization_id = organization;
  DELETE FROM app.versions x WHERE x.organization_id = organization;
  DELETE FROM app.secrets x WHERE x.organization_id = organization;
  DELETE FROM app.connector_log_lines x WHERE x.organization_id = organization;
  DELETE FROM app.usage_events x WHERE x.organization_id = organization;
  DELETE FROM app.mcp_sessions x WHERE x.organization_id = organization;
  DELETE FROM app.connectors x WHERE x.organization_id = organization;
  DELETE FROM app.api_keys x WHERE x.organization_id = organization;
  DELETE FROM app.service_accounts x WHERE x.organization_id = organization;
  DELETE FROM app.idempotency_keys x WHERE x.organization_id = organization;
  DELETE FROM app.audit_events x WHERE x.organization_id = organization;
  DELETE FROM app.audit_writers x WHERE x.organization_id = organization;
  DELETE FROM identity.organizations o WHERE o.id = organization;
  UPDATE app.organization_deletions d SET purged_at = now() WHERE d.organization_id = organization;
END
$$;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;
