import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API_KEY_KINDS,
  API_KEY_PATTERN,
  type ApiKeyCache,
  type ApiKeyKind,
  createApiKey,
  createApiKeyCache,
  type NewApiKey,
  newApiKeyText,
  parseApiKey,
} from '../src/api-keys/index.ts';
import { ChangeFeed } from '../src/changes/index.ts';
import type { Database } from '../src/database/index.ts';
import { deleteOrganization, permissionsOf } from '../src/organizations/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

const DAY_MS = 86_400_000;
let given: Given;
let ours: GivenOrganization;
let feed: ChangeFeed;
let cache: ApiKeyCache;
let lookups = 0;

beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
  feed = new ChangeFeed({ url: given.test.urls.app });
  await feed.start();
  const counting: Database = {
    ...given.database,
    lookups: {
      ...given.database.lookups,
      findApiKey: (hash) => {
        lookups += 1;
        return given.database.lookups.findApiKey(hash);
      },
    },
  };
  cache = createApiKeyCache({ database: counting, feed });
});
afterAll(async () => {
  await cache.close();
  await feed.close();
  await given.close();
});

const inputOf = (kind: ApiKeyKind): NewApiKey => ({
  kind,
  name: kind,
  expiresAt: new Date(Date.now() + DAY_MS),
  ...(kind === 'admin' ? { permissions: ['connectors:read'] } : { connectorIds: ['*'] }),
});
const create = (input: NewApiKey, organization = ours, permissions = permissionsOf(['owner'])) =>
  given.database.withOrganization(organization, (tx) => createApiKey(tx, organization.actor, input, { permissions }));

describe('an API key', () => {
  const pairs = API_KEY_KINDS.flatMap((kind) => API_KEY_KINDS.map((surface) => [kind, surface] as const));

  it.each(pairs)(
    'an API key of kind %s is refused at the surface %s before the look-up, unless it is its own',
    async (kind, surface) => {
      const { secret } = await create(inputOf(kind));
      lookups = 0;
      const answer = cache.verify(secret.reveal(), [surface], '::ffff:203.0.113.5');
      if (kind === surface) {
        await expect(answer).resolves.toMatchObject({
          apiKey: { kind },
          roles: ['owner'],
          person: { id: ours.personId },
        });
        await cache.verify(secret.reveal(), [surface], '203.0.113.5');
        expect(lookups).toBe(1);
      } else {
        await expect(answer).rejects.toMatchObject({ code: 'api-keys.wrong_door' });
        expect(lookups).toBe(0);
      }
    },
  );

  it('an API key with a typing error is refused without a look-up, and so is an unknown one', async () => {
    const text = newApiKeyText('mcp').reveal();
    lookups = 0;
    for (let index = 0; index < text.length; index += 1) {
      const wrong = text.slice(0, index) + (text[index] === 'x' ? 'y' : 'x') + text.slice(index + 1);
      await expect(cache.verify(wrong, API_KEY_KINDS, '::1'), wrong).rejects.toMatchObject({
        code: 'api-keys.invalid',
      });
    }
    expect(lookups).toBe(0);
    for (let time = 0; time < 3; time += 1) {
      await expect(cache.verify(text, ['mcp'], '::1')).rejects.toMatchObject({ code: 'api-keys.invalid' });
    }
    expect(lookups).toBe(0);
  });

  it.each([
    ['expired already', { expiresAt: new Date(Date.now() - 1) }, 'api-keys.expiry_invalid'],
    ['for more than a year', { expiresAt: new Date(Date.now() + 370 * DAY_MS) }, 'api-keys.expiry_invalid'],
    ['without a date', { expiresAt: new Date(Number.NaN) }, 'api-keys.expiry_invalid'],
    ['that lists no connector', { connectorIds: [] }, 'api-keys.input_invalid'],
    ['with a strange address', { allowedAddresses: ['10.0.0.0/33'] }, 'api-keys.input_invalid'],
    [
      'of kind admin that makes keys',
      { kind: 'admin', connectorIds: [], permissions: ['api-keys:write'] },
      'api-keys.above_creator',
    ],
    [
      'of kind admin that grants roles',
      { kind: 'admin', connectorIds: [], permissions: ['members:write'] },
      'api-keys.above_creator',
    ],
  ] as const)('refuses to make an API key %s', async (_, patch, code) => {
    await expect(create({ ...inputOf('mcp'), ...patch })).rejects.toMatchObject({ code });
  });

  it('an API key cannot have permissions that its creator lacks', async () => {
    const member = permissionsOf(['member']);
    await expect(create(inputOf('deploy'), ours, member)).rejects.toMatchObject({ code: 'api-keys.above_creator' });
    const audit = { ...inputOf('admin'), permissions: ['audit:read'] } as const;
    await expect(create(audit, ours, permissionsOf(['developer']))).rejects.toMatchObject({
      code: 'api-keys.above_creator',
    });
  });

  it('an API key is refused from an address that is not listed, and after its expiry', async () => {
    const { secret, apiKey } = await create({
      ...inputOf('mcp'),
      allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'],
    });
    for (const address of ['203.0.114.1', '::1', '', 'unix']) {
      await expect(cache.verify(secret.reveal(), ['mcp'], address)).rejects.toMatchObject({
        code: 'api-keys.address_refused',
      });
    }
    for (const address of ['203.0.113.9', '::ffff:203.0.113.9', '2001:db8::5']) {
      await expect(cache.verify(secret.reveal(), ['mcp'], address)).resolves.toBeDefined();
    }
    const later = createApiKeyCache({
      database: given.database,
      feed,
      clock: { now: () => apiKey.expiresAt, monotonicMs: () => 0 },
    });
    await expect(later.verify(secret.reveal(), ['mcp'], '203.0.113.9')).rejects.toMatchObject({
      code: 'api-keys.expired',
    });
    await later.close();
  });

  it('an API key is revoked with its person’s membership, and refused while the organization is deleted', async () => {
    const team = await given.organization();
    const { secret, apiKey } = await create(inputOf('mcp'), team);
    await given.auth.query('DELETE FROM identity.members WHERE person_id = $1', [team.personId]);
    const { rows } = await given.superuser.query('SELECT revoked_at FROM app.api_keys WHERE id = $1', [apiKey.id]);
    expect(rows[0].revoked_at).not.toBeNull();
    await expect(cache.verify(secret.reveal(), ['mcp'], '::1')).rejects.toMatchObject({ code: 'api-keys.invalid' });
    const gone = await given.organization();
    const ofGone = await create(inputOf('mcp'), gone);
    await given.database.withOrganization(gone, (tx) => deleteOrganization(tx, gone.actor));
    await expect(cache.verify(ofGone.secret.reveal(), ['mcp'], '::1')).rejects.toMatchObject({
      code: 'api-keys.invalid',
    });
  });

  it('an API key is stored as a hash only, has a pattern for secret scanners, and records its last use', async () => {
    const { secret, apiKey } = await create(inputOf('mcp'));
    expect(`leaked: ${secret.reveal()}.`).toMatch(API_KEY_PATTERN);
    await cache.verify(secret.reveal(), ['mcp'], '203.0.113.7');
    await cache.flushLastUses();
    const { rows } = await given.superuser.query('SELECT *, k::text AS whole FROM app.api_keys k WHERE id = $1', [
      apiKey.id,
    ]);
    expect(rows[0].last_used_address).toBe('203.0.113.7');
    expect(rows[0].whole).not.toContain(secret.reveal().slice(12));
    expect(rows[0].hash.equals(parseApiKey(secret.reveal())?.hash)).toBe(true);
  });
});
