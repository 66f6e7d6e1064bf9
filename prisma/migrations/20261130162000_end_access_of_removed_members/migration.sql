-- Who leaves an organization loses everything that opened it, in the transaction of the membership's row, and the counts of
-- it are noted beside the change. Sign-ins of the person elsewhere stay; they lose this organization with the membership.

-- The organization whose identity provider made the session: it opens that organization alone, and ends
-- with the membership. Null: a sign-in here.
ALTER TABLE identity.sessions ADD COLUMN provider_organization_id text;

-- What a change ended, by kind.
ALTER TABLE app.identity_changes ADD COLUMN effects jsonb;

GRANT SELECT (provider_organization_id), DELETE ON identity.sessions TO patchbay_lookup;
GRANT SELECT, UPDATE ON app.mcp_sessions TO patchbay_lookup;
GRANT SELECT, UPDATE (effects) ON app.identity_changes TO patchbay_lookup;

GRANT CREATE ON SCHEMA app, identity TO patchbay_lookup;
SET ROLE patchbay_lookup;

-- As `hashOf` of apps/gateway/src/mcp/sessions/session-id.ts: the caller that a stored MCP session belongs to.
CREATE FUNCTION app.person_session_hash(organization text, person text, grant_id text) RETURNS text
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT left(translate(encode(sha256(convert_to(concat_ws(' ', organization, 'person', person, grant_id), 'UTF8')),
    'base64'), '+/', '-_'), 22);
END;

-- Before the row goes, so that every other trigger finds the access ended. The counts wait for the note of the change.
CREATE FUNCTION identity.end_access() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := OLD.organization_id;
  person text := OLD.person_id;
  sign_ins integer;
  authorization_sessions integer;
  grants integer;
  api_keys integer;
  mcp_sessions integer;
BEGIN
  UPDATE app.mcp_sessions s SET terminated_at = now()
    WHERE s.organization_id = organization AND s.terminated_at IS NULL AND s.expires_at > now()
      AND s.principal_hash IN (
        SELECT app.person_session_hash(organization, person, NULL)
        UNION ALL SELECT app.person_session_hash(organization, person, g.id) FROM app.grants g
          WHERE g.organization_id = organization AND g.person_id = person);
  GET DIAGNOSTICS mcp_sessions = ROW_COUNT;
  DELETE FROM identity.oauth_rows r USING identity.sessions s
    WHERE r.model = 'Session' AND r.session_id = s.id AND s.person_id = person;
  GET DIAGNOSTICS authorization_sessions = ROW_COUNT;
  UPDATE app.grants g SET ended_at = now(), ended_because = 'member_removed'
    WHERE g.organization_id = organization AND g.person_id = person AND g.ended_at IS NULL;
  GET DIAGNOSTICS grants = ROW_COUNT;
  UPDATE app.api_keys k SET revoked_at = now()
    WHERE k.organization_id = organization AND k.person_id = person AND k.revoked_at IS NULL;
  GET DIAGNOSTICS api_keys = ROW_COUNT;
  DELETE FROM identity.sessions s WHERE s.person_id = person AND s.provider_organization_id = organization;
  GET DIAGNOSTICS sign_ins = ROW_COUNT;
  -- By member: one statement may remove several.
  PERFORM set_config('app.ended_access', (
    COALESCE(NULLIF(current_setting('app.ended_access', true), ''), '{}')::jsonb || jsonb_build_object(OLD.id,
      jsonb_build_object('signIns', sign_ins, 'authorizationSessions', authorization_sessions, 'grants', grants,
        'apiKeys', api_keys, 'mcpSessions', mcp_sessions)))::text, true);
  RETURN OLD;
END
$$;

-- After `note`, by name.
CREATE FUNCTION identity.note_ended_access() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE app.identity_changes c
    SET effects = NULLIF(current_setting('app.ended_access', true), '')::jsonb -> OLD.id
    WHERE c.organization_id = OLD.organization_id AND c.kind = 'member' AND c.operation = 'DELETE'
      AND c.subject_id = OLD.id;
  RETURN NULL;
END
$$;

-- As before, without what `end_access` does.
CREATE OR REPLACE FUNCTION identity.announce_member() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  organization text := CASE WHEN TG_OP = 'INSERT' THEN NEW.organization_id ELSE OLD.organization_id END;
  person text := CASE WHEN TG_OP = 'INSERT' THEN NEW.person_id ELSE OLD.person_id END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM identity.oauth_rows r USING identity.sessions s
      WHERE r.model = 'Session' AND r.session_id = s.id AND s.person_id = person;
  END IF;
  INSERT INTO app.changes (organization_id, kind, subject_id) VALUES (organization, 'person', person);
  INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES (organization, 'person', person);
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION app.person_session_hash(text, text, text), identity.end_access(), identity.note_ended_access()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.end_access(), identity.note_ended_access() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA app, identity FROM patchbay_lookup;

CREATE TRIGGER end_access BEFORE DELETE ON identity.members
  FOR EACH ROW EXECUTE FUNCTION identity.end_access();
CREATE TRIGGER note_ended_access AFTER DELETE ON identity.members
  FOR EACH ROW EXECUTE FUNCTION identity.note_ended_access();
