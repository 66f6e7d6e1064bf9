-- What the URL of an organization calls the tools and prompts of its connectors, and whose its resources are (security
-- S12). Rows of live versions; they end with their connector. Connectors that were live before are recorded when they
-- are first asked for.

CREATE TABLE app.joined_names (
  organization_id text NOT NULL,
  kind text NOT NULL,
  joined text NOT NULL,
  connector_id text NOT NULL,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT joined_names_pkey PRIMARY KEY (organization_id, kind, joined)
);
CREATE UNIQUE INDEX joined_names_organization_id_connector_id_kind_name_key
  ON app.joined_names(organization_id, connector_id, kind, name);

CREATE TABLE app.resource_claims (
  organization_id text NOT NULL,
  connector_id text NOT NULL,
  uri text NOT NULL,
  is_template boolean NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT resource_claims_pkey PRIMARY KEY (organization_id, connector_id, uri, is_template)
);

ALTER TABLE app.joined_names ADD CONSTRAINT joined_names_organization_id_connector_id_fkey FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.resource_claims ADD CONSTRAINT resource_claims_organization_id_connector_id_fkey FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.joined_names ADD CONSTRAINT joined_names_kind CHECK (kind IN ('tool', 'prompt'));

-- Deployment and slug the rows of a connector are of.
ALTER TABLE app.connectors ADD COLUMN names_recorded_for text;

-- The same walls as every table of this schema.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['joined_names', 'resource_claims'] LOOP
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
GRANT SELECT, INSERT, DELETE ON app.joined_names, app.resource_claims TO patchbay_app;
