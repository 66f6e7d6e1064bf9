-- No release wrote a row, so no name is there twice.
CREATE UNIQUE INDEX CONCURRENTLY service_accounts_organization_id_name_key ON app.service_accounts(organization_id, name);
