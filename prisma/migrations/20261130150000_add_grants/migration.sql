-- The authorization server. What it keeps lives in identity under patchbay_auth, hashed and sealed; beside it each grant
-- has a row of its organization that opens nothing, kept in the same transaction by the triggers below. Ending either one
-- ends the other.

-- Keys that sign access tokens. The private half is sealed, and dropped when the key retires.
CREATE TABLE identity.oauth_signing_keys (
  kid text NOT NULL,
  public_jwk jsonb NOT NULL,
  sealed text,
  active_at timestamptz(3) NOT NULL,
  retired_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT oauth_signing_keys_pkey PRIMARY KEY (kid)
);

-- Everything the provider stores, by model: HMACs of its identifiers and a sealed payload. A read of this table signs
-- nobody in. A provider session ends with the sign-in that it belongs to.
CREATE TABLE identity.oauth_rows (
  model text NOT NULL,
  id_hash bytea NOT NULL,
  grant_hash bytea,
  uid_hash bytea,
  user_code_hash bytea,
  session_id text,
  sealed text NOT NULL,
  grant_facts jsonb,
  expires_at timestamptz(3),
  consumed_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT oauth_rows_pkey PRIMARY KEY (model, id_hash)
);
CREATE INDEX oauth_rows_grant_hash_idx ON identity.oauth_rows(grant_hash);
CREATE INDEX oauth_rows_uid_hash_idx ON identity.oauth_rows(uid_hash);
CREATE INDEX oauth_rows_user_code_hash_idx ON identity.oauth_rows(user_code_hash);
CREATE INDEX oauth_rows_session_id_idx ON identity.oauth_rows(session_id);
CREATE INDEX oauth_rows_expires_at_idx ON identity.oauth_rows(expires_at);
ALTER TABLE identity.oauth_rows ADD CONSTRAINT oauth_rows_session_id_fkey FOREIGN KEY (session_id)
  REFERENCES identity.sessions(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- What a person allowed a client at one resource. provider_hash is id_hash of the provider's row.
CREATE TABLE app.grants (
  organization_id text NOT NULL,
  id text NOT NULL,
  provider_hash bytea NOT NULL,
  person_id text NOT NULL,
  client_id text NOT NULL,
  client_name text NOT NULL,
  resource_path text NOT NULL,
  connector_id text,
  version_id text,
  connector_ids text[] NOT NULL DEFAULT '{}',
  scopes text[] NOT NULL DEFAULT '{}',
  expires_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  ended_at timestamptz(3),
  ended_because text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT grants_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX grants_id_idx ON app.grants(id);
CREATE INDEX grants_organization_id_created_at_id_idx ON app.grants(organization_id, created_at, id);
CREATE INDEX grants_organization_id_person_id_created_at_id_idx
  ON app.grants(organization_id, person_id, created_at, id);
CREATE INDEX grants_organization_id_connector_id_idx ON app.grants(organization_id, connector_id);
ALTER TABLE app.grants ADD CONSTRAINT grants_organization_id_fkey FOREIGN KEY (organization_id)
  REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.grants ADD CONSTRAINT grants_organization_id_connector_id_fkey
  FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id)
  ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.grants ADD CONSTRAINT grants_ended CHECK ((ended_at IS NULL) = (ended_because IS NULL));

ALTER TABLE identity.oauth_signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.oauth_signing_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.oauth_signing_keys TO patchbay_auth USING (true) WITH CHECK (true);
ALTER TABLE identity.oauth_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.oauth_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.oauth_rows TO patchbay_auth USING (true) WITH CHECK (true);
ALTER TABLE app.grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.grants FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON app.grants
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
  WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''));

GRANT SELECT, INSERT, UPDATE, DELETE ON identity.oauth_signing_keys, identity.oauth_rows TO patchbay_auth;
GRANT SELECT, UPDATE (last_used_at, ended_at, ended_because) ON app.grants TO patchbay_app;
GRANT SELECT, INSERT, UPDATE ON app.grants TO patchbay_lookup;
GRANT SELECT, DELETE ON identity.oauth_rows TO patchbay_lookup;
GRANT SELECT (id, person_id) ON identity.sessions TO patchbay_lookup;

