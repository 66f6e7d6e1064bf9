-- Pages of the list begin at their cursor by it.
CREATE INDEX CONCURRENTLY api_keys_organization_id_created_at_id_idx ON app.api_keys(organization_id, created_at, id);
