-- Everything an organization owns (schema app). The next migration guards these tables; both apply before anything serves.

CREATE TABLE app.audit_events (
  organization_id text NOT NULL,
  id text NOT NULL,
  writer_id text NOT NULL,
  writer_sequence bigint NOT NULL,
  previous_hash bytea,
  body_hash bytea NOT NULL,
  hmac bytea,
  action text NOT NULL,
  actor jsonb NOT NULL,
  target_type text NOT NULL,
  target_id text NOT NULL,
  before jsonb,
  after jsonb,
  request_id text,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT audit_events_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX audit_events_organization_id_created_at_id_idx ON app.audit_events(organization_id, created_at, id);
CREATE UNIQUE INDEX audit_events_organization_id_writer_id_writer_sequence_key ON app.audit_events(organization_id, writer_id, writer_sequence);

CREATE TABLE app.audit_writers (
  organization_id text NOT NULL,
  writer_id text NOT NULL,
  last_sequence bigint NOT NULL,
  last_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT audit_writers_pkey PRIMARY KEY (organization_id, writer_id)
);


CREATE TABLE app.outbox (
  organization_id text NOT NULL,
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  subject_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX outbox_id_idx ON app.outbox(id);

CREATE TABLE app.changes (
  organization_id text NOT NULL,
  revision bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind text NOT NULL,
  subject_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT changes_pkey PRIMARY KEY (organization_id, revision)
);
CREATE INDEX changes_transaction_idx ON app.changes(transaction);
CREATE INDEX changes_created_at_idx ON app.changes(created_at);

CREATE TABLE app.connector_slugs (
  organization_id text NOT NULL,
  slug text NOT NULL,
  connector_id text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT connector_slugs_pkey PRIMARY KEY (organization_id, slug)
);
CREATE UNIQUE INDEX connector_slugs_organization_id_slug_connector_id_key ON app.connector_slugs(organization_id, slug, connector_id);

CREATE TABLE app.connectors (
  organization_id text NOT NULL,
  id text NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  auth_mode text NOT NULL DEFAULT 'api_key',
  settings_revision integer NOT NULL DEFAULT 1,
  last_version_number integer NOT NULL DEFAULT 0,
  live_deployment_id text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  deleted_at timestamptz(3),
  purge_after timestamptz(3),
  CONSTRAINT connectors_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX connectors_organization_id_created_at_id_idx ON app.connectors(organization_id, created_at, id);
CREATE UNIQUE INDEX connectors_organization_id_slug_key ON app.connectors(organization_id, slug);

CREATE TABLE app.secrets (
  organization_id text NOT NULL,
  id text NOT NULL,
  connector_id text NOT NULL,
  name text NOT NULL,
  sealed bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT secrets_pkey PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX secrets_organization_id_connector_id_name_key ON app.secrets(organization_id, connector_id, name);

CREATE TABLE app.data_keys (
  organization_id text NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT data_keys_pkey PRIMARY KEY (organization_id)
);


CREATE TABLE app.connector_log_lines (
  organization_id text NOT NULL,
  sequence bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  connector_id text NOT NULL,
  version_id text NOT NULL,
  subject text NOT NULL,
  sandbox_id text NOT NULL,
  level smallint NOT NULL,
  source text NOT NULL,
  text text NOT NULL,
  request_id text,
  at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT connector_log_lines_pkey PRIMARY KEY (organization_id, sequence)
);
CREATE INDEX connector_log_lines_organization_id_connector_id_sequence_idx ON app.connector_log_lines(organization_id, connector_id, sequence);
CREATE INDEX connector_log_lines_created_at_idx ON app.connector_log_lines(created_at);

CREATE TABLE app.organization_deletions (
  organization_id text NOT NULL,
  deleted_by jsonb NOT NULL,
  deleted_at timestamptz(3) NOT NULL,
  purge_after timestamptz(3) NOT NULL,
  purged_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT organization_deletions_pkey PRIMARY KEY (organization_id)
);


CREATE TABLE app.service_accounts (
  organization_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  disabled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT service_accounts_pkey PRIMARY KEY (organization_id, id)
);


CREATE TABLE app.api_keys (
  organization_id text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  hint text NOT NULL,
  hash bytea NOT NULL,
  person_id text,
  service_account_id text,
  connector_ids text[],
  scopes text[],
  permissions text[],
  allowed_addresses text[],
  created_by jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  last_used_address text,
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT api_keys_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX api_keys_hash_idx ON app.api_keys(hash);
CREATE INDEX api_keys_organization_id_person_id_idx ON app.api_keys(organization_id, person_id);
CREATE UNIQUE INDEX api_keys_organization_id_hash_key ON app.api_keys(organization_id, hash);

CREATE TABLE app.idempotency_keys (
  organization_id text NOT NULL,
  caller_id text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  status integer NOT NULL,
  body jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, caller_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON app.idempotency_keys(created_at);

CREATE TABLE app.usage_events (
  organization_id text NOT NULL,
  id text NOT NULL,
  connector_id text NOT NULL,
  version_id text NOT NULL,
  at timestamptz(3) NOT NULL,
  method text NOT NULL,
  name text,
  principal_kind text NOT NULL,
  principal_id text,
  client_name text,
  client_version text,
  request_id text NOT NULL,
  outcome text NOT NULL,
  error_code text,
  cold boolean NOT NULL,
  steps_ms jsonb NOT NULL,
  total_ms double precision NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT usage_events_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX usage_events_organization_id_connector_id_at_id_idx ON app.usage_events(organization_id, connector_id, at, id);
CREATE INDEX usage_events_organization_id_at_id_idx ON app.usage_events(organization_id, at, id);
CREATE INDEX usage_events_created_at_idx ON app.usage_events(created_at);

CREATE TABLE app.versions (
  organization_id text NOT NULL,
  id text NOT NULL,
  connector_id text NOT NULL,
  number integer NOT NULL,
  state text NOT NULL DEFAULT 'received',
  source_digest text NOT NULL,
  typecheck boolean NOT NULL,
  activate boolean NOT NULL,
  artifact_digest text,
  lockfile_digest text,
  manifest jsonb,
  failure jsonb,
  submitted_by jsonb NOT NULL,
  request_id text,
  lease_holder text,
  lease_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  CONSTRAINT versions_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX versions_state_created_at_idx ON app.versions(state, created_at);
CREATE UNIQUE INDEX versions_organization_id_connector_id_number_key ON app.versions(organization_id, connector_id, number);

CREATE TABLE app.version_steps (
  organization_id text NOT NULL,
  version_id text NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  attempt integer NOT NULL DEFAULT 1,
  output jsonb,
  error jsonb,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT version_steps_pkey PRIMARY KEY (organization_id, version_id, name)
);


CREATE TABLE app.version_log_lines (
  organization_id text NOT NULL,
  version_id text NOT NULL,
  sequence bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  step text NOT NULL,
  level text NOT NULL,
  text text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT version_log_lines_pkey PRIMARY KEY (organization_id, version_id, sequence)
);


CREATE TABLE app.findings (
  organization_id text NOT NULL,
  id text NOT NULL,
  version_id text NOT NULL,
  position integer NOT NULL,
  rule text NOT NULL,
  severity text NOT NULL,
  subject text NOT NULL,
  message text NOT NULL,
  hint text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT findings_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX findings_organization_id_version_id_position_idx ON app.findings(organization_id, version_id, position);

CREATE TABLE app.deployments (
  organization_id text NOT NULL,
  id text NOT NULL,
  connector_id text NOT NULL,
  version_id text NOT NULL,
  previous_id text,
  sequence bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  state text NOT NULL,
  reasons jsonb NOT NULL,
  cause text NOT NULL,
  actor jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT deployments_pkey PRIMARY KEY (organization_id, id)
);
CREATE INDEX deployments_organization_id_connector_id_sequence_idx ON app.deployments(organization_id, connector_id, sequence);
CREATE INDEX deployments_organization_id_version_id_idx ON app.deployments(organization_id, version_id);

ALTER TABLE app.connectors ADD CONSTRAINT connectors_organization_id_slug_id_fkey FOREIGN KEY (organization_id, slug, id) REFERENCES app.connector_slugs(organization_id, slug, connector_id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.connectors ADD CONSTRAINT connectors_organization_id_live_deployment_id_fkey FOREIGN KEY (organization_id, live_deployment_id) REFERENCES app.deployments(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.secrets ADD CONSTRAINT secrets_organization_id_connector_id_fkey FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.api_keys ADD CONSTRAINT api_keys_organization_id_service_account_id_fkey FOREIGN KEY (organization_id, service_account_id) REFERENCES app.service_accounts(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.versions ADD CONSTRAINT versions_organization_id_connector_id_fkey FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.version_steps ADD CONSTRAINT version_steps_organization_id_version_id_fkey FOREIGN KEY (organization_id, version_id) REFERENCES app.versions(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.version_log_lines ADD CONSTRAINT version_log_lines_organization_id_version_id_fkey FOREIGN KEY (organization_id, version_id) REFERENCES app.versions(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.findings ADD CONSTRAINT findings_organization_id_version_id_fkey FOREIGN KEY (organization_id, version_id) REFERENCES app.versions(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.deployments ADD CONSTRAINT deployments_organization_id_connector_id_fkey FOREIGN KEY (organization_id, connector_id) REFERENCES app.connectors(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.deployments ADD CONSTRAINT deployments_organization_id_version_id_fkey FOREIGN KEY (organization_id, version_id) REFERENCES app.versions(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.deployments ADD CONSTRAINT deployments_organization_id_previous_id_fkey FOREIGN KEY (organization_id, previous_id) REFERENCES app.deployments(organization_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE app.connectors ADD CONSTRAINT connectors_auth_mode CHECK (auth_mode IN ('api_key', 'none'));
ALTER TABLE app.connector_slugs ADD CONSTRAINT connector_slugs_form
  CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) BETWEEN 2 AND 32);
ALTER TABLE app.api_keys ADD CONSTRAINT api_keys_kind CHECK (kind IN ('mcp', 'deploy', 'admin'));
ALTER TABLE app.api_keys ADD CONSTRAINT api_keys_one_holder CHECK (num_nonnulls(person_id, service_account_id) = 1);
ALTER TABLE app.api_keys ADD CONSTRAINT api_keys_at_most_a_year CHECK (expires_at <= created_at + interval '367 days');
ALTER TABLE app.versions ADD CONSTRAINT versions_state CHECK (state IN
  ('received', 'resolving', 'building', 'probing', 'scanning', 'storing', 'published', 'failed', 'rejected'));
ALTER TABLE app.versions ADD CONSTRAINT versions_published_whole
  CHECK (state <> 'published' OR (artifact_digest IS NOT NULL AND manifest IS NOT NULL));
ALTER TABLE app.version_steps ADD CONSTRAINT version_steps_state CHECK (state IN ('running', 'done', 'failed'));
ALTER TABLE app.deployments ADD CONSTRAINT deployments_state CHECK (state IN ('active', 'held'));
