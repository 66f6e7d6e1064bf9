/**
 * Every list that goes page by page, on a hundred thousand rows: its deepest page costs what its first one costs, because
 * PostgreSQL begins at the cursor instead of reading everything before it.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createApiKey, listApiKeys } from '../src/api-keys/index.ts';
import { listAuditEvents } from '../src/audit/index.ts';
import { listConnectors } from '../src/connectors/index.ts';
import { createDatabase, type Tx } from '../src/database/index.ts';
import { activate, listDeployments } from '../src/deployments/index.ts';
import { ALL_PERMISSIONS } from '../src/organizations/index.ts';
import { listUsage } from '../src/usage/index.ts';
import { listVersions } from '../src/versions/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

const ROWS = 100_000;
const LIMIT = 50;
/** Pages of 8 KiB that one page of a list may touch: its rows, their index, and what is joined to them. */
const BUFFERS_MAX = 600;

let given: Given;
let organization: GivenOrganization;
let connectorId: string;

/** A table, its time column, and its columns that must differ from row to row in addition to id and time; `n` counts. */
const TABLES: readonly (readonly [table: string, time: string, differing: Readonly<Record<string, string>>])[] = [
  ['audit_events', 'created_at', { writer_id: `'writer-' || n`, writer_sequence: 'n' }],
  ['usage_events', 'at', { request_id: `'req_' || n` }],
  ['connectors', 'created_at', { slug: `'slug-' || n`, live_deployment_id: 'null' }],
  ['api_keys', 'created_at', { hash: 'sha256(n::text::bytea)' }],
  ['versions', 'created_at', { number: 'n + 10' }],
  ['deployments', 'created_at', { sequence: 'n + 1000', previous_id: 'null' }],
];

/** The query, and the column that the index must be entered by. */
const LISTS: readonly (readonly [name: string, column: string, list: (tx: Tx, cursor?: string) => Promise<Listed>])[] =
  [
    ['audit events', 'created_at', (tx, cursor) => listAuditEvents(tx, { limit: LIMIT, cursor })],
    ['usage', 'at', (tx, cursor) => listUsage(tx, {}, { limit: LIMIT, cursor })],
    ['usage of a connector', 'at', (tx, cursor) => listUsage(tx, { connectorId }, { limit: LIMIT, cursor })],
    ['connectors', 'created_at', (tx, cursor) => listConnectors(tx, { limit: LIMIT, cursor })],
    ['API keys', 'created_at', (tx, cursor) => listApiKeys(tx, { limit: LIMIT, cursor })],
    ['versions', 'created_at', (tx, cursor) => listVersions(tx, connectorId, { limit: LIMIT, cursor })],
    ['deployments', 'created_at', (tx, cursor) => listDeployments(tx, connectorId, { limit: LIMIT, cursor })],
  ];

