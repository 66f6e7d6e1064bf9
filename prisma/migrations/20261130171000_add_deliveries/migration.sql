-- Mail to people, and the links in it. A delivery holds ids and a kind, never a link: the secret of a link is made when
-- the mail is sent, and only its hash is kept. A row is open while next_attempt_at is set; open_key allows one open
-- delivery per kind and subject. format is raised when the meaning of a row changes, so that the release before leaves it.
CREATE TABLE identity.deliveries (
  id text NOT NULL,
  format integer NOT NULL DEFAULT 1,
  kind text NOT NULL,
  person_id text,
  invitation_id text,
  open_key text,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3) DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  delivered_at timestamptz(3),
  given_up_at timestamptz(3),
  problem text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT deliveries_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX deliveries_open_key_key ON identity.deliveries(open_key);
CREATE INDEX deliveries_next_attempt_at_idx ON identity.deliveries(next_attempt_at);
CREATE INDEX deliveries_created_at_idx ON identity.deliveries(created_at);
CREATE INDEX deliveries_person_id_idx ON identity.deliveries(person_id);
CREATE INDEX deliveries_invitation_id_idx ON identity.deliveries(invitation_id);
ALTER TABLE identity.deliveries ADD CONSTRAINT deliveries_person_id_fkey
  FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE identity.deliveries ADD CONSTRAINT deliveries_invitation_id_fkey
  FOREIGN KEY (invitation_id) REFERENCES identity.invitations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE identity.deliveries ADD CONSTRAINT deliveries_subject CHECK (num_nonnulls(person_id, invitation_id) = 1);
ALTER TABLE identity.deliveries ADD CONSTRAINT deliveries_open
  CHECK ((next_attempt_at IS NULL) = (num_nonnulls(delivered_at, given_up_at) = 1));
ALTER TABLE identity.deliveries ADD CONSTRAINT deliveries_open_key CHECK ((open_key IS NULL) = (next_attempt_at IS NULL));

CREATE TABLE identity.mail_links (
  hash bytea NOT NULL,
  kind text NOT NULL,
  person_id text,
  invitation_id text,
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT mail_links_pkey PRIMARY KEY (hash)
);
CREATE INDEX mail_links_person_id_idx ON identity.mail_links(person_id);
CREATE INDEX mail_links_invitation_id_idx ON identity.mail_links(invitation_id);
CREATE INDEX mail_links_expires_at_idx ON identity.mail_links(expires_at);
ALTER TABLE identity.mail_links ADD CONSTRAINT mail_links_person_id_fkey
  FOREIGN KEY (person_id) REFERENCES identity.people(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE identity.mail_links ADD CONSTRAINT mail_links_invitation_id_fkey
  FOREIGN KEY (invitation_id) REFERENCES identity.invitations(id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE identity.mail_links ADD CONSTRAINT mail_links_subject CHECK (num_nonnulls(person_id, invitation_id) = 1);

ALTER TABLE identity.deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.deliveries TO patchbay_auth USING (true) WITH CHECK (true);
ALTER TABLE identity.mail_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.mail_links FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON identity.mail_links TO patchbay_auth USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON identity.deliveries, identity.mail_links TO patchbay_auth;
