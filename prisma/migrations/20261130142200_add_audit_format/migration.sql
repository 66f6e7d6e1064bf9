-- How a row's hash and signature were made. Rows of the releases before, which name none, are of format 1.
ALTER TABLE app.audit_events ADD COLUMN format smallint NOT NULL DEFAULT 1;
