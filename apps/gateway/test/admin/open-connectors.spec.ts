/** Public access to a connector: the permission, the confirmation by name, and later changes. */
import { moveVersion, submitVersion, type VersionState } from '@patchbay/domain/versions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };
let developer: SignedIn;
const BASE = '/organizations/acme/connectors';
const READS = { name: 'look', annotations: { readOnlyHint: true } };
const WRITES = { name: 'pay', annotations: { destructiveHint: true } };
const STATES: readonly VersionState[] = [
  ...(['received', 'resolving', 'building', 'probing', 'scanning', 'storing', 'published'] as const),
];

beforeAll(async () => {
  installation = await Installation.start('invite');
  owner = await installation.owner('acme');
  developer = await installation.join(owner, 'developer', 'dora');
});
afterAll(() => installation?.close());

async function connector(slug: string, body: object = {}, as: SignedIn = owner) {
  return installation.call('POST', BASE, { as, body: { slug, ...body } });
}

const change = (slug: string, body: object, as: SignedIn | string = owner) =>
  installation.call('PATCH', `${BASE}/${slug}`, { as, body });
const open = (slug: string, confirmOpen?: string) => change(slug, { authMode: 'none', confirmOpen });
const setSecret = (slug: string) =>
  installation.call('PUT', `${BASE}/${slug}/secrets/TOKEN`, { as: developer, body: { value: 'a value' } });
const activate = (slug: string, version: number) =>
  installation.call('POST', `${BASE}/${slug}/deployments`, { as: developer, body: { version } });

/** A version with these tools, as the worker would have published it. */
async function publish(slug: string, tools: readonly object[]): Promise<number> {
  const { id } = (await installation.call('GET', `${BASE}/${slug}`, { as: owner })).body;
  return installation.database.withOrganization(owner, async (tx) => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const input = { connectorId: id, sourceDigest: digest, typecheck: false, activate: false };
    const actor = { kind: 'person', personId: owner.personId } as const;
    let version = await submitVersion(tx, actor, input);
    for (const to of STATES.slice(1)) {
      const patch = to === 'published' ? { artifactDigest: digest, manifest: { tools } } : {};
      version = await moveVersion(tx, version.id, { from: version.state, to }, patch);
    }
    return version.number;
  });
}

async function publishLive(slug: string, tools: readonly object[]): Promise<number> {
  const number = await publish(slug, tools);
  expect((await activate(slug, number)).body.state).toBe('active');
  return number;
}

async function lastUpdate() {
  const { body } = await installation.call('GET', '/organizations/acme/audit-events?limit=20', { as: owner });
  return body.items.find(({ action }: { action: string }) => action === 'connector.updated');
}

describe('a connector without a key', () => {
  it('a public connector is neither made nor opened by a developer or by a key without the permission', async () => {
    await connector('theirs', {}, developer);
    const key = await installation.key(owner, { permissions: ['connectors:read', 'connectors:write'] });
    const answers = [
      await connector('opened', { authMode: 'none' }, developer),
      await change('theirs', { authMode: 'none' }, developer),
      await change('theirs', { authMode: 'none', confirmOpen: 'theirs' }, key),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code, body.data]).toEqual([
        403,
        'admin.permission_missing',
        { permission: 'connectors:open' },
      ]);
    }
    const shown = await installation.call('GET', `${BASE}/theirs`, { as: developer });
    expect([shown.body.authMode, shown.body.actions.open.allowed]).toEqual(['oauth', false]);
  });

  it('a connector with secrets or tools that write is not opened until its name is confirmed', async () => {
    await connector('shop');
    await setSecret('shop');
    await publishLive('shop', [READS, WRITES]);
    const refused = await open('shop');
    expect([refused.status, refused.body.code]).toEqual([409, 'connectors.open_not_confirmed']);
    expect(refused.body.data).toEqual({ connector: 'shop', secrets: 1, writingTools: ['pay'] });
    expect((await open('shop', 'shops')).body.code).toBe('connectors.open_not_confirmed');
    expect((await change('shop', { confirmOpen: 'shop' })).body.code).toBe('admin.invalid_request');

    const opened = await open('shop', 'shop');
    expect([opened.status, opened.body.authMode, opened.body.openConfirmedAt]).toEqual([
      200,
      'none',
      expect.any(String),
    ]);
    expect(await lastUpdate()).toMatchObject({
      actor: { id: owner.personId },
      before: { authMode: 'oauth', openConfirmed: false },
      after: { authMode: 'none', openConfirmed: true },
    });
    expect((await setSecret('shop')).status).toBe(204);
    expect((await publishLive('shop', [WRITES])) > 1).toBe(true);
  });

  it.each(['api_key', 'oauth'])('a connector forgets the confirmation with its change to %s', async (authMode) => {
    expect((await open('shop', 'shop')).body.openConfirmedAt).toEqual(expect.any(String));
    const closed = await change('shop', { authMode }, developer);
    expect([closed.body.authMode, closed.body.openConfirmedAt]).toEqual([authMode, null]);
    expect((await open('shop')).status).toBe(409);
  });

  it('a connector with nothing to lose is opened unconfirmed, and gets no secret until it is confirmed', async () => {
    await connector('weather');
    await publishLive('weather', [READS]);
    expect((await open('weather')).body).toMatchObject({ authMode: 'none', openConfirmedAt: null });
    const refused = await setSecret('weather');
    expect([refused.status, refused.body.code]).toEqual([409, 'connectors.open_not_confirmed']);
    await open('weather', 'weather');
    expect((await setSecret('weather')).status).toBe(204);
  });

  it('a connector opened unconfirmed holds versions with tools that write, forwards and backwards', async () => {
    await connector('library');
    const writing = await publishLive('library', [WRITES]);
    await publishLive('library', [READS]);
    await open('library');
    const held = await activate('library', writing);
    expect(held.body).toMatchObject({ state: 'held', reasons: [{ code: 'open_not_confirmed' }] });
    expect(held.body.reasons[0].reason).toContain('patchbay settings library --auth none --confirm library');
    const back = await installation.call('POST', `${BASE}/library/rollback`, { as: developer, body: {} });
    expect(back.body).toMatchObject({ state: 'held', reasons: [{ code: 'open_not_confirmed' }] });
    await open('library', 'library');
    expect((await activate('library', writing)).body.state).toBe('active');
  });
});
