-- Groups of members. A group ends with its organization; who leaves the organization leaves its groups, in the same
-- transaction, whoever removes the member.

CREATE TABLE app.groups (
  organization_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT groups_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX groups_organization_id_name_key ON app.groups(organization_id, name);

CREATE TABLE app.group_members (
  organization_id text NOT NULL,
  group_id text NOT NULL,
  person_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT group_members_pkey PRIMARY KEY (organization_id, group_id, person_id)
);
CREATE INDEX group_members_organization_id_person_id_idx ON app.group_members(organization_id, person_id);

ALTER TABLE app.groups ADD CONSTRAINT groups_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES identity.organizations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.group_members ADD CONSTRAINT group_members_organization_id_group_id_fkey FOREIGN KEY (organization_id, group_id) REFERENCES app.groups(organization_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE app.group_members ADD CONSTRAINT group_members_organization_id_person_id_fkey FOREIGN KEY (organization_id, person_id) REFERENCES identity.members(organization_id, person_id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- The same walls as every table of this schema.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['groups', 'group_members'] LOOP
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
GRANT SELECT, INSERT, DELETE, UPDATE (name) ON app.groups TO patchbay_app;
GRANT SELECT, INSERT, DELETE ON app.group_members TO patchbay_app;
