import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  credentialDirectories,
  type Directories,
  openDirectories,
  removeInstallation,
  serviceUid,
} from '@patchbay/embedded';
import { skipUnless, temporaryDirectory } from '@patchbay/testing';
import { expect, it, onTestFinished } from 'vitest';
import { CredentialFiles } from '../src/files/credential-files.ts';
import { SAME_USER, type ServiceUsers } from '../src/processes/service-users.ts';

async function givenDirectories(): Promise<Directories> {
  const data = path.join(await temporaryDirectory('credentials'), 'data');
  onTestFinished(() => removeInstallation(data));
  return openDirectories(data, { hasOwnDatabase: true, onMoved: () => {} });
}

function usersOf({ shared }: Directories): ServiceUsers {
  const of = (index: number, group: number) => serviceUid(shared, index, group);
  return { supervisor: null, gateway: of(0, 0), worker: of(1, 0), dashboard: of(2, 2) };
}

const found = ({ shared }: Directories) =>
  [...credentialDirectories(shared), path.join(shared, 'credentials')].filter((directory) => existsSync(directory));

it('makes no directory for copies of keys where every process runs as the user of the start', async () => {
  const directories = await givenDirectories();
  expect(await CredentialFiles.open(directories, SAME_USER)).toBeNull();
  expect(found(directories)).toEqual([]);
});

it('hands each process copies of its own keys that other users cannot read, and removes them at the stop', async (test) => {
  skipUnless(test, process.getuid?.() === 0, 'only root can give files to other users');
  const directories = await givenDirectories();
  const users = usersOf(directories);
  const original = path.join(directories.data, 'master.key');
  await writeFile(original, 'the key', { mode: 0o600 });
  const credentials = await CredentialFiles.open(directories, users);
  const { gateway } = users;
  if (credentials === null || gateway === null) throw new Error('the processes have users of their own');
  const handed = await credentials.hand('gateway', gateway, { MASTER_KEY_FILE: original, PATCHBAY_PORT: '4000' });
  const copy = handed.MASTER_KEY_FILE ?? '';
  expect([handed.PATCHBAY_PORT, await readFile(copy, 'utf8')]).toEqual(['4000', 'the key']);
  const [file, directory] = await Promise.all([stat(copy), stat(path.dirname(copy))]);
  expect([file.uid, file.mode & 0o777, directory.uid, directory.mode & 0o777]).toEqual([
    gateway.uid,
    0o400,
    gateway.uid,
    0o700,
  ]);
  expect(found(directories)).toHaveLength(1);
  await credentials.remove();
  expect(found(directories)).toEqual([]);
});

it('leaves no copy of a key behind when an installation is removed after a start that was killed', async (test) => {
  skipUnless(test, process.getuid?.() === 0, 'only root can give files to other users');
  const directories = await givenDirectories();
  await CredentialFiles.open(directories, usersOf(directories));
  expect(found(directories)).toHaveLength(1);
  await removeInstallation(directories.data);
  expect(found(directories)).toEqual([]);
});