interface Listed {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Cond'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

beforeAll(async () => {
  given = await startGiven();
  organization = await given.organization();
  const connector = await given.connector(organization, 'weather');
  connectorId = connector.id;
  const version = await given.publishedVersion(organization, connectorId);
  await given.database.withOrganization(organization, async (tx) => {
    await activate(tx, organization.actor, { connectorId, versionId: version.id, cause: 'activate' });
    await createApiKey(
      tx,
      organization.actor,
      { kind: 'mcp', name: 'k', connectorIds: ['*'], expiresAt: new Date(Date.now() + 86_400_000) },
      { permissions: new Set(ALL_PERMISSIONS) },
    );
  });
  await given.superuser.query(
    `INSERT INTO app.usage_events (organization_id, id, connector_id, version_id, at, method, principal_kind, request_id, outcome, cold, steps_ms, total_ms)
     VALUES ($1, 'use_1', $2, $3, now(), 'tools/call', 'anonymous', 'req_1', 'complete', false, '{}', 1)`,
    [organization.organizationId, connectorId, version.id],
  );
  const client = await given.superuser.connect();
  try {
    // Copies of one row: what they refer to is not what is looked at.
    await client.query('SET session_replication_role = replica');
    for (const [table, time, differing] of TABLES) {
      const { rows: columns } = await client.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns
         WHERE table_schema = 'app' AND table_name = $1 AND is_generated = 'NEVER'`,
        [table],
      );
      const names = columns.map(({ name }) => name);
      const values: Readonly<Record<string, string>> = {
        id: `left(one.id, 4) || 'n' || n`,
        // A hundred rows share each millisecond, as those of a busy installation do.
        [time]: 'now() - make_interval(secs => (n / 100)::float8)',
        ...differing,
      };
      await client.query(
        `INSERT INTO app.${table} (${names.join()}) OVERRIDING SYSTEM VALUE
         SELECT ${names.map((name) => values[name] ?? `one.${name}`).join()}
         FROM app.${table} AS one, generate_series(1, ${ROWS}) AS n
         WHERE one.id = (SELECT min(id) FROM app.${table} WHERE organization_id = $1)`,
        [organization.organizationId],
      );
      await client.query(`VACUUM ANALYZE app.${table}`);
    }
  } finally {
    client.release(true);
  }
}, 120_000);
afterAll(() => given?.close());

const inOrganization = <T>(work: (tx: Tx) => Promise<T>) => given.database.withOrganization(organization, work);

/** A cursor two thirds down the list. */
async function deepCursor(list: (tx: Tx, cursor?: string) => Promise<Listed>): Promise<string> {
  const first = await inOrganization((tx) => list(tx));
  const [, id = ''] = Buffer.from(first.nextCursor ?? '', 'base64url')
    .toString('utf8')
    .split(' ');
  const at = new Date(Date.now() - (ROWS / 100) * 667).toISOString();
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** The statement with a LIMIT that the list sends, as PostgreSQL gets it. */
async function statementOf(work: (tx: Tx) => Promise<unknown>): Promise<{ text: string; values: unknown[] }> {
  const sent: { text: string; values: unknown[] }[] = [];
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  onTestFinished(() => spy.mockRestore());
  // Connections that were open before keep the method they had.
  const database = createDatabase({ url: given.test.urls.app, poolSizeMax: 1 });
  await database.withOrganization(organization, work).finally(() => database.close());
  for (const [query, values] of spy.mock.calls as unknown as [
    string | { text: string; values?: unknown[] },
    unknown[]?,
  ][]) {
    const text = typeof query === 'string' ? query : query.text;
    const given = typeof query === 'string' ? values : (query.values ?? values);
    if (/\bLIMIT\b/i.test(text)) sent.push({ text, values: Array.isArray(given) ? given : [] });
  }
  spy.mockRestore();
  const [first] = sent;
  if (!first) throw new Error('the list sent no statement with a LIMIT');
  return first;
}

function nodesOf(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe.each(LISTS)('the list of %s', (_name, column, list) => {
  it('a list begins at its cursor by the index, and reads no more than a page of the index', async () => {
    const cursor = await deepCursor(list);
    const { text, values } = await statementOf((tx) => list(tx, cursor));
    const [explained] = await inOrganization((tx) =>
      tx.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values),
    );
    const plan = explained?.['QUERY PLAN'][0]?.Plan;
    if (!plan) throw new Error('no plan');
    const entered = nodesOf(plan).find((node) => new RegExp(`\\b${column} <=? `).test(node['Index Cond'] ?? ''));
    expect(entered, JSON.stringify(plan, null, 1)).toBeDefined();
    expect(nodesOf(plan).map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(entered?.['Actual Rows']).toBeLessThanOrEqual(LIMIT + 1);
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(BUFFERS_MAX);
  });

  it('a list repeats and misses no row where rows share a millisecond', async () => {
    let cursor: string | undefined;
    const seen: string[] = [];
    for (let page = 0; page < 6; page += 1) {
      const { items, nextCursor } = await inOrganization((tx) => list(tx, cursor));
      seen.push(...items.map(({ id }) => id));
      cursor = nextCursor ?? undefined;
    }
    expect(new Set(seen).size).toBe(6 * LIMIT);
    const { items } = await inOrganization((tx) => list(tx, undefined));
    expect(items.map(({ id }) => id)).toEqual(seen.slice(0, LIMIT));
  });
});
