-- Providers that an organization may use, and links of people, or of the organization, to accounts at them. All of it ends
-- with the organization; of what is sealed, the bindings are in packages/domain/src/connections.

-- An organization's OAuth application at a provider of the catalogue, or a provider of its own.
CREATE TABLE app.organization_providers (
  organization_id text NOT NULL,
  id text NOT NULL,
  -- The catalogue's id, or `own-…`.
  provider text NOT NULL,
  client_id text,
  client_secret bytea,
  -- Of an own provider alone: its facts, as the owner entered them.
  definition jsonb,
  -- Scopes that connections may ask for at most; none means every scope that connectors declare.
  scopes text[] NOT NULL DEFAULT '{}',
  -- Whose connections there may be: `person`, `organization`.
  allows text[] NOT NULL DEFAULT '{person}',
  created_by jsonb NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT organization_providers_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT organization_providers_definition CHECK ((definition IS NOT NULL) = (provider LIKE 'own-%')),
  CONSTRAINT organization_providers_client CHECK (client_secret IS NULL OR client_id IS NOT NULL),
  CONSTRAINT organization_providers_allows CHECK (allows <@ ARRAY['person', 'organization'])
);
CREATE UNIQUE INDEX organization_providers_organization_id_provider_key ON app.organization_providers(organization_id, provider);

CREATE TABLE app.connections (
  organization_id text NOT NULL,
  id text NOT NULL,
  provider text NOT NULL,
  owner_kind text NOT NULL,
  person_id text,
  kind text NOT NULL,
  -- The account at the provider by an id that never changes there: another account is another connection.
  account_id text NOT NULL,
  account_label text NOT NULL,
  -- The exact host of a provider with a host per customer.
  host text,
  scopes text[] NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'active',
  -- Sealed; null once ended.
  credential bytea,
  -- Grows with every write of the credential.
  credential_revision integer NOT NULL DEFAULT 1,
  is_default boolean NOT NULL DEFAULT false,
  -- When the access token expires.
  expires_at timestamptz(3),
  -- The next planned refresh.
  refresh_at timestamptz(3),
  refresh_failures integer NOT NULL DEFAULT 0,
  last_refreshed_at timestamptz(3),
  last_unauthorized_at timestamptz(3),
  -- To the day.
  last_used_at timestamptz(3),
  -- When the provider ends it, however often it is refreshed.
  ends_at timestamptz(3),
  -- Why it needs its person or has ended: a code of the error catalogue, or who ended it.
  status_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  CONSTRAINT connections_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT connections_owner CHECK (owner_kind IN ('person', 'organization') AND (owner_kind = 'person') = (person_id IS NOT NULL)),
  CONSTRAINT connections_kind CHECK (kind IN ('oauth2', 'api_key', 'basic')),
  CONSTRAINT connections_status CHECK (status IN ('active', 'needs_reconnect', 'ended')),
  CONSTRAINT connections_ended CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
  CONSTRAINT connections_credential CHECK ((status = 'ended') = (credential IS NULL))
);
-- An account is connected once for each of its people, and once for the organization.
CREATE UNIQUE INDEX connections_account_key ON app.connections
  (organization_id, provider, (COALESCE(person_id, '')), account_id, (COALESCE(host, ''))) WHERE status <> 'ended';
CREATE UNIQUE INDEX connections_default_key ON app.connections
  (organization_id, provider, (COALESCE(person_id, ''))) WHERE is_default AND status <> 'ended';
CREATE INDEX connections_organization_id_person_id_idx ON app.connections(organization_id, person_id);
CREATE INDEX connections_refresh_at_idx ON app.connections(refresh_at);

-- The connectors that a connection serves: those its person confirmed, and no other.
CREATE TABLE app.connection_confirmations (
  organization_id text NOT NULL,
  connection_id text NOT NULL,
  connector_id text NOT NULL,
  scopes text[] NOT NULL DEFAULT '{}',
  confirmed_by text NOT NULL,
  confirmed_at timestamptz(3) NOT NULL DEFAULT now(),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT connection_confirmations_pkey PRIMARY KEY (organization_id, connection_id, connector_id)
);
CREATE INDEX connection_confirmations_organization_id_connector_id_idx
  ON app.connection_confirmations(organization_id, connector_id);

