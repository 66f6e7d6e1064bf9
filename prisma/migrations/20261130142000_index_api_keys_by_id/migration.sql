-- A change names a key by its id alone; see app.api_key_prefixes.
CREATE INDEX CONCURRENTLY api_keys_id_idx ON app.api_keys(id);
