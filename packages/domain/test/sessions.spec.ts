import { randomBytes } from 'node:crypto';
import { createVault, localKeySource } from '@patchbay/vault';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { purgeExpired } from '../src/purge/index.ts';
import {
  appendEvent,
  findMcpSession,
  type McpSessionKey,
  openStream,
  readStream,
  rememberMcpSession,
} from '../src/sessions/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let organization: GivenOrganization;
let connectorId: string;

beforeAll(async () => {
  given = await startGiven();
  organization = await given.organization();
  connectorId = (await given.connector(organization, 'asked')).id;
});
afterAll(() => given.close());

const key = (id: string): McpSessionKey => ({
  id,
  connectorId,
  principalHash: 'somebody',
  expiresAt: new Date(Date.now() + 60_000),
});
const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1]) =>
  given.database.withOrganization({ organizationId: organization.organizationId }, work);

it('an MCP session keeps its log level and each subscription by itself', async () => {
  await inside((tx) => rememberMcpSession(tx, key('one'), { logLevel: 'error' }));
  await inside((tx) => rememberMcpSession(tx, key('one'), { subscribe: 'test://a' }));
  await inside((tx) => rememberMcpSession(tx, key('one'), { subscribe: 'test://b' }));
  await inside((tx) => rememberMcpSession(tx, key('one'), { subscribe: 'test://a' }));
  const row = await inside((tx) => findMcpSession(tx, 'one'));
  expect(row).toMatchObject({ logLevel: 'error', subscriptions: ['test://b', 'test://a'], terminatedAt: null });
  await inside((tx) => rememberMcpSession(tx, key('one'), { unsubscribe: 'test://b' }));
  expect((await inside((tx) => findMcpSession(tx, 'one')))?.subscriptions).toEqual(['test://a']);
});

it('keeps a terminated session terminated', async () => {
  await inside((tx) => rememberMcpSession(tx, key('ended'), { terminate: true }));
  const row = await inside((tx) => rememberMcpSession(tx, key('ended'), { logLevel: 'info' }));
  expect(row.terminatedAt).toBeInstanceOf(Date);
});

it('remembers a thousand sessions of one person and connector: the one idle for longest makes room', async () => {
  await given.superuser.query(
    `INSERT INTO app.mcp_sessions (organization_id, id, connector_id, principal_hash, expires_at, last_used_at)
     SELECT $1, 'many-' || n, $2, 'busy', now() + interval '1 day', now() - n * interval '1 second'
     FROM generate_series(1, 1000) AS n`,
    [organization.organizationId, connectorId],
  );
  await inside((tx) => rememberMcpSession(tx, { ...key('newest'), principalHash: 'busy' }, {}));
  expect(await inside((tx) => findMcpSession(tx, 'many-1000'))).toBeNull();
  expect(await inside((tx) => findMcpSession(tx, 'many-999'))).not.toBeNull();
  expect(await inside((tx) => findMcpSession(tx, 'newest'))).not.toBeNull();
});

it('counts the sessions at the URL of an organization apart from those of its connectors', async () => {
  const atOrganization = (id: string): McpSessionKey => ({ ...key(id), connectorId: null, principalHash: 'apart' });
  await given.superuser.query(
    `INSERT INTO app.mcp_sessions (organization_id, id, connector_id, principal_hash, expires_at, last_used_at)
     SELECT $1, 'apart-' || n, NULL, 'apart', now() + interval '1 day', now() - n * interval '1 second'
     FROM generate_series(1, 1000) AS n`,
    [organization.organizationId],
  );
  await inside((tx) => rememberMcpSession(tx, { ...key('of-connector'), principalHash: 'apart' }, {}));
  expect(await inside((tx) => findMcpSession(tx, 'apart-1000'))).not.toBeNull();
  await inside((tx) => rememberMcpSession(tx, atOrganization('apart-newest'), {}));
  expect(await inside((tx) => findMcpSession(tx, 'apart-1000'))).toBeNull();
  expect(await inside((tx) => findMcpSession(tx, 'of-connector'))).not.toBeNull();
});

it('keeps a thousand events of one stream, and returns none of a stream older than ten minutes', async () => {
  const vault = createVault({ keySource: localKeySource([{ id: 0, bytes: randomBytes(32) }]) });
  const other = await given.organization();
  const within = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1]) =>
    given.database.withOrganization({ organizationId: other.organizationId }, work);
  const ofOrganization = { ...key('long'), connectorId: null };
  const stream = { sessionId: 'long', id: 'call' };
  await within((tx) => rememberMcpSession(tx, ofOrganization, {}));
  await within((tx) =>
    openStream(tx, stream, { requestId: 1, subject: { connectorId: null, tool: null }, leaseMs: 1 }),
  );
  await within((tx) => appendEvent(tx, vault, stream, { sequence: 1_000, text: '{}' }));
  await expect(within((tx) => appendEvent(tx, vault, stream, { sequence: 1_001, text: '{}' }))).rejects.toThrow('1000');
  expect((await within((tx) => readStream(tx, vault, stream, 0)))?.events).toHaveLength(1);
  await given.superuser.query(
    `UPDATE app.mcp_session_streams SET created_at = now() - interval '11 minutes',
       alive_until = now() - interval '11 minutes' WHERE session_id = 'long'`,
  );
  expect(await within((tx) => readStream(tx, vault, stream, 0))).toBeNull();

  // They belong to no connector, and end with their organization all the same.
  await given.superuser.query(
    `INSERT INTO app.organization_deletions (organization_id, deleted_by, deleted_at, purge_after)
     VALUES ($1, '{}', now(), now())`,
    [other.organizationId],
  );
  await purgeExpired(given.database, vault);
  const { rows } = await given.superuser.query('SELECT 1 FROM app.mcp_sessions WHERE organization_id = $1', [
    other.organizationId,
  ]);
  expect(rows).toEqual([]);
  vault.close();
});

it('forgets sessions after 24 idle hours, unless terminated, and stream events after ten minutes', async () => {
  const vault = createVault({ keySource: localKeySource([{ id: 0, bytes: randomBytes(32) }]) });
  const stream = { sessionId: 'fresh', id: 'call' };
  await inside((tx) => rememberMcpSession(tx, key('fresh'), {}));
  await inside((tx) => rememberMcpSession(tx, key('idle'), {}));
  await inside((tx) => rememberMcpSession(tx, key('ended-idle'), { terminate: true }));
  await inside((tx) => openStream(tx, stream, { requestId: 1, subject: { connectorId, tool: 'one' }, leaseMs: 1 }));
  await inside((tx) => appendEvent(tx, vault, stream, { sequence: 1, text: '{}' }));
  await purgeExpired(given.database, vault);
  expect(await inside((tx) => readStream(tx, vault, stream, 0))).toMatchObject({
    requestId: 1,
    events: [{ text: '{}' }],
  });
  await given.superuser.query(
    `UPDATE app.mcp_sessions SET last_used_at = now() - interval '25 hours' WHERE id LIKE '%idle'`,
  );
  await given.superuser.query(`UPDATE app.mcp_session_streams
    SET created_at = now() - interval '11 minutes', alive_until = now() - interval '11 minutes'`);
  await purgeExpired(given.database, vault);
  const kept = await Promise.all(['fresh', 'idle', 'ended-idle'].map((id) => inside((tx) => findMcpSession(tx, id))));
  expect(kept.map((row) => row !== null)).toEqual([true, false, true]);
  const { rows } = await given.superuser.query('SELECT 1 FROM app.mcp_session_events');
  expect(rows).toEqual([]);
  vault.close();
});