-- An attempt to connect, from the moment the browser leaves until it is back. Opens nothing: the state is a hash, and the
-- browser that began proves itself by its session.
CREATE TABLE app.connection_requests (
  organization_id text NOT NULL,
  id text NOT NULL,
  state_hash bytea NOT NULL,
  person_id text NOT NULL,
  session_hash bytea NOT NULL,
  provider text NOT NULL,
  owner_kind text NOT NULL,
  -- The connection to be renewed, of which the account has to be the same.
  connection_id text,
  connector_ids text[] NOT NULL DEFAULT '{}',
  scopes text[] NOT NULL DEFAULT '{}',
  host text,
  -- Sealed: the PKCE verifier and the nonce.
  verifier bytea NOT NULL,
  began_at text NOT NULL,
  -- Where the browser goes afterwards, by kind; never a URL.
  return_to jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT connection_requests_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT connection_requests_owner CHECK (owner_kind IN ('person', 'organization')),
  CONSTRAINT connection_requests_began_at CHECK (began_at IN ('consent', 'dashboard', 'call'))
);
CREATE UNIQUE INDEX connection_requests_organization_id_state_hash_key
  ON app.connection_requests(organization_id, state_hash);
CREATE INDEX connection_requests_organization_id_expires_at_idx ON app.connection_requests(organization_id, expires_at);

ALTER TABLE app.organization_providers ADD CONSTRAINT organization_providers_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.connections ADD CONSTRAINT connections_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.connection_confirmations ADD CONSTRAINT connection_confirmations_organization_id_connection_id_fkey
  FOREIGN KEY (organization_id, connection_id) REFERENCES app.connections(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.connection_confirmations ADD CONSTRAINT connection_confirmations_organization_id_connector_id_fkey
  FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.connection_requests ADD CONSTRAINT connection_requests_organization_id_person_id_fkey
  FOREIGN KEY (organization_id, person_id) REFERENCES identity.members(organization_id, person_id) ON DELETE CASCADE ON UPDATE NO ACTION;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['organization_providers', 'connections', 'connection_confirmations', 'connection_requests'] LOOP
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
GRANT SELECT, INSERT, DELETE, UPDATE (client_id, client_secret, definition, scopes, allows, updated_at)
  ON app.organization_providers TO patchbay_app;
GRANT SELECT, INSERT, DELETE, UPDATE (account_label, scopes, status, credential, credential_revision, is_default, expires_at,
  refresh_at, refresh_failures, last_refreshed_at, last_unauthorized_at, last_used_at, ends_at, status_reason, updated_at,
  ended_at) ON app.connections TO patchbay_app;
GRANT SELECT, INSERT, DELETE, UPDATE (scopes, confirmed_by, confirmed_at) ON app.connection_confirmations TO patchbay_app;
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON app.connection_requests TO patchbay_app;

-- Who leaves an organization leaves their connections: their credentials go in the same transaction.
GRANT SELECT, UPDATE (status, credential, is_default, refresh_at, status_reason, updated_at, ended_at)
  ON app.connections TO patchbay_lookup;
GRANT CREATE ON SCHEMA identity TO patchbay_lookup;
SET ROLE patchbay_lookup;
CREATE FUNCTION identity.end_connections() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  counted jsonb := COALESCE(NULLIF(current_setting('app.ended_access', true), ''), '{}')::jsonb;
  ended integer;
BEGIN
  WITH gone AS (
    UPDATE app.connections c
      SET status = 'ended', credential = NULL, is_default = false, refresh_at = NULL,
        status_reason = 'member_removed', updated_at = now(), ended_at = now()
      WHERE c.organization_id = OLD.organization_id AND c.person_id = OLD.person_id AND c.status <> 'ended'
      RETURNING c.organization_id, c.id
  ), feed AS (
    INSERT INTO app.changes (organization_id, kind, subject_id) SELECT g.organization_id, 'connection', g.id FROM gone g
  ), relayed AS (
    INSERT INTO app.outbox (organization_id, kind, subject_id) SELECT g.organization_id, 'connection', g.id FROM gone g
  )
  SELECT count(*) INTO ended FROM gone;
  -- Beside what `end_access`, which comes before by name, has counted.
  PERFORM set_config('app.ended_access', (counted || jsonb_build_object(OLD.id,
    COALESCE(counted -> OLD.id, '{}') || jsonb_build_object('connections', ended)))::text, true);
  RETURN OLD;
END
$$;
REVOKE ALL ON FUNCTION identity.end_connections() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.end_connections() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA identity FROM patchbay_lookup;
CREATE TRIGGER end_connections BEFORE DELETE ON identity.members
  FOR EACH ROW EXECUTE FUNCTION identity.end_connections();