GRANT CREATE ON SCHEMA app, identity TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- From the provider's row of a grant to the organization's. One grant is open per person, client and resource: a newer
-- one ends the one before.
CREATE FUNCTION identity.keep_grant() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  facts jsonb := CASE WHEN TG_OP = 'DELETE' THEN OLD.grant_facts ELSE NEW.grant_facts END;
  organization text := facts ->> 'organizationId';
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE app.grants g SET ended_at = now(), ended_because = CASE
        WHEN OLD.expires_at <= now() THEN 'expired'
        ELSE COALESCE(NULLIF(current_setting('app.grant_ended_because', true), ''), 'revoked') END
      WHERE g.organization_id = organization AND g.id = facts ->> 'id' AND g.ended_at IS NULL;
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'grants of', organization, facts ->> 'personId'), 0));
    UPDATE app.grants g SET ended_at = now(), ended_because = 'replaced'
      WHERE g.organization_id = organization AND g.person_id = facts ->> 'personId'
        AND g.client_id = facts ->> 'clientId' AND g.resource_path = facts ->> 'resourcePath' AND g.ended_at IS NULL;
    INSERT INTO app.grants (organization_id, id, provider_hash, person_id, client_id, client_name, resource_path,
        connector_id, version_id, connector_ids, scopes, expires_at)
      VALUES (organization, facts ->> 'id', NEW.id_hash, facts ->> 'personId', facts ->> 'clientId',
        facts ->> 'clientName', facts ->> 'resourcePath', facts ->> 'connectorId', facts ->> 'versionId',
        ARRAY(SELECT jsonb_array_elements_text(facts -> 'connectorIds')),
        ARRAY(SELECT jsonb_array_elements_text(facts -> 'scopes')), NEW.expires_at);
    RETURN NULL;
  END IF;
  UPDATE app.grants g SET client_name = facts ->> 'clientName', expires_at = NEW.expires_at,
      connector_ids = ARRAY(SELECT jsonb_array_elements_text(facts -> 'connectorIds')),
      scopes = ARRAY(SELECT jsonb_array_elements_text(facts -> 'scopes'))
    WHERE g.organization_id = organization AND g.id = facts ->> 'id';
  RETURN NULL;
END
$$;

-- From the organization's row to the provider's rows and to all gateways. Whatever ended a grant takes its codes and
-- refresh tokens with it.
CREATE FUNCTION app.announce_grant() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END;
  subject text := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.ended_at IS NOT NULL) THEN
    DELETE FROM identity.oauth_rows r WHERE r.grant_hash = OLD.provider_hash;
  END IF;
  INSERT INTO app.changes (organization_id, kind, subject_id) VALUES (organization, 'grant', subject);
  INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES (organization, 'grant', subject);
  RETURN NULL;
END
$$;

-- The organization of a grant, before it is known.
CREATE FUNCTION app.find_grant(grant_id text) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT g.organization_id FROM app.grants g WHERE g.id = grant_id;
END;

-- As before; whoever leaves an organization also leaves without grants, and a change of role asks for the sign-in again
-- wherever the provider remembers one.
CREATE OR REPLACE FUNCTION identity.announce_member() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := CASE WHEN TG_OP = 'INSERT' THEN NEW.organization_id ELSE OLD.organization_id END;
  person text := CASE WHEN TG_OP = 'INSERT' THEN NEW.person_id ELSE OLD.person_id END;
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE app.api_keys k SET revoked_at = now()
      WHERE k.organization_id = organization AND k.person_id = person AND k.revoked_at IS NULL;
    UPDATE app.grants g SET ended_at = now(), ended_because = 'member_removed'
      WHERE g.organization_id = organization AND g.person_id = person AND g.ended_at IS NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM identity.oauth_rows r USING identity.sessions s
      WHERE r.model = 'Session' AND r.session_id = s.id AND s.person_id = person;
  END IF;
  INSERT INTO app.changes (organization_id, kind, subject_id) VALUES (organization, 'person', person);
  INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES (organization, 'person', person);
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION identity.keep_grant(), app.announce_grant(), app.find_grant(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.find_grant(text) TO patchbay_app;
GRANT EXECUTE ON FUNCTION identity.keep_grant(), app.announce_grant() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app, identity FROM patchbay_lookup;

CREATE TRIGGER keep_new_grant AFTER INSERT ON identity.oauth_rows
  FOR EACH ROW WHEN (NEW.grant_facts IS NOT NULL) EXECUTE FUNCTION identity.keep_grant();
CREATE TRIGGER keep_changed_grant AFTER UPDATE OF grant_facts, expires_at ON identity.oauth_rows
  FOR EACH ROW WHEN (NEW.grant_facts IS NOT NULL) EXECUTE FUNCTION identity.keep_grant();
CREATE TRIGGER keep_ended_grant AFTER DELETE ON identity.oauth_rows
  FOR EACH ROW WHEN (OLD.grant_facts IS NOT NULL) EXECUTE FUNCTION identity.keep_grant();
CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF scopes, connector_ids, expires_at, ended_at ON app.grants
  FOR EACH ROW EXECUTE FUNCTION app.announce_grant();
