-- The walls of schema app (security.md S18): row-level security on every table, the least rights for patchbay_app, and
-- the few listed functions that see more than one organization.

DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' LOOP
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

-- What is append-only for the platform has neither UPDATE nor DELETE here; purges are functions below.
GRANT SELECT, INSERT, UPDATE, DELETE ON app.idempotency_keys, app.secrets TO patchbay_app;
GRANT SELECT, INSERT, DELETE ON
  app.organization_deletions, app.connector_log_lines, app.usage_events, app.findings TO patchbay_app;
GRANT SELECT, INSERT, UPDATE ON app.connectors, app.version_steps, app.audit_writers TO patchbay_app;
GRANT SELECT, INSERT ON
  app.connector_slugs, app.data_keys, app.version_log_lines, app.deployments, app.audit_events TO patchbay_app;
GRANT SELECT, INSERT, UPDATE (last_used_at, last_used_address, revoked_at) ON app.api_keys TO patchbay_app;
GRANT SELECT, INSERT, UPDATE (name, disabled_at) ON app.service_accounts TO patchbay_app;
GRANT SELECT, INSERT,
  UPDATE (state, artifact_digest, lockfile_digest, manifest, failure, lease_holder, lease_until, finished_at)
  ON app.versions TO patchbay_app;
GRANT INSERT ON app.outbox, app.changes TO patchbay_app;

-- patchbay_lookup: no login, bypasses row-level security, owns the functions below and may nothing beyond them.
GRANT SELECT ON ALL TABLES IN SCHEMA app TO patchbay_lookup;
GRANT SELECT ON identity.people, identity.organizations, identity.organization_slugs, identity.members
  TO patchbay_lookup;
GRANT INSERT ON identity.organization_slugs, app.outbox, app.changes TO patchbay_lookup;
GRANT UPDATE (revoked_at) ON app.api_keys TO patchbay_lookup;
GRANT UPDATE (live_deployment_id) ON app.connectors TO patchbay_lookup;
GRANT UPDATE (purged_at) ON app.organization_deletions TO patchbay_lookup;
GRANT UPDATE ON app.outbox TO patchbay_lookup;
GRANT DELETE ON identity.organizations, app.outbox, app.changes, app.connectors, app.versions, app.version_steps,
  app.version_log_lines, app.findings, app.deployments, app.secrets, app.data_keys, app.connector_log_lines,
  app.usage_events, app.api_keys, app.service_accounts, app.idempotency_keys, app.audit_events, app.audit_writers
  TO patchbay_lookup;

-- Look-ups before the organization is known: ids and nothing else.

CREATE FUNCTION app.find_organization(slug_or_id text) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT o.id FROM identity.organizations o WHERE o.id = slug_or_id
  UNION ALL
  SELECT o.id FROM identity.organization_slugs s JOIN identity.organizations o ON o.id = s.organization_id
    WHERE s.slug = lower(slug_or_id)
  LIMIT 1;
END;

CREATE FUNCTION app.find_endpoint(organization_slug text, connector_slug text)
  RETURNS TABLE (organization_id text, connector_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.organization_id, c.id
    FROM identity.organization_slugs s
    JOIN app.connector_slugs n ON n.organization_id = s.organization_id AND n.slug = connector_slug
    JOIN app.connectors c ON c.organization_id = n.organization_id AND c.id = n.connector_id
    WHERE s.slug = lower(organization_slug) AND c.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM app.organization_deletions d WHERE d.organization_id = c.organization_id);
END;

