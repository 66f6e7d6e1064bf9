-- A service account has a member who is responsible for it: its keys carry no more than that member's present role. Rows
-- of earlier releases have none, and their keys open nothing until somebody takes them over. No release wrote any.
ALTER TABLE app.service_accounts ADD COLUMN responsible_person_id text;
GRANT UPDATE (responsible_person_id) ON app.service_accounts TO patchbay_app;
