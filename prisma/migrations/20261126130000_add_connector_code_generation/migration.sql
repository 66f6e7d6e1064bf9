-- Whether code of the connector may make code from text. Off for what exists too: it was never asked for.
ALTER TABLE app.connectors ADD COLUMN code_generation boolean NOT NULL DEFAULT false;
