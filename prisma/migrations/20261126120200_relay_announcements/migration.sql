-- What gateways tell each other where there is no Redis (security S24). Hints, so they need not survive a crash: the
-- table is not in the write-ahead log. The relay tells whoever listens that there is something to read.

CREATE UNLOGGED TABLE app.announcements (
  organization_id text NOT NULL,
  id bigserial NOT NULL,
  origin text NOT NULL,
  topic text NOT NULL,
  subject_id text NOT NULL,
  content jsonb NOT NULL,
  told_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT announcements_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX announcements_told_at_id_idx ON app.announcements(told_at, id);
CREATE INDEX announcements_organization_id_topic_subject_id_created_at_idx
  ON app.announcements(organization_id, topic, subject_id, created_at);

-- The same walls as every table of this schema.
ALTER TABLE app.announcements ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.announcements FORCE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON app.announcements
  USING (organization_id = NULLIF(current_setting('app.organization_id', true), ''))
  WITH CHECK (organization_id = NULLIF(current_setting('app.organization_id', true), ''));
GRANT SELECT, INSERT ON app.announcements TO patchbay_app;
GRANT USAGE ON SEQUENCE app.announcements_id_seq TO patchbay_app;
GRANT SELECT, UPDATE (told_at), DELETE ON app.announcements TO patchbay_lookup;

-- Tells listeners of what is new, each (topic, subject) once, and forgets what is too old to be asked for.
GRANT CREATE ON SCHEMA app TO patchbay_lookup;
SET ROLE patchbay_lookup;
CREATE FUNCTION app.relay_announcements(rows_max integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  told integer;
BEGIN
  WITH due AS (
    SELECT a.organization_id, a.id FROM app.announcements a WHERE a.told_at IS NULL
      ORDER BY a.id LIMIT rows_max FOR UPDATE SKIP LOCKED
  ), news AS (
    UPDATE app.announcements a SET told_at = now() FROM due
      WHERE a.organization_id = due.organization_id AND a.id = due.id RETURNING a.topic, a.subject_id
  ), subjects AS (
    SELECT DISTINCT topic, subject_id FROM news
  )
  SELECT count(pg_notify('patchbay_announcements', topic || ':' || subject_id)) INTO told FROM subjects;
  IF told > 0 THEN
    DELETE FROM app.announcements a WHERE a.told_at < now() - interval '1 minute';
  END IF;
  RETURN told;
END
$$;
REVOKE ALL ON FUNCTION app.relay_announcements(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.relay_announcements(integer) TO patchbay_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA app FROM patchbay_lookup;
