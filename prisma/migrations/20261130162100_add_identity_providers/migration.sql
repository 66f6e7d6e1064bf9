-- An organization's own OpenID Connect provider, and the people it knows. A provider speaks about one organization only: a
-- session that it made opens that organization alone, and a person elsewhere is never found by an address it asserts.

CREATE TABLE app.identity_providers (
  organization_id text NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  -- Null: a public client, which proves itself by PKCE alone.
  sealed_secret bytea,
  state text NOT NULL DEFAULT 'draft',
  -- A sign-in that came back whole, with the settings as they are.
  tested_at timestamptz(3),
  -- Members sign in with this provider and in no other way.
  required boolean NOT NULL DEFAULT false,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT identity_providers_pkey PRIMARY KEY (organization_id),
  CONSTRAINT identity_providers_state CHECK (state IN ('draft', 'active')),
  CONSTRAINT identity_providers_tested CHECK (state = 'draft' OR tested_at IS NOT NULL),
  CONSTRAINT identity_providers_required CHECK (state = 'active' OR NOT required)
);
ALTER TABLE app.identity_providers ADD CONSTRAINT identity_providers_organization_id_fkey FOREIGN KEY (organization_id)
  REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.identity_providers ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.identity_providers FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON app.identity_providers
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
  WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
GRANT SELECT, INSERT, UPDATE, DELETE ON app.identity_providers TO patchbay_app;

-- A subject of an issuer, as one organization's provider names it, and the person it signs in as. The same subject of the
-- same issuer in another organization is another row: no organization speaks for the next one.
CREATE TABLE identity.external_identities (
  organization_id text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  person_id text NOT NULL,
  last_used_at timestamptz(3) NOT NULL DEFAULT now(),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT external_identities_pkey PRIMARY KEY (organization_id, issuer, subject)
);
CREATE INDEX external_identities_person_id_idx ON identity.external_identities(person_id);
ALTER TABLE identity.external_identities ADD CONSTRAINT external_identities_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE identity.external_identities ADD CONSTRAINT external_identities_person_id_fkey
  FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE identity.external_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.external_identities FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.external_identities TO patchbay_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.external_identities TO patchbay_auth;

-- How the person of a grant had signed in when they gave it. Null: with a password, or before this was kept.
ALTER TABLE app.grants ADD COLUMN sign_in text;
ALTER TABLE app.grants ADD CONSTRAINT grants_sign_in CHECK (sign_in IN ('identity_provider', 'owner_exception')) NOT VALID;

GRANT CREATE ON SCHEMA identity TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- A provider that is not in service any more leaves no session behind.
CREATE FUNCTION identity.end_provider_sessions() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.state <> 'active' OR NEW.issuer <> OLD.issuer THEN
    DELETE FROM identity.sessions s WHERE s.provider_organization_id = OLD.organization_id;
  END IF;
  RETURN NULL;
END
$$;

-- After `keep_new_grant` and `keep_changed_grant`, by name: beside what they keep.
CREATE FUNCTION identity.keep_grant_sign_in() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE app.grants g SET sign_in = NEW.grant_facts ->> 'signIn'
    WHERE g.organization_id = NEW.grant_facts ->> 'organizationId' AND g.id = NEW.grant_facts ->> 'id'
      AND g.sign_in IS DISTINCT FROM NEW.grant_facts ->> 'signIn';
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION identity.end_provider_sessions(), identity.keep_grant_sign_in() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.end_provider_sessions(), identity.keep_grant_sign_in() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA identity FROM patchbay_lookup;

CREATE TRIGGER end_provider_sessions AFTER UPDATE OR DELETE ON app.identity_providers
  FOR EACH ROW EXECUTE FUNCTION identity.end_provider_sessions();
CREATE TRIGGER keep_sign_in AFTER INSERT OR UPDATE OF grant_facts ON identity.oauth_rows
  FOR EACH ROW WHEN (NEW.grant_facts IS NOT NULL) EXECUTE FUNCTION identity.keep_grant_sign_in();
