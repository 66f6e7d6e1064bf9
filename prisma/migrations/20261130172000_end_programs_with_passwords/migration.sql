-- A new password, however it is set, ends the sign-ins of programs too: a password is replaced because somebody else may
-- have used the old one, and what was signed in with it must not go on.

CREATE FUNCTION identity.end_account_grants_of_password() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM identity.account_grants g WHERE g.person_id = NEW.person_id;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION identity.end_account_grants_of_password() FROM PUBLIC;

CREATE TRIGGER end_account_grants AFTER UPDATE OF password ON identity.accounts
  FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password)
  EXECUTE FUNCTION identity.end_account_grants_of_password();
