import type { Clock } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { LocalStore } from '../ephemeral-store/local-store.ts';
import { OneTimeFiles } from './one-time-files.ts';

const file = { fileName: 'a.txt', contentType: 'text/plain', organizationId: 'org_1', digest: 'sha256:1' };
const bytes = Buffer.from('abc');

function files() {
  const time = { ms: 0 };
  const clock: Clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
  return {
    time,
    files: new OneTimeFiles({ ephemeralStore: new LocalStore(clock), artifacts: { get: async () => bytes }, clock }),
  };
}

describe('OneTimeFiles', () => {
  it('gives an offered file once, and never for an unknown id', async () => {
    const given = files().files;
    const { id } = await given.offer(file);
    expect(await given.take('unknown')).toBeNull();
    expect(await given.take(id)).toEqual({ file, bytes });
    expect(await given.take(id)).toBeNull();
  });

  it('does not give an offered file after a minute', async () => {
    const given = files();
    const { id, expiresAt } = await given.files.offer(file);
    expect(expiresAt).toEqual(new Date(60_000));
    given.time.ms = 60_000;
    expect(await given.files.take(id)).toBeNull();
  });
});
