-- From where a person has signed in: attempts from there are not slowed by a flood from elsewhere. The address is kept as
-- an HMAC of it and the account's e-mail address, so that the table tells nobody's whereabouts.
CREATE TABLE identity.sign_in_addresses (
  address_hash bytea NOT NULL,
  person_id text NOT NULL,
  last_used_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT sign_in_addresses_pkey PRIMARY KEY (address_hash)
);
CREATE INDEX sign_in_addresses_person_id_idx ON identity.sign_in_addresses(person_id);
CREATE INDEX sign_in_addresses_last_used_at_idx ON identity.sign_in_addresses(last_used_at);
ALTER TABLE identity.sign_in_addresses ADD CONSTRAINT sign_in_addresses_person_id_fkey
  FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.sign_in_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.sign_in_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.sign_in_addresses TO patchbay_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.sign_in_addresses TO patchbay_auth;
