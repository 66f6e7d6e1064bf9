import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBreaches, RULE_NAMES } from './catalogue-walk.ts';
import { type Given, startGiven } from './given.ts';

let given: Given;
beforeAll(async () => {
  given = await startGiven();
});
afterAll(() => given.close());

const TABLE = `CREATE TABLE app.fixture (organization_id text NOT NULL, id text NOT NULL, other text,
  created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (organization_id, id));
  ALTER TABLE app.fixture ENABLE ROW LEVEL SECURITY;`;
const FORCE = 'ALTER TABLE app.fixture FORCE ROW LEVEL SECURITY;';
const SCOPE = "organization_id = NULLIF(current_setting('app.organization_id', true), '')";
const POLICY = `CREATE POLICY own ON app.fixture USING (${SCOPE}) WITH CHECK (${SCOPE});`;
const GOOD = TABLE + FORCE + POLICY;

/** One way to break each rule, as a later migration might by mistake. */
const BREAKS: Readonly<Record<string, readonly [sql: string, named: string]>> = {
  'row-level security is enabled and forced': [TABLE + POLICY, 'app.fixture'],
  'organization_id is not null': [
    `${GOOD} ALTER TABLE app.fixture DROP CONSTRAINT fixture_pkey; ALTER TABLE app.fixture ALTER organization_id DROP NOT NULL`,
    'app.fixture',
  ],
  'created_at exists': [`${GOOD} ALTER TABLE app.fixture DROP COLUMN created_at`, 'app.fixture'],
  'one policy, on the scope, for reading and writing': [
    `${TABLE}${FORCE} CREATE POLICY own ON app.fixture USING (${SCOPE} OR other = 'x') WITH CHECK (${SCOPE})`,
    'app.fixture',
  ],
  'patchbay_app reads identity in scope only': [
    'CREATE POLICY wide ON identity.members FOR SELECT TO patchbay_app USING (true)',
    'identity.members wide',
  ],
  'foreign keys carry the organization': [
    'ALTER TABLE app.usage_events ADD CONSTRAINT plain FOREIGN KEY (connector_id) REFERENCES identity.people (id)',
    'app.usage_events plain',
  ],
  'unique keys start with the organization': ['CREATE UNIQUE INDEX oracle ON app.connectors (slug)', 'app.oracle'],
  'views run as their reader': ['CREATE VIEW app.peek AS SELECT * FROM app.connectors', 'app.peek'],
  'functions that run as their owner are listed, belong to patchbay_lookup and fix the search path': [
    `CREATE FUNCTION app.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM app.connectors';
     REVOKE ALL ON FUNCTION app.peek() FROM PUBLIC`,
    'app.peek()',
  ],
  'no function is executable by PUBLIC': [
    `CREATE FUNCTION app.hello() RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION app.hello() TO PUBLIC`,
    'app.hello()',
  ],
  'serving roles have no special power': ['ALTER ROLE patchbay_app CREATEDB', 'patchbay_app'],
  'patchbay_lookup cannot log in': ['ALTER ROLE patchbay_lookup LOGIN', 'patchbay_lookup'],
  'serving roles are members of no role': ['GRANT patchbay_lookup TO patchbay_app', 'patchbay_app in patchbay_lookup'],
  'serving roles own nothing': ['ALTER TABLE app.findings OWNER TO patchbay_app', 'app.findings'],
  'serving roles create nothing': ['GRANT CREATE ON SCHEMA app TO patchbay_app', 'patchbay_app in app'],
  'TRUNCATE is granted to no role, and nothing to PUBLIC': [
    'GRANT SELECT ON app.connectors TO PUBLIC',
    'app.connectors SELECT',
  ],
  'patchbay_app only reads identity, and no credentials': [
    'GRANT SELECT ON identity.accounts TO patchbay_app',
    'identity.accounts SELECT',
  ],
  'the history is append-only': ['GRANT UPDATE ON app.deployments TO patchbay_app', 'app.deployments UPDATE'],
  'patchbay_auth and patchbay_queue see nothing of app': [
    'GRANT SELECT ON app.secrets TO patchbay_auth',
    'patchbay_auth app.secrets',
  ],
};

describe('the isolation rules of the database', () => {
  it('no relation, policy, function, key or grant breaks an isolation rule of the database', async () => {
    expect(await findBreaches(given.superuser)).toEqual([]);
  });

  it.each(RULE_NAMES)('the walk over the catalogue notices a breach of: %s', async (rule) => {
    const [sql, named] = BREAKS[rule] ?? ['', 'no fixture breaks this rule'];
    const client = await given.superuser.connect();
    try {
      // Roles are the whole server's, and DDL is transactional: nothing of this is ever seen by another test.
      await client.query('BEGIN');
      await client.query(sql);
      expect(await findBreaches(client)).toContain(`${rule}: ${named}`);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
