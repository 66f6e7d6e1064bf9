-- OAuth clients that owners make for their organization, for clients that cannot register themselves. Their secrets are
-- derived from the id and a generation; no row holds one.
CREATE TABLE app.oauth_clients (
  organization_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  redirect_uris text[] NOT NULL,
  secret_generation integer NOT NULL DEFAULT 1,
  created_by jsonb NOT NULL,
  disabled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT oauth_clients_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX oauth_clients_id_idx ON app.oauth_clients(id);
CREATE INDEX oauth_clients_organization_id_created_at_id_idx ON app.oauth_clients(organization_id, created_at, id);
ALTER TABLE app.oauth_clients ADD CONSTRAINT oauth_clients_organization_id_fkey FOREIGN KEY (organization_id)
  REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE app.oauth_clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.oauth_clients FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON app.oauth_clients
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
  WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
GRANT SELECT, INSERT, UPDATE (secret_generation, disabled_at) ON app.oauth_clients TO patchbay_app;
GRANT SELECT ON app.oauth_clients TO patchbay_lookup;

GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;
-- The organization of a client, before it is known.
CREATE FUNCTION app.find_oauth_client(client_id text) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.organization_id FROM app.oauth_clients c WHERE c.id = client_id AND c.disabled_at IS NULL;
END;
REVOKE ALL ON FUNCTION app.find_oauth_client(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.find_oauth_client(text) TO patchbay_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;
