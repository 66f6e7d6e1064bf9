-- Grants of one client are listed and ended together.
CREATE INDEX CONCURRENTLY grants_organization_id_client_id_idx ON app.grants(organization_id, client_id);
