-- Pages of the list begin at their cursor by it.
CREATE INDEX CONCURRENTLY versions_organization_id_connector_id_created_at_id_idx ON app.versions(organization_id, connector_id, created_at, id);
