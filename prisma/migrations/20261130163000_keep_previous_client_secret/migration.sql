-- A replaced secret of an OAuth client is accepted for a while, so that the client can be given the new one meanwhile.
ALTER TABLE app.oauth_clients ADD COLUMN previous_secret_until timestamptz(3);
GRANT UPDATE (previous_secret_until) ON app.oauth_clients TO patchbay_app;
