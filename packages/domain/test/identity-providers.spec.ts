import { randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import { createVault, localKeySource, type Vault } from '@patchbay/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as providers from '../src/identity-providers/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let vault: Vault;
let organization: GivenOrganization;
beforeAll(async () => {
  given = await startGiven();
  vault = createVault({ keySource: localKeySource([{ id: 0, bytes: randomBytes(32) }]) });
  organization = await given.organization();
});
afterAll(() => given.close());

const change = { actor: SYSTEM };
const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1]) =>
  given.database.withOrganization(organization, work);
const save = (input: Partial<providers.IdentityProviderInput>) =>
  inside((tx) =>
    providers.saveIdentityProvider(tx, vault, change, { issuer: 'https://idp.example', clientId: 'c', ...input }),
  );

describe('the identity provider of an organization', () => {
  it('is not demanded before it is in service, nor put there untested', async () => {
    await save({ clientSecret: new Secret('first') });
    await expect(inside((tx) => providers.setProviderRequired(tx, change, true))).rejects.toMatchObject({
      code: 'sso.not_active',
    });
    await expect(inside((tx) => providers.setProviderState(tx, change, 'active'))).rejects.toMatchObject({
      code: 'sso.not_tested',
    });
  });

  it('keeps its secret for the same client, and forgets it for another issuer or client', async () => {
    const opened = async () => (await inside((tx) => providers.openClientSecret(tx, vault)))?.reveal() ?? null;
    await save({});
    expect(await opened()).toBe('first');
    await save({ issuer: 'https://other.example' });
    expect(await opened()).toBeNull();
    await save({ issuer: 'https://other.example', clientSecret: new Secret('second') });
    expect(await opened()).toBe('second');
    await save({ issuer: 'https://other.example', clientSecret: null });
    expect(await opened()).toBeNull();
  });

  it('is not changed, taken out or removed while members need it', async () => {
    await inside((tx) => providers.recordProviderTest(tx, change, 'https://other.example'));
    await inside((tx) => providers.setProviderState(tx, change, 'active'));
    await inside((tx) => providers.setProviderRequired(tx, change, true));
    const refused = { code: 'sso.required' };
    await expect(save({ issuer: 'https://third.example' })).rejects.toMatchObject(refused);
    await expect(inside((tx) => providers.setProviderState(tx, change, 'draft'))).rejects.toMatchObject(refused);
    await expect(inside((tx) => providers.deleteIdentityProvider(tx, change))).rejects.toMatchObject(refused);
    // A secret that expires is replaced at any time.
    expect((await save({ issuer: 'https://other.example', clientSecret: new Secret('third') })).state).toBe('active');
  });
});
