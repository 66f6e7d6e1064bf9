-- An invitation is looked for by the hash of the secret in its link.
CREATE UNIQUE INDEX CONCURRENTLY invitations_secret_hash_key ON identity.invitations(secret_hash);
