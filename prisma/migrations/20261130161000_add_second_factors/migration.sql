-- Second factors and passkeys of people. A read of these tables signs nobody in: the seed of an authenticator app and the
-- recovery codes are encrypted with the secret of sign-in, which is in no row; of a passkey there is the public half.
ALTER TABLE identity.people ADD COLUMN two_factor_enabled boolean NOT NULL DEFAULT false;
-- When the session proved a second factor: a code, a recovery code, or a passkey that verified its user.
ALTER TABLE identity.sessions ADD COLUMN second_factor_at timestamptz(3);
-- When a request came with the session, to within some minutes.
ALTER TABLE identity.sessions ADD COLUMN last_seen_at timestamptz(3);

CREATE TABLE identity.two_factors (
  id text NOT NULL,
  person_id text NOT NULL,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  verified boolean NOT NULL DEFAULT false,
  failed_verification_count integer NOT NULL DEFAULT 0,
  locked_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT two_factors_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX two_factors_person_id_key ON identity.two_factors(person_id);
ALTER TABLE identity.two_factors ADD CONSTRAINT two_factors_person_id_fkey
  FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE identity.passkeys (
  id text NOT NULL,
  person_id text NOT NULL,
  name text,
  credential_id text NOT NULL,
  public_key text NOT NULL,
  counter double precision NOT NULL,
  device_type text NOT NULL,
  backed_up boolean NOT NULL,
  transports text,
  aaguid text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT passkeys_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX passkeys_credential_id_key ON identity.passkeys(credential_id);
CREATE INDEX passkeys_person_id_idx ON identity.passkeys(person_id);
ALTER TABLE identity.passkeys ADD CONSTRAINT passkeys_person_id_fkey
  FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;

ALTER TABLE identity.two_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.two_factors FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.two_factors TO patchbay_auth USING (true) WITH CHECK (true);
ALTER TABLE identity.passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.passkeys FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.passkeys TO patchbay_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.two_factors, identity.passkeys TO patchbay_auth;
