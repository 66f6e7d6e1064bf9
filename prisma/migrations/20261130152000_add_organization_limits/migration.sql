-- Limits of one organization that its operator chose instead of the installation's. Without a row those of the installation
-- hold. Ends with the organization.

CREATE TABLE app.organization_limits (
  organization_id text NOT NULL,
  plan text NOT NULL DEFAULT 'standard',
  granted jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT organization_limits_pkey PRIMARY KEY (organization_id),
  CONSTRAINT organization_limits_plan CHECK (plan IN ('standard')),
  CONSTRAINT organization_limits_granted CHECK (jsonb_typeof(granted) = 'object')
);
ALTER TABLE app.organization_limits ADD CONSTRAINT organization_limits_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE app.organization_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.organization_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON app.organization_limits
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
  WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
GRANT SELECT, INSERT, DELETE, UPDATE (granted) ON app.organization_limits TO patchbay_app;
