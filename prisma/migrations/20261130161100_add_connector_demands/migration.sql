-- What a connector demands of the sign-in behind a caller, and how a grant's person had signed in when they gave it.
ALTER TABLE app.connectors ADD COLUMN demand_second_factor boolean NOT NULL DEFAULT false;
ALTER TABLE app.connectors ADD COLUMN demand_sign_in_minutes integer;
-- API keys that an owner lists: they are accepted although no key proves a sign-in.
ALTER TABLE app.connectors ADD COLUMN demand_exempt_keys text[] NOT NULL DEFAULT '{}';
ALTER TABLE app.connectors ADD CONSTRAINT connectors_demands CHECK (
  authentication <> 'none' OR (NOT demand_second_factor AND demand_sign_in_minutes IS NULL)) NOT VALID;
ALTER TABLE app.connectors ADD CONSTRAINT connectors_demand_sign_in_minutes CHECK (demand_sign_in_minutes > 0) NOT VALID;

-- Null: given before demands existed, or by a release that does not write it; such a grant meets no demand.
ALTER TABLE app.grants ADD COLUMN signed_in_at timestamptz(3);
ALTER TABLE app.grants ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
GRANT UPDATE (signed_in_at, second_factor) ON app.grants TO patchbay_app;
CREATE TRIGGER announce_sign_in AFTER UPDATE OF signed_in_at, second_factor ON app.grants
  FOR EACH ROW EXECUTE FUNCTION app.announce_grant();
