-- What better-auth writes is noted in the transaction that writes it, so that it reaches the audit log even when the
-- process dies before its own audit row commits. Whoever records the change takes the note in the same transaction;
-- what nobody took, the worker records.

-- What a gateway is about to write, and on whose behalf: the trigger cannot know that by itself.
CREATE TABLE identity.announced_changes (
  organization_id text NOT NULL,
  subject_id text NOT NULL,
  operation text NOT NULL,
  entry jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT announced_changes_pkey PRIMARY KEY (organization_id, subject_id, operation)
);

CREATE TABLE app.identity_changes (
  organization_id text NOT NULL,
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  operation text NOT NULL,
  subject_id text NOT NULL,
  entry jsonb,
  row_before jsonb,
  row_after jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT identity_changes_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX identity_changes_created_at_idx ON app.identity_changes(created_at);

ALTER TABLE identity.announced_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.announced_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.announced_changes TO patchbay_auth USING (true) WITH CHECK (true);
ALTER TABLE app.identity_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.identity_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON app.identity_changes
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
  WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''));

GRANT SELECT, INSERT, UPDATE, DELETE ON identity.announced_changes TO patchbay_auth;
GRANT SELECT, DELETE ON app.identity_changes TO patchbay_app;
GRANT SELECT, DELETE ON identity.announced_changes TO patchbay_lookup;
GRANT SELECT, INSERT, DELETE ON app.identity_changes TO patchbay_lookup;

GRANT CREATE ON SCHEMA app, identity TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- TG_ARGV[0] is what the row is: organization, member or invitation.
CREATE FUNCTION identity.note_change() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  row_before jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
  row_after jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
  subject text := COALESCE(row_after, row_before) ->> 'id';
  organization text := CASE TG_ARGV[0] WHEN 'organization' THEN subject
    ELSE COALESCE(row_after, row_before) ->> 'organization_id' END;
  announced jsonb;
BEGIN
  -- An organization that is purged takes everything with it, its audit log too.
  IF NOT EXISTS (SELECT FROM identity.organizations o WHERE o.id = organization) THEN
    DELETE FROM app.identity_changes c WHERE c.organization_id = organization;
    RETURN NULL;
  END IF;
  DELETE FROM identity.announced_changes a
    WHERE a.organization_id = organization AND a.subject_id = subject AND a.operation = TG_OP
    RETURNING a.entry INTO announced;
  INSERT INTO app.identity_changes (organization_id, kind, operation, subject_id, entry, row_before, row_after)
    VALUES (organization, TG_ARGV[0], TG_OP, subject, announced, row_before, row_after);
  RETURN NULL;
END
$$;

-- Notes that whoever made the change had a minute to take: it died, or is somebody else.
CREATE FUNCTION app.due_identity_changes(rows_max integer) RETURNS TABLE (organization_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.organization_id FROM app.identity_changes c WHERE c.created_at < now() - interval '1 minute'
    GROUP BY c.organization_id ORDER BY min(c.id) LIMIT rows_max;
END;
REVOKE ALL ON FUNCTION identity.note_change(), app.due_identity_changes(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_identity_changes(integer) TO patchbay_app;
GRANT EXECUTE ON FUNCTION identity.note_change() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app, identity FROM patchbay_lookup;

CREATE TRIGGER note AFTER INSERT OR UPDATE OF slug, name OR DELETE ON identity.organizations
  FOR EACH ROW EXECUTE FUNCTION identity.note_change('organization');
CREATE TRIGGER note AFTER INSERT OR UPDATE OF role OR DELETE ON identity.members
  FOR EACH ROW EXECUTE FUNCTION identity.note_change('member');
-- Acceptance shows as the member who joins.
CREATE TRIGGER note_new AFTER INSERT ON identity.invitations
  FOR EACH ROW EXECUTE FUNCTION identity.note_change('invitation');
CREATE TRIGGER note_canceled AFTER UPDATE OF status ON identity.invitations
  FOR EACH ROW WHEN (NEW.status = 'canceled' AND OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION identity.note_change('invitation');
