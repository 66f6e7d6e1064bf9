import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createStateSealer, localKeySource, type StateSealer } from '@patchbay/vault';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SigningKeys } from '../src/grants/index.ts';
import { type Given, startGiven } from './given.ts';

const DAY_MS = 86_400_000;
const START = new Date('2026-11-30T12:00:00Z').getTime();

let given: Given;
let sealer: StateSealer;
let now = START;
const clock = { now: () => new Date(now), monotonicMs: () => now };
const opened: SigningKeys[] = [];

const sealerOf = (byte: number) =>
  createStateSealer(localKeySource([{ id: 0, bytes: new Uint8Array(32).fill(byte) }]), 'oauth signing keys');
function keysOf(own = sealer): SigningKeys {
  const keys = new SigningKeys({ pool: given.auth, sealer: own, clock });
  opened.push(keys);
  return keys;
}

beforeAll(async () => {
  given = await startGiven();
  sealer = await sealerOf(1);
});
afterEach(async () => {
  for (const keys of opened.splice(0)) keys.close();
  now = START;
  await given.auth.query('DELETE FROM identity.oauth_signing_keys');
});
afterAll(() => given.close());

describe('signing keys', () => {
  it('no private half of a signing key is readable in the database', async () => {
    const { signing } = await keysOf().current();
    const { d } = JSON.parse(signing.privateJwk.reveal());
    const { rows } = await given.superuser.query('SELECT to_json(k)::text AS text FROM identity.oauth_signing_keys k');
    expect(rows).toHaveLength(1);
    expect(rows[0].text).not.toContain(d);
    expect(rows[0].text).not.toContain(Buffer.from(d, 'base64url').toString('hex'));
  });

  it('a signing key that another master key sealed is replaced', async () => {
    const before = await keysOf().current();
    const after = await keysOf(await sealerOf(2)).current();
    expect(after.signing.kid).not.toBe(before.signing.kid);
    expect(after.publicKeys.map(({ kid }) => kid)).toEqual([after.signing.kid]);
  });

  it('gateways that start at the same time sign with one key', async () => {
    const sets = await Promise.all(Array.from({ length: 5 }, () => keysOf().current()));
    expect(new Set(sets.map(({ signing }) => signing.kid)).size).toBe(1);
    expect(sets[0]?.publicKeys).toHaveLength(1);
  });

  it('a published key verifies what the private half of its name signed', async () => {
    const { signing, publicKeys } = await keysOf().current();
    const key = createPrivateKey({ key: JSON.parse(signing.privateJwk.reveal()), format: 'jwk' });
    const published = publicKeys.find(({ kid }) => kid === signing.kid);
    expect(published).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(published).not.toHaveProperty('d');
    const message = Buffer.from('a token');
    const publicKey = createPublicKey({ key: { ...published }, format: 'jwk' });
    expect(verify('sha256', message, publicKey, sign('sha256', message, key))).toBe(true);
  });

  it('a signing key is rotated with overlap: published before it signs and until its last token has expired', async () => {
    const keys = keysOf();
    const first = await keys.current();
    now = START + 29 * DAY_MS;
    const ahead = await keys.refresh();
    expect(ahead.signing.kid).toBe(first.signing.kid);
    expect(ahead.publicKeys).toHaveLength(2);
    now = START + 30 * DAY_MS;
    const rotated = await keys.refresh();
    expect(rotated.signing.kid).not.toBe(first.signing.kid);
    expect(rotated.publicKeys).toHaveLength(2);
    now += 2 * 3_600_000;
    const over = await keys.refresh();
    expect(over.publicKeys.map(({ kid }) => kid)).toEqual([rotated.signing.kid]);
    const { rows } = await given.auth.query(
      'SELECT sealed FROM identity.oauth_signing_keys WHERE retired_at IS NOT NULL',
    );
    expect(rows).toEqual([{ sealed: null }]);
  });
});
