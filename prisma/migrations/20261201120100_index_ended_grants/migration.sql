-- For the purge of grants that ended long ago.
CREATE INDEX CONCURRENTLY grants_ended_at_idx ON app.grants(ended_at);
