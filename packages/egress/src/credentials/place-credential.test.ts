import { Secret } from '@patchbay/foundation';
import { expect, it } from 'vitest';
import { placeCredential } from './place-credential.ts';

const GRANT = {
  id: 'cxn_1',
  name: 'api',
  account: 'a',
  isDefault: true,
  provider: 'api',
  connectionHost: null,
  organizationHosts: null,
};

it('leaves the connector’s own query as it wrote it, and hides the value in the form in which it was sent', () => {
  const placement = { in: 'query', name: 'api key' } as const;
  const secret = new Secret('v/al ue');
  const placed = placeCredential({ ...GRANT, revision: 1, placement, secret }, new URL('https://x/?a=%7e&b'), {});
  expect(placed.path).toBe('/?a=%7e&b&api%20key=v%2Fal%20ue');
  for (const form of ['v/al ue', 'v%2Fal%20ue', 'v%2Fal+ue', 'api%20key=v%2Fal%20ue'])
    expect(placed.spellings).toContain(form);
});

it('hides the secret part of Basic credentials in the longest form first', () => {
  const placement = { in: 'basic', secretPart: 'password' } as const;
  const secret = new Secret('ada@example.com:password-of-ada');
  const { spellings } = placeCredential({ ...GRANT, revision: 1, placement, secret }, new URL('https://x/'), {});
  expect(spellings).toContain('password-of-ada');
  expect(spellings).not.toContain('ada@example.com');
  expect(spellings.map(({ length }) => length)).toEqual(spellings.map(({ length }) => length).sort((a, b) => b - a));
});