CREATE FUNCTION app.find_api_key(key_hash bytea) RETURNS TABLE (organization_id text, api_key_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT k.organization_id, k.id FROM app.api_keys k WHERE k.hash = key_hash;
END;

CREATE FUNCTION app.find_person_memberships(person text) RETURNS TABLE (organization_id text, member_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT m.organization_id, m.id FROM identity.members m WHERE m.person_id = person ORDER BY m.created_at, m.id;
END;

-- Versions nobody works on: not final, or published with an activation that was asked for and did not happen yet.
CREATE FUNCTION app.due_versions(rows_max integer) RETURNS TABLE (organization_id text, version_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT v.organization_id, v.id
    FROM app.versions v
    JOIN app.connectors c ON c.organization_id = v.organization_id AND c.id = v.connector_id
    WHERE c.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM app.organization_deletions d WHERE d.organization_id = v.organization_id)
      AND (v.lease_until IS NULL OR v.lease_until < now())
      AND (v.state IN ('received', 'resolving', 'building', 'probing', 'scanning', 'storing')
        OR (v.state = 'published' AND v.activate AND NOT EXISTS (
          SELECT FROM app.deployments p WHERE p.organization_id = v.organization_id AND p.version_id = v.id)))
    ORDER BY v.created_at
    LIMIT rows_max;
END;

-- What purge has to do, and where. Retention: log lines 14 days, usage 90 days, idempotency keys 24 hours.
CREATE FUNCTION app.expired_rows(rows_max integer) RETURNS TABLE (organization_id text, kind text, id text)
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
  LIMIT rows_max;
END;

-- The change feed (security.md S24).

-- Changes of transactions that were not yet visible to whoever had `since` as the oldest running transaction.
CREATE FUNCTION app.read_changes(since xid8) RETURNS TABLE (revision bigint, kind text, id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.revision, c.kind, c.subject_id FROM app.changes c WHERE c.transaction >= since ORDER BY c.revision;
END;

-- Tells listeners what was committed, each (kind, id) once, and forgets changes that are too old to be asked for.
CREATE FUNCTION app.relay_outbox(rows_max integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  told integer;
BEGIN
  WITH due AS (
    SELECT o.organization_id, o.id FROM app.outbox o ORDER BY o.id LIMIT rows_max FOR UPDATE SKIP LOCKED
  ), taken AS (
    DELETE FROM app.outbox o USING due WHERE o.organization_id = due.organization_id AND o.id = due.id
    RETURNING o.kind, o.subject_id
  ), distinct_changes AS (
    SELECT DISTINCT kind, subject_id FROM taken
  )
  SELECT count(pg_notify('patchbay_changes', kind || ':' || subject_id)) INTO told FROM distinct_changes;
  IF told > 0 THEN
    DELETE FROM app.changes c WHERE c.created_at < now() - interval '1 hour';
  END IF;
  RETURN told;
END
$$;

-- Ends: each checks by itself that the time has come, so that calling it early does nothing.

-- Returns the digests that no version of anybody refers to any more.
CREATE FUNCTION app.purge_connector(organization text, connector text) RETURNS SETOF text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  versions_gone text[];
  digests text[];
BEGIN
  PERFORM FROM app.connectors c
    WHERE c.organization_id = organization AND c.id = connector AND c.purge_after <= now() FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT array_agg(v.id), array_agg(DISTINCT d.digest) FILTER (WHERE d.digest IS NOT NULL)
    INTO versions_gone, digests
    FROM app.versions v,
      LATERAL (VALUES (v.source_digest), (v.artifact_digest), (v.lockfile_digest)) AS d (digest)
    WHERE v.organization_id = organization AND v.connector_id = connector;
  UPDATE app.connectors c SET live_deployment_id = NULL WHERE c.organization_id = organization AND c.id = connector;
  DELETE FROM app.deployments p WHERE p.organization_id = organization AND p.connector_id = connector;
  DELETE FROM app.findings f WHERE f.organization_id = organization AND f.version_id = ANY (versions_gone);
  DELETE FROM app.version_steps s WHERE s.organization_id = organization AND s.version_id = ANY (versions_gone);
  DELETE FROM app.version_log_lines l WHERE l.organization_id = organization AND l.version_id = ANY (versions_gone);
  DELETE FROM app.versions v WHERE v.organization_id = organization AND v.connector_id = connector;
  DELETE FROM app.secrets s WHERE s.organization_id = organization AND s.connector_id = connector;
  DELETE FROM app.connector_log_lines l WHERE l.organization_id = organization AND l.connector_id = connector;
  DELETE FROM app.connectors c WHERE c.organization_id = organization AND c.id = connector;
  RETURN QUERY SELECT d FROM unnest(digests) AS d WHERE NOT EXISTS (
    SELECT FROM app.versions v
      WHERE v.organization_id = organization AND d IN (v.source_digest, v.artifact_digest, v.lockfile_digest));
END
$$;

-- The data key goes first. The slugs of the organization and of its connectors stay for ever.
CREATE FUNCTION app.purge_organization(organization text) RETURNS SETOF text
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

-- What better-auth writes has consequences here, in its own transaction, whatever way it was written.

-- A URL never changes hands (security.md S11): a slug belongs for ever to the organization that had it first.
CREATE FUNCTION identity.keep_organization_slug() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO identity.organization_slugs (slug, organization_id) VALUES (NEW.slug, NEW.id) ON CONFLICT DO NOTHING;
  PERFORM FROM identity.organization_slugs s WHERE s.slug = NEW.slug AND s.organization_id = NEW.id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'slugs.retired: "%" belonged to another organization', NEW.slug
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'organization_slugs_never_change_hands';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION identity.announce_organization() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
BEGIN
  INSERT INTO app.changes (organization_id, kind, subject_id) VALUES (organization, 'organization', organization);
  INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES (organization, 'organization', organization);
  RETURN NULL;
END
$$;

-- Whoever leaves an organization leaves without keys.
CREATE FUNCTION identity.announce_member() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := CASE WHEN TG_OP = 'INSERT' THEN NEW.organization_id ELSE OLD.organization_id END;
  person text := CASE WHEN TG_OP = 'INSERT' THEN NEW.person_id ELSE OLD.person_id END;
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE app.api_keys k SET revoked_at = now()
      WHERE k.organization_id = organization AND k.person_id = person AND k.revoked_at IS NULL;
  END IF;
  INSERT INTO app.changes (organization_id, kind, subject_id) VALUES (organization, 'person', person);
  INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES (organization, 'person', person);
  RETURN NULL;
END
$$;

CREATE FUNCTION identity.announce_person() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO app.changes (organization_id, kind, subject_id)
    SELECT m.organization_id, 'person', NEW.id FROM identity.members m WHERE m.person_id = NEW.id;
  INSERT INTO app.outbox (organization_id, kind, subject_id)
    SELECT m.organization_id, 'person', NEW.id FROM identity.members m WHERE m.person_id = NEW.id;
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_slug BEFORE INSERT OR UPDATE OF slug ON identity.organizations
  FOR EACH ROW EXECUTE FUNCTION identity.keep_organization_slug();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON identity.organizations
  FOR EACH ROW EXECUTE FUNCTION identity.announce_organization();
CREATE TRIGGER announce AFTER INSERT OR UPDATE OR DELETE ON identity.members
  FOR EACH ROW EXECUTE FUNCTION identity.announce_member();
CREATE TRIGGER announce AFTER UPDATE OF email, name ON identity.people
  FOR EACH ROW EXECUTE FUNCTION identity.announce_person();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app, identity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  app.find_organization(text), app.find_endpoint(text, text), app.find_api_key(bytea),
  app.find_person_memberships(text), app.due_versions(integer), app.expired_rows(integer), app.read_changes(xid8),
  app.relay_outbox(integer), app.purge_connector(text, text), app.purge_organization(text)
  TO patchbay_app;

-- The functions change hands: their owner must, for this moment, be allowed to create in both schemas.
GRANT CREATE ON SCHEMA app, identity TO patchbay_lookup;
ALTER FUNCTION app.find_organization(text) OWNER TO patchbay_lookup;
ALTER FUNCTION app.find_endpoint(text, text) OWNER TO patchbay_lookup;
ALTER FUNCTION app.find_api_key(bytea) OWNER TO patchbay_lookup;
ALTER FUNCTION app.find_person_memberships(text) OWNER TO patchbay_lookup;
ALTER FUNCTION app.due_versions(integer) OWNER TO patchbay_lookup;
ALTER FUNCTION app.expired_rows(integer) OWNER TO patchbay_lookup;
ALTER FUNCTION app.read_changes(xid8) OWNER TO patchbay_lookup;
ALTER FUNCTION app.relay_outbox(integer) OWNER TO patchbay_lookup;
ALTER FUNCTION app.purge_connector(text, text) OWNER TO patchbay_lookup;
ALTER FUNCTION app.purge_organization(text) OWNER TO patchbay_lookup;
ALTER FUNCTION identity.keep_organization_slug() OWNER TO patchbay_lookup;
ALTER FUNCTION identity.announce_organization() OWNER TO patchbay_lookup;
ALTER FUNCTION identity.announce_member() OWNER TO patchbay_lookup;
ALTER FUNCTION identity.announce_person() OWNER TO patchbay_lookup;
REVOKE CREATE ON SCHEMA app, identity FROM patchbay_lookup;
