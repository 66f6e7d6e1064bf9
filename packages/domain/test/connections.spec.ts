import { newId, Secret } from '@patchbay/foundation';
import { createVault, localKeySource } from '@patchbay/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credential,
  findProvider,
  listProviders,
  openCredential,
  personOwner,
  saveConnection,
  sealCredential,
} from '../src/connections/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let home: GivenOrganization;
let other: GivenOrganization;
beforeAll(async () => {
  given = await startGiven();
  home = await given.organization();
  other = await given.organization();
});
afterAll(() => given.close());

const vault = createVault({ keySource: localKeySource([{ id: 0, bytes: Buffer.alloc(32, 5) }]) });
const TOKENS: Credential = {
  kind: 'oauth2',
  accessToken: new Secret('planted-access-token'),
  refreshToken: new Secret('planted-refresh-token'),
  tokenType: 'bearer',
  expiresAt: new Date('2026-12-01T12:00:00Z'),
  scopes: ['repo'],
};

describe('sealed credentials', () => {
  it('a credential opens neither in another row, nor in another organization, nor with one bit changed', async () => {
    const id = newId('connection');
    const sealed = await given.database.withOrganization(home, (tx) => sealCredential(tx, vault, id, TOKENS));
    expect(sealed.toString('latin1')).not.toContain('planted');
    await given.database.withOrganization(other, (tx) => sealCredential(tx, vault, id, TOKENS));
    const altered = Buffer.from(sealed);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    const refused = expect.objectContaining({ code: 'connections.unreadable' });
    const open = (organization: GivenOrganization, row: string, bytes: Uint8Array) =>
      given.database.withOrganization(organization, (tx) => openCredential(tx, vault, row, bytes));
    await expect(open(home, newId('connection'), sealed)).rejects.toEqual(refused);
    await expect(open(other, id, sealed)).rejects.toEqual(refused);
    await expect(open(home, id, altered)).rejects.toEqual(refused);
    expect(await open(home, id, sealed)).toMatchObject({ kind: 'oauth2', expiresAt: TOKENS.expiresAt });
  });

  it.each<Credential>([
    TOKENS,
    { kind: 'api_key', key: new Secret('k') },
    { kind: 'basic', user: 'ada', password: new Secret('p') },
  ])('a credential of kind $kind is read as it was sealed', async (credential) => {
    const id = newId('connection');
    const opened = await given.database.withOrganization(home, async (tx) =>
      openCredential(tx, vault, id, await sealCredential(tx, vault, id, credential)),
    );
    const revealed = (one: Credential) =>
      Object.entries(one).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]);
    expect(revealed(opened)).toEqual(revealed(credential));
  });
});

describe('another account', () => {
  it('never replaces the one that is to be renewed', async () => {
    const save = (account: string, connectionId: string | null) =>
      given.database.withOrganization(home, (tx) =>
        saveConnection(
          tx,
          vault,
          { actor: { kind: 'person', personId: home.personId } },
          {
            provider: 'github',
            owner: personOwner(home.personId),
            credential: TOKENS,
            account: { id: account, label: account },
            host: null,
            scopes: ['repo'],
            endsAt: null,
            idleDays: null,
            connectionId,
            connectorIds: [],
          },
        ),
      );
    const first = await save('1', null);
    await expect(save('2', first.id)).rejects.toMatchObject({ code: 'connections.other_account' });
    expect(await save('1', first.id)).toMatchObject({ id: first.id, credentialRevision: 2 });
    expect((await save('2', null)).id).not.toBe(first.id);
  });
});

describe('providers of an organization', () => {
  it('a provider that neither the catalogue nor the organization has is not found', async () => {
    await given.superuser.query(
      `INSERT INTO app.organization_providers (organization_id, id, provider, definition, created_by)
       VALUES ($1, $2, 'own-wiki', $3, '{}')`,
      [other.organizationId, newId('provider'), JSON.stringify(OWN)],
    );
    await given.database.withOrganization(home, async (tx) => {
      expect(await findProvider(tx, 'own-wiki')).toBeNull();
      expect(await findProvider(tx, 'nothing')).toBeNull();
      expect((await listProviders(tx)).map(({ id }) => id)).not.toContain('own-wiki');
    });
  });

  it('a provider of the catalogue and an owner’s own have the same shape', async () => {
    await given.database.withOrganization(other, async (tx) => {
      expect(await findProvider(tx, 'own-wiki')).toMatchObject({
        source: 'own',
        key: { kind: 'api_key', label: 'Wiki key' },
        oauth: null,
        credentialHosts: ['wiki.example.com'],
        registration: { hasSecret: false, allows: ['person'] },
      });
      expect(await findProvider(tx, 'github')).toMatchObject({
        source: 'catalogue',
        oauth: { pkce: 'supported', endpoints: { token: 'https://github.com/login/oauth/access_token' } },
        key: { kind: 'api_key', prefixes: ['github_pat_', 'ghp_'] },
        registration: null,
      });
      const all = await listProviders(tx);
      expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(['own-wiki', 'github']));
    });
  });
});

const OWN = {
  kind: 'api_key',
  id: 'own-wiki',
  name: 'Wiki',
  credentialHosts: ['wiki.example.com'],
  tokenEchoPaths: [],
  readRequests: [],
  safeMethodsRead: true,
  authHeaders: ['x-key'],
  authParameters: [],
  authBodyFields: [],
  label: 'Wiki key',
  placement: { in: 'header', name: 'x-key', prefix: '' },
  account: { request: { method: 'GET', url: 'https://wiki.example.com/me', headers: {} }, id: ['/id'] },
};
