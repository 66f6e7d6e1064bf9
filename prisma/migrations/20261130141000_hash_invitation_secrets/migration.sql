-- An invitation is opened by a secret of its own, of which the SHA-256 is kept; its id, which is in the audit log, opens
-- nothing any more. Links that were handed out before held the id: those invitations end here, also for gateways of the
-- release before, and whoever may invite makes a new link of each.
ALTER TABLE identity.invitations ADD COLUMN secret_hash text;

-- The owner is bound by row-level security too, and has no policy here.
ALTER TABLE identity.invitations NO FORCE ROW LEVEL SECURITY;
UPDATE identity.invitations SET expires_at = now() WHERE status = 'pending' AND expires_at > now();
ALTER TABLE identity.invitations FORCE ROW LEVEL SECURITY;

CREATE TRIGGER note_reissued AFTER UPDATE OF secret_hash ON identity.invitations
  FOR EACH ROW WHEN (NEW.secret_hash IS DISTINCT FROM OLD.secret_hash)
  EXECUTE FUNCTION identity.note_change('invitation');
