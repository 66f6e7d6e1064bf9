-- How callers of a connector authenticate gets a third value: by an access token or a key (oauth), by a key alone, or not
-- at all. The release before knows two values of auth_mode and refuses to show a third, so the new ones have a column of
-- their own. Until auth_mode is dropped, two releases on, a trigger keeps both in step, whichever release writes.
ALTER TABLE app.connectors ADD COLUMN authentication text NOT NULL DEFAULT 'oauth';
ALTER TABLE app.connectors ADD CONSTRAINT connectors_authentication
  CHECK (authentication IN ('oauth', 'api_key', 'none')) NOT VALID;

-- The owner is bound by row-level security too, and has no policy here.
ALTER TABLE app.connectors NO FORCE ROW LEVEL SECURITY;
UPDATE app.connectors SET authentication = 'none' WHERE auth_mode = 'none';
ALTER TABLE app.connectors FORCE ROW LEVEL SECURITY;
ALTER TABLE app.connectors VALIDATE CONSTRAINT connectors_authentication;

CREATE FUNCTION app.keep_auth_mode() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- Each release leaves the column of the other at its default, which is never none.
    IF NEW.auth_mode = 'none' THEN NEW.authentication := 'none'; END IF;
    IF NEW.authentication = 'none' THEN NEW.auth_mode := 'none'; END IF;
  ELSIF NEW.authentication <> OLD.authentication THEN
    NEW.auth_mode := CASE NEW.authentication WHEN 'none' THEN 'none' ELSE 'api_key' END;
  ELSIF NEW.auth_mode <> OLD.auth_mode THEN
    NEW.authentication := CASE NEW.auth_mode WHEN 'none' THEN 'none' ELSE 'oauth' END;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_auth_mode BEFORE INSERT OR UPDATE OF auth_mode, authentication ON app.connectors
  FOR EACH ROW EXECUTE FUNCTION app.keep_auth_mode();
