-- Alone in its file: an index of a table with rows is built while the table is in use. Sessions of one identity provider
-- are found when it is taken out of service.
CREATE INDEX CONCURRENTLY IF NOT EXISTS sessions_provider_organization_id_idx ON identity.sessions(provider_organization_id);
