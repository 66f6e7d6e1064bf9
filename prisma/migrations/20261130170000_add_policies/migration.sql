-- Policies of an organization, and the revision that grows with each of their changes. Both end with the organization.

CREATE TABLE app.policy_sets (
  organization_id text NOT NULL,
  revision integer NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT policy_sets_pkey PRIMARY KEY (organization_id)
);

CREATE TABLE app.policies (
  organization_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  effect text NOT NULL,
  conditions jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT policies_pkey PRIMARY KEY (organization_id, id),
  CONSTRAINT policies_effect CHECK (effect IN ('always_allow', 'needs_approval', 'blocked')),
  CONSTRAINT policies_conditions CHECK (jsonb_typeof(conditions) = 'object')
);
CREATE UNIQUE INDEX policies_organization_id_name_key ON app.policies(organization_id, name);

ALTER TABLE app.policy_sets ADD CONSTRAINT policy_sets_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.policies ADD CONSTRAINT policies_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.policy_sets(organization_id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- The same walls as every table of this schema.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['policy_sets', 'policies'] LOOP
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
GRANT SELECT, INSERT, UPDATE (revision) ON app.policy_sets TO patchbay_app;
GRANT SELECT, INSERT, DELETE, UPDATE (name, effect, conditions, updated_at) ON app.policies TO patchbay_app;
