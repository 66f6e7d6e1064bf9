import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTlsIdentity } from '@patchbay/sandbox-protocol/peers';
import { givenAuthority } from '@patchbay/testing/hosts/given-authority';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('loadTlsIdentity', () => {
  let directory: string;
  const file = (name: string) => join(directory, name);
  const files = (key: string) => ({
    SUPERVISOR_TLS_CA_FILE: file('ca'),
    SUPERVISOR_TLS_CERT_FILE: file('certificate'),
    SUPERVISOR_TLS_KEY_FILE: file(key),
  });
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pb-identity-'));
    const authority = await givenAuthority();
    const own = await authority.identity({ role: 'gateway', id: 'a' });
    const other = await authority.identity({ role: 'gateway', id: 'b' });
    await writeFile(file('ca'), own.authority);
    await writeFile(file('certificate'), own.certificate);
    await writeFile(file('key'), own.key.reveal());
    await writeFile(file('key-of-another'), other.key.reveal());
    await writeFile(file('no-key'), 'hello');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(['key-of-another', 'no-key'])('refuses the key file %s at the start, without printing it', async (key) => {
    await expect(loadTlsIdentity(files(key))).rejects.toThrow(/are no certificate and its key$/);
  });

  it('names the missing file of a TLS identity', async () => {
    await expect(loadTlsIdentity(files('nowhere'))).rejects.toThrow(/nowhere/);
  });

  it('reads the files of a TLS identity, and returns nothing where no file is named', async () => {
    expect(await loadTlsIdentity({})).toBeUndefined();
    const identity = await loadTlsIdentity(files('key'));
    expect(identity?.certificate).toContain('BEGIN CERTIFICATE');
    expect(JSON.stringify(identity)).not.toContain('PRIVATE');
  });
});
