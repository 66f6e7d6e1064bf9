import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { skipUnless, temporaryDirectory } from '@patchbay/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ensureGeneratedSecrets,
  openDirectories,
  removeAbandonedDirectories,
  removeInstallation,
  writeFileAtomically,
} from '../src/index.ts';

const opened: string[] = [];
afterEach(async () => {
  for (const data of opened.splice(0)) await removeInstallation(data);
});

async function newInstallation() {
  const data = path.join(await temporaryDirectory('installation'), 'data');
  opened.push(data);
  return openDirectories(data);
}

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;
const isRoot = process.getuid?.() === 0;

describe('the directories of an installation', () => {
  it('refuses a data directory that is a file, and says which', async () => {
    const file = path.join(await temporaryDirectory('installation'), 'data');
    await writeFile(file, '');
    await expect(openDirectories(file)).rejects.toMatchObject({
      code: 'start.directory_unusable',
      message: expect.stringContaining(file),
    });
  });

  it('refuses a shared directory that somebody else has put there', async (context) => {
    skipUnless(context, isRoot, 'only root has a shared directory outside of its data');
    const { data, shared } = await newInstallation();
    await removeInstallation(data);
    await symlink('/tmp', shared);
    try {
      await expect(openDirectories(data)).rejects.toMatchObject({ code: 'start.directory_unusable' });
    } finally {
      await rm(shared);
    }
  });

  it('keeps everything but the shared directory for its owner alone', async () => {
    const directories = await newInstallation();
    expect(await modeOf(directories.data)).toBe(0o700);
    for (const key of ['logs', 'run', 'spool', 'artifacts'] as const) {
      expect(await modeOf(directories[key]), key).toBe(0o700);
    }
    if (isRoot) expect(directories.shared).toMatch(/^\/var\/(lib|tmp)\/patchbay-[0-9a-f]{12}$/);
  });

  it('does not show the database of a removed installation to the next one in its place', async (context) => {
    skipUnless(context, isRoot, 'only root has a shared directory outside of its data');
    const { data, shared } = await newInstallation();
    await writeFile(path.join(shared, 'left'), 'of the former installation');
    await openDirectories(data);
    expect(await readFile(path.join(shared, 'left'), 'utf8')).toContain('former');
    await rm(data, { recursive: true });
    await openDirectories(data);
    await expect(stat(path.join(shared, 'left'))).rejects.toThrow(/ENOENT/);
  });

  it('removes the shared directory of a temporary installation that is gone, and no other', async (context) => {
    skipUnless(context, isRoot, 'only root has a shared directory outside of its data');
    const gone = await newInstallation();
    const there = await newInstallation();
    await rm(gone.data, { recursive: true });
    expect(await removeAbandonedDirectories()).toContain(gone.shared);
    expect((await stat(there.shared)).isDirectory()).toBe(true);
  });
});

describe('the generated secrets', () => {
  it('refuses a damaged file rather than making new secrets', async () => {
    const { data } = await newInstallation();
    await ensureGeneratedSecrets(data);
    await writeFile(path.join(data, 'master.key'), 'c2hvcnQ=');
    await expect(ensureGeneratedSecrets(data)).rejects.toMatchObject({ code: 'start.secrets_unreadable' });
    await rm(path.join(data, 'master.key'));
    await writeFile(path.join(data, 'passwords.json'), '{"owner":"half');
    await expect(ensureGeneratedSecrets(data)).rejects.toMatchObject({ code: 'start.secrets_unreadable' });
  });

  it('are made once, for the owner alone', async () => {
    const { data } = await newInstallation();
    const first = await ensureGeneratedSecrets(data);
    const second = await ensureGeneratedSecrets(data);
    expect(second.roles.app.reveal()).toBe(first.roles.app.reveal());
    for (const file of ['master.key', 'auth.secret', 'passwords.json']) {
      expect(await modeOf(path.join(data, file)), file).toBe(0o600);
    }
    const key = await readFile(first.masterKeyFile, 'utf8');
    expect(Buffer.from(key.trim(), 'base64')).toHaveLength(32);
  });
});

describe('writeFileAtomically', () => {
  it('shows a reader a whole file at every moment', async () => {
    const directory = await temporaryDirectory('atomic');
    const file = path.join(directory, 'ready.json');
    const contents = [JSON.stringify({ fill: 'a'.repeat(200_000) }), JSON.stringify({ fill: 'b' })];
    await writeFileAtomically(file, contents[0] ?? '');
    let writing = true;
    const writer = (async () => {
      for (let round = 0; round < 60; round += 1) await writeFileAtomically(file, contents[round % 2] ?? '');
      writing = false;
    })();
    let reads = 0;
    while (writing) {
      expect(contents).toContain(await readFile(file, 'utf8'));
      reads += 1;
    }
    await writer;
    expect(reads).toBeGreaterThan(0);
    expect(await modeOf(file)).toBe(0o600);
  });

  it('leaves nothing beside the file when it cannot write it', async () => {
    const directory = await temporaryDirectory('atomic');
    await mkdir(path.join(directory, 'taken'));
    await expect(writeFileAtomically(path.join(directory, 'taken'), 'x')).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['taken']);
  });
});
