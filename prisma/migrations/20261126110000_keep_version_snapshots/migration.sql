-- A version's startup snapshot: where it lies in the artifact store, and the only runner and Node that may resume from it.
-- Both or neither. Purges leave the file to the sweep of files that nothing refers to.

ALTER TABLE app.versions ADD COLUMN snapshot_digest text, ADD COLUMN snapshot_image text;
GRANT UPDATE (snapshot_digest, snapshot_image) ON app.versions TO patchbay_app;
