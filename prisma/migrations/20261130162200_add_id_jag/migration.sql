-- Identity assertions: an organization's identity provider vouches for a member towards one OAuth client, and the member
-- needs no consent page of their own.

-- Whether assertions of the provider are taken: the owner decides.
ALTER TABLE app.identity_providers ADD COLUMN id_jag boolean NOT NULL DEFAULT false;

-- Assertions that were used, until they expire: an HMAC of organization, issuer and id. Each is good once, at one
-- gateway of all.
CREATE TABLE identity.used_assertions (
  hash bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT used_assertions_pkey PRIMARY KEY (hash)
);
CREATE INDEX used_assertions_expires_at_idx ON identity.used_assertions(expires_at);
ALTER TABLE identity.used_assertions ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.used_assertions FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.used_assertions TO patchbay_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON identity.used_assertions TO patchbay_auth;
