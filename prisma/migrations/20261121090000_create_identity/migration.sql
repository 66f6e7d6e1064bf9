-- People, sessions and organizations: better-auth's tables under our names (schema identity), and the roles and schemas
-- they need. Only patchbay_auth writes here; patchbay_app reads what belongs to its organization (security.md S18).

-- A serving database has these roles before its first migration (they log in). A database that only proves the schema,
-- such as the shadow database of `prisma migrate diff`, gets them without a login.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['patchbay_owner', 'patchbay_app', 'patchbay_auth', 'patchbay_queue'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'patchbay_lookup') THEN
    CREATE ROLE patchbay_lookup NOLOGIN BYPASSRLS;
  END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS app;
CREATE SCHEMA IF NOT EXISTS identity;
GRANT USAGE ON SCHEMA app TO patchbay_app, patchbay_lookup;
GRANT USAGE ON SCHEMA identity TO patchbay_app, patchbay_auth, patchbay_lookup;
-- A new function is nobody's until it is granted.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE identity.people (
  id text NOT NULL,
  email text NOT NULL,
  email_verified boolean NOT NULL DEFAULT false,
  name text NOT NULL,
  image text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT people_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX people_email_key ON identity.people(email);

CREATE TABLE identity.sessions (
  id text NOT NULL,
  person_id text NOT NULL,
  token text NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  ip_address text,
  user_agent text,
  active_organization_id text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT sessions_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX sessions_token_key ON identity.sessions(token);
CREATE INDEX sessions_person_id_idx ON identity.sessions(person_id);

CREATE TABLE identity.accounts (
  id text NOT NULL,
  person_id text NOT NULL,
  account_id text NOT NULL,
  provider_id text NOT NULL,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz(3),
  refresh_token_expires_at timestamptz(3),
  scope text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT accounts_pkey PRIMARY KEY (id)
);
CREATE INDEX accounts_person_id_idx ON identity.accounts(person_id);

CREATE TABLE identity.verifications (
  id text NOT NULL,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT verifications_pkey PRIMARY KEY (id)
);
CREATE INDEX verifications_identifier_idx ON identity.verifications(identifier);

CREATE TABLE identity.organizations (
  id text NOT NULL,
  name text NOT NULL,
  slug text NOT NULL,
  logo text,
  metadata text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT organizations_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX organizations_slug_key ON identity.organizations(slug);

CREATE TABLE identity.organization_slugs (
  slug text NOT NULL,
  organization_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT organization_slugs_pkey PRIMARY KEY (slug)
);
CREATE INDEX organization_slugs_organization_id_idx ON identity.organization_slugs(organization_id);

CREATE TABLE identity.members (
  id text NOT NULL,
  organization_id text NOT NULL,
  person_id text NOT NULL,
  role text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT members_pkey PRIMARY KEY (id)
);
CREATE INDEX members_person_id_idx ON identity.members(person_id);
CREATE UNIQUE INDEX members_organization_id_person_id_key ON identity.members(organization_id, person_id);

CREATE TABLE identity.invitations (
  id text NOT NULL,
  organization_id text NOT NULL,
  email text NOT NULL,
  role text,
  status text NOT NULL DEFAULT 'pending',
  expires_at timestamptz(3) NOT NULL,
  inviter_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT invitations_pkey PRIMARY KEY (id)
);
CREATE INDEX invitations_organization_id_idx ON identity.invitations(organization_id);
CREATE INDEX invitations_email_idx ON identity.invitations(email);

CREATE TABLE identity.setup_links (
  hash bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT setup_links_pkey PRIMARY KEY (hash)
);


ALTER TABLE identity.sessions ADD CONSTRAINT sessions_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.accounts ADD CONSTRAINT accounts_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.members ADD CONSTRAINT members_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.members ADD CONSTRAINT members_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.invitations ADD CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.invitations ADD CONSTRAINT invitations_inviter_id_fkey FOREIGN KEY (inviter_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.people ADD CONSTRAINT people_email_lower CHECK (email = lower(email));
ALTER TABLE identity.organizations ADD CONSTRAINT organizations_slug_form
  CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) BETWEEN 2 AND 32);
ALTER TABLE identity.members ADD CONSTRAINT members_role CHECK (role IN ('owner', 'admin', 'developer', 'member'));
ALTER TABLE identity.invitations ADD CONSTRAINT invitations_role
  CHECK (role IN ('owner', 'admin', 'developer', 'member'));

GRANT SELECT, INSERT, UPDATE, DELETE ON
  identity.people, identity.sessions, identity.accounts, identity.verifications, identity.organizations,
  identity.members, identity.invitations, identity.setup_links
  TO patchbay_auth;
GRANT SELECT ON identity.organization_slugs TO patchbay_auth;
GRANT SELECT ON identity.people, identity.organizations, identity.organization_slugs, identity.members,
  identity.invitations
  TO patchbay_app;

-- Row-level security binds the owner too. patchbay_auth works before any organization is known and sees all of identity.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['people', 'sessions', 'accounts', 'verifications', 'organizations', 'organization_slugs',
    'members', 'invitations', 'setup_links'] LOOP
    EXECUTE format('ALTER TABLE identity.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE identity.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY sign_in ON identity.%I TO patchbay_auth USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

CREATE POLICY own_organization ON identity.organizations FOR SELECT TO patchbay_app
  USING (id = NULLIF(current_setting('app.organization_id', true), ''));
CREATE POLICY own_organization ON identity.organization_slugs FOR SELECT TO patchbay_app
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
CREATE POLICY own_organization ON identity.members FOR SELECT TO patchbay_app
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
CREATE POLICY own_organization ON identity.invitations FOR SELECT TO patchbay_app
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
-- Members is itself guarded: only people of the organization in scope are found.
CREATE POLICY own_organization ON identity.people FOR SELECT TO patchbay_app
  USING (EXISTS (SELECT FROM identity.members WHERE members.person_id = people.id));
