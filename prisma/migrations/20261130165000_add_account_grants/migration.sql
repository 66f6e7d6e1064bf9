-- What people allowed programs to do for them through the admin API. Such a grant belongs to a person and to no
-- organization, so it has no row in app.grants. It opens nothing: codes and refresh tokens are rows of the provider, and
-- ending either one ends the other. provider_hash is id_hash of the provider's row.
CREATE TABLE identity.account_grants (
  id text NOT NULL,
  provider_hash bytea NOT NULL,
  person_id text NOT NULL,
  client_id text NOT NULL,
  client_name text NOT NULL,
  -- The organizations that it is limited to; none means every one of the person.
  organization_ids text[] NOT NULL DEFAULT '{}',
  scopes text[] NOT NULL DEFAULT '{}',
  -- Given with a code that was typed, so there is no refresh token.
  by_device_code boolean NOT NULL DEFAULT false,
  -- From where the program asked, if it did so itself; otherwise from where the person answered.
  client_address text,
  expires_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT account_grants_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX account_grants_provider_hash_key ON identity.account_grants(provider_hash);
CREATE INDEX account_grants_person_id_created_at_idx ON identity.account_grants(person_id, created_at);
CREATE INDEX account_grants_client_id_idx ON identity.account_grants(client_id);
CREATE INDEX account_grants_expires_at_idx ON identity.account_grants(expires_at);
ALTER TABLE identity.account_grants ADD CONSTRAINT account_grants_person_id_fkey FOREIGN KEY (person_id)
  REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.account_grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.account_grants FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.account_grants TO patchbay_auth USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, DELETE, UPDATE (last_used_at) ON identity.account_grants TO patchbay_auth;
GRANT SELECT, DELETE, UPDATE (expires_at) ON identity.account_grants TO patchbay_lookup;

-- Whether an owner made the client for the admin API too.
ALTER TABLE app.oauth_clients ADD COLUMN admin_api boolean NOT NULL DEFAULT false;

GRANT CREATE ON SCHEMA app, identity TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- From the provider's row of a grant to the person's: its end, and each time it is extended.
CREATE FUNCTION identity.keep_account_grant() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM identity.account_grants g WHERE g.provider_hash = OLD.id_hash;
  ELSE
    UPDATE identity.account_grants g SET expires_at = NEW.expires_at
      WHERE g.provider_hash = NEW.id_hash AND g.expires_at <> NEW.expires_at;
  END IF;
  RETURN NULL;
END
$$;

-- From the person's row to the provider's, whose codes and refresh tokens end with the grant, and to all gateways, whose
-- open streams ask again.
CREATE FUNCTION identity.end_account_grant() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM identity.oauth_rows r WHERE r.grant_hash = OLD.provider_hash;
  INSERT INTO app.changes (organization_id, kind, subject_id)
    SELECT m.organization_id, 'person', OLD.person_id FROM identity.members m WHERE m.person_id = OLD.person_id;
  INSERT INTO app.outbox (organization_id, kind, subject_id)
    SELECT m.organization_id, 'person', OLD.person_id FROM identity.members m WHERE m.person_id = OLD.person_id;
  RETURN NULL;
END
$$;

-- A client that is disabled takes what people granted it.
CREATE FUNCTION app.end_account_grants_of_client() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM identity.account_grants g WHERE g.client_id = OLD.id;
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION identity.keep_account_grant(), identity.end_account_grant(), app.end_account_grants_of_client()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.keep_account_grant(), identity.end_account_grant(),
  app.end_account_grants_of_client() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app, identity FROM patchbay_lookup;

CREATE TRIGGER keep_extended_account_grant AFTER UPDATE OF expires_at ON identity.oauth_rows
  FOR EACH ROW WHEN (NEW.model = 'Grant' AND NEW.grant_facts IS NULL) EXECUTE FUNCTION identity.keep_account_grant();
CREATE TRIGGER keep_ended_account_grant AFTER DELETE ON identity.oauth_rows
  FOR EACH ROW WHEN (OLD.model = 'Grant' AND OLD.grant_facts IS NULL) EXECUTE FUNCTION identity.keep_account_grant();
CREATE TRIGGER end_account_grant AFTER DELETE ON identity.account_grants
  FOR EACH ROW EXECUTE FUNCTION identity.end_account_grant();
CREATE TRIGGER end_account_grants AFTER DELETE OR UPDATE OF disabled_at ON app.oauth_clients
  FOR EACH ROW WHEN (OLD.admin_api) EXECUTE FUNCTION app.end_account_grants_of_client();
