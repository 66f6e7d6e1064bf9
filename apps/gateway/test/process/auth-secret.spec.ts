import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { readAuthSecret } from '../../src/read-auth-secret.ts';

describe('the file of the secret that signs sessions', () => {
  it.each([
    ['is empty', ''],
    ['is empty', ' \n\n'],
    ['holds 31 characters', 'x'.repeat(31)],
  ])('the file of the session secret is refused by name when it %s', async (why, text) => {
    const file = path.join(await temporaryDirectory('secret'), 'auth.secret');
    await writeFile(file, text);
    await expect(readAuthSecret(file)).rejects.toThrow(`AUTH_SECRET_FILE: ${file} ${why}`);
  });

  it('the file of the session secret is refused by name when it is not there', async () => {
    await expect(readAuthSecret('/no/such/file')).rejects.toThrow('AUTH_SECRET_FILE: /no/such/file cannot be read');
  });

  it('the file of the session secret is read without the line break at its end', async () => {
    const file = path.join(await temporaryDirectory('secret'), 'auth.secret');
    await writeFile(file, `${'x'.repeat(32)}\n`);
    expect((await readAuthSecret(file)).reveal()).toBe('x'.repeat(32));
  });
});
