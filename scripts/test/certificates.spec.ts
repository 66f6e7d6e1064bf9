import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeCertificate } from '../certificates/certificate-files.ts';

const run = promisify(execFile);
const MAIN = path.resolve(import.meta.dirname, '../certificates/main.ts');

describe('npm run certificates', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'patchbay-certificates-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const read = (file: string) => readFile(path.join(directory, file), 'utf8');
  const now = new Date();
  const supervisor = { role: 'supervisor', id: 'sup-1' } as const;

  it('prints the usage of certificates for an unknown role', async () => {
    await expect(run(process.execPath, [MAIN, 'admin', 'a', directory])).rejects.toMatchObject({
      code: 2,
      stdout: expect.stringContaining('Usage'),
    });
  });

  it('refuses to issue a certificate without an authority, and to overwrite an authority', async () => {
    await expect(makeCertificate(directory, supervisor, now)).rejects.toThrow('There is no authority');
    await run(process.execPath, [MAIN, 'authority', directory]);
    const key = await read('authority.key');
    await expect(makeAuthority(directory, now)).rejects.toThrow('Nothing was written');
    expect(await read('authority.key')).toBe(key);
  });

  it('issues certificates for one role and one id, with keys for their owner alone', async () => {
    await makeCertificate(directory, supervisor, now);
    const issued = new X509Certificate(await read('supervisor-sup-1/certificate.pem'));
    const authority = new X509Certificate(await read('supervisor-sup-1/ca.pem'));
    expect(issued.subjectAltName).toBe('URI:urn:patchbay:supervisor:sup-1');
    expect(issued.verify(authority.publicKey)).toBe(true);
    expect([authority.ca, issued.ca]).toEqual([true, false]);
    expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']); // a server, nothing else
    for (const file of ['authority.key', 'supervisor-sup-1/key.pem']) {
      expect((await stat(path.join(directory, file))).mode & 0o777, file).toBe(0o600);
    }
    const first = await read('supervisor-sup-1/key.pem');
    await makeCertificate(directory, supervisor, now);
    expect(await read('supervisor-sup-1/key.pem')).not.toBe(first);
  });
});
