-- The first proof of an address ends everything by which somebody could have entered the account before: an address may
-- have been registered by another person in advance. Whoever writes email_verified causes it, in the same transaction:
-- every table of identity with a person_id that is not listed here is emptied of that person. Memberships stay, since an
-- organization gave them to the address.
-- Tables to come, then those that are there.
ALTER DEFAULT PRIVILEGES IN SCHEMA identity GRANT SELECT, DELETE ON TABLES TO patchbay_lookup;
DO $$
DECLARE
  held text;
BEGIN
  FOR held IN
    SELECT c.relname FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'identity'
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relname NOT IN ('members', 'deliveries')
  LOOP
    EXECUTE format('GRANT SELECT, DELETE ON identity.%I TO patchbay_lookup', held);
  END LOOP;
END
$$;
GRANT UPDATE (two_factor_enabled) ON identity.people TO patchbay_lookup;

GRANT CREATE ON SCHEMA identity TO patchbay_lookup;
SET ROLE patchbay_lookup;
CREATE FUNCTION identity.drop_unproved() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held text;
BEGIN
  PERFORM set_config('app.grant_ended_because', 'address_proved', true);
  UPDATE app.api_keys k SET revoked_at = now() WHERE k.person_id = NEW.id AND k.revoked_at IS NULL;
  UPDATE app.grants g SET ended_at = now(), ended_because = 'address_proved'
    WHERE g.person_id = NEW.id AND g.ended_at IS NULL;
  FOR held IN
    SELECT c.relname FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'identity'
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relname NOT IN ('members', 'deliveries')
  LOOP
    EXECUTE format('DELETE FROM identity.%I WHERE person_id = $1', held) USING NEW.id;
  END LOOP;
  UPDATE identity.people p SET two_factor_enabled = false WHERE p.id = NEW.id AND p.two_factor_enabled;
  INSERT INTO app.changes (organization_id, kind, subject_id)
    SELECT m.organization_id, 'person', NEW.id FROM identity.members m WHERE m.person_id = NEW.id;
  INSERT INTO app.outbox (organization_id, kind, subject_id)
    SELECT m.organization_id, 'person', NEW.id FROM identity.members m WHERE m.person_id = NEW.id;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION identity.drop_unproved() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.drop_unproved() TO patchbay_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA identity FROM patchbay_lookup;

CREATE TRIGGER drop_unproved AFTER UPDATE OF email_verified ON identity.people
  FOR EACH ROW WHEN (NEW.email_verified AND NOT OLD.email_verified) EXECUTE FUNCTION identity.drop_unproved();
