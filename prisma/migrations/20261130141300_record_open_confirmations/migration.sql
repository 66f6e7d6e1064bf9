-- When an owner or admin confirmed by name that anybody may call the connector, its secrets and writing tools included. Null
-- for those that are open already: they go on, and are asked before they get more to give away.
ALTER TABLE app.connectors ADD COLUMN open_confirmed_at timestamptz(3);
