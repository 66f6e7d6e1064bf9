import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@patchbay/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ensureGeneratedSecrets,
  listAbandonedDirectories,
  noteMade,
  openDirectories,
  removeAbandonedDirectory,
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

describe('the directories of an installation', () => {
  it('refuses a data directory that is a file, and names it', async () => {
    const file = path.join(await temporaryDirectory('installation'), 'data');
    await writeFile(file, '');
    await expect(openDirectories(file)).rejects.toMatchObject({
      code: 'start.directory_unusable',
      message: expect.stringContaining(file),
    });
  });

  it('refuses a shared directory of another user', async () => {
    const { data, shared } = await newInstallation();
    await rm(shared, { recursive: true });
    await symlink('/tmp', shared);
    try {
      await expect(openDirectories(data)).rejects.toMatchObject({ code: 'start.directory_unusable' });
    } finally {
      await rm(shared);
    }
  });

  it('keeps every directory except the shared one readable for its owner alone', async () => {
    const directories = await newInstallation();
    expect(await modeOf(directories.data)).toBe(0o700);
    for (const key of ['logs', 'run', 'spool', 'artifacts'] as const) {
      expect(await modeOf(directories[key]), key).toBe(0o700);
    }
    // Outside of the data: as root always, else because the path of a test is too long for the sockets in it.
    expect(directories.shared).toMatch(/^\/var\/(lib|tmp)\/patchbay-[0-9a-f]{12}$/);
  });
});

/** An installation that has run: secrets, database files, an artifact. */
async function usedInstallation() {
  const directories = await newInstallation();
  await ensureGeneratedSecrets(directories.data);
  await mkdir(directories.postgres);
  await writeFile(path.join(directories.postgres, 'PG_VERSION'), '18\n');
  await noteMade(directories.data, ['database']);
  return directories;
}

/** Every file below the directories, with its content: what no refusal may change. */
async function contentOf(...directories: string[]): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const directory of directories) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) content[file] = await readFile(file, 'utf8');
    }
  }
  return content;
}

/** The start is refused with this code and these words, and nothing is made, changed or removed by it. */
async function expectRefusal(data: string, kept: string[], expected: { code: string; words: string[] }) {
  const before = await contentOf(...kept);
  const refusal = await openDirectories(data).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ code: expected.code });
  for (const words of expected.words) expect(String(refusal)).toContain(words);
  expect(await contentOf(...kept)).toEqual(before);
}

describe('an installation of which a part is missing', () => {
  it.each(['', '{"id":', '\u0000\u0001 garbage', '{"id":17}'])(
    'a start with %j in installation.json is refused, and succeeds with the copy that the message names',
    async (content) => {
      const { data, shared } = await usedInstallation();
      const mark = path.join(data, 'installation.json');
      await writeFile(mark, content);
      const copy = `cp ${path.join(shared, 'installation.json')} ${mark}`;
      await expectRefusal(data, [data, shared], { code: 'start.file_damaged', words: [mark, copy] });
      await cp(path.join(shared, 'installation.json'), mark);
      expect((await openDirectories(data)).shared).toBe(shared);
    },
  );

  it('refuses to start without installation.json, and names the files that prove an earlier installation', async () => {
    const { data, shared, postgres } = await usedInstallation();
    const mark = path.join(data, 'installation.json');
    await rm(mark);
    const words = [`${mark} is missing`, path.join(data, 'passwords.json'), postgres, `cp ${shared}`, 'npm run reset'];
    await expectRefusal(data, [data, shared], { code: 'start.installation_incomplete', words });
    await cp(path.join(shared, 'installation.json'), mark);
    expect((await openDirectories(data)).postgres).toBe(postgres);
  });

  it('refuses to start when the whole data directory is gone, and its database exists', async () => {
    const { data, shared, postgres } = await usedInstallation();
    await rm(data, { recursive: true });
    await expectRefusal(data, [shared], { code: 'start.installation_incomplete', words: [postgres] });
  });

  it('refuses to start an installation whose shared directory is gone', async () => {
    const { data, shared } = await usedInstallation();
    await rename(shared, `${shared}.away`);
    try {
      await expectRefusal(data, [data, `${shared}.away`], {
        code: 'start.installation_incomplete',
        words: [`${shared} is missing`, 'npm run restore'],
      });
    } finally {
      await rename(`${shared}.away`, shared);
    }
    expect((await openDirectories(data)).shared).toBe(shared);
  });

  it.each(['', 'garbage', null])('refuses to start when the mark in the shared directory is %j', async (content) => {
    const { data, shared } = await usedInstallation();
    const mark = path.join(shared, 'installation.json');
    await (content === null ? rm(mark) : writeFile(mark, content));
    const words = [mark, `cp ${path.join(data, 'installation.json')} ${mark}`];
    await expectRefusal(data, [data, shared], { code: 'start.installation_incomplete', words });
  });

  it('refuses a copy of an installation while the original exists, and opens it when that is gone', async () => {
    const { data, shared } = await usedInstallation();
    const copy = path.join(path.dirname(data), 'copy');
    opened.push(copy);
    await cp(data, copy, { recursive: true });
    await expectRefusal(copy, [data, copy, shared], { code: 'start.installation_copied', words: [data, shared] });
    await rm(data, { recursive: true });
    expect((await openDirectories(copy)).shared).toBe(shared);
  });
});

describe('a data directory that was moved', () => {
  it('a moved data directory finds its shared directory by the id in both, and reports it', async () => {
    const { data, shared } = await usedInstallation();
    const moved = path.join(path.dirname(data), 'moved');
    opened.push(moved);
    await rename(data, moved);
    const notices: string[] = [];
    const directories = await openDirectories(moved, { onMoved: (text) => notices.push(text) });
    expect(directories.shared).toBe(shared);
    expect(await readFile(path.join(directories.postgres, 'PG_VERSION'), 'utf8')).toBe('18\n');
    expect(notices).toEqual([`${data} is ${moved} now; its shared directory stays ${shared}`]);
    // Connections to the old path now reach another installation.
    expect((await openDirectories(data)).shared).not.toBe(directories.shared);
  });
});

describe('a shared directory without its data directory', () => {
  it('lists a shared directory without its data directory, and removes it by name only', async () => {
    const gone = await newInstallation();
    const there = await newInstallation();
    await rm(gone.data, { recursive: true });
    const listed = await listAbandonedDirectories();
    expect(listed).toContainEqual({ directory: gone.shared, dataDirectory: gone.data });
    expect(listed.map(({ directory }) => directory)).not.toContain(there.shared);
    await expect(removeAbandonedDirectory(there.shared)).rejects.toMatchObject({ code: 'start.directory_unusable' });
    await removeAbandonedDirectory(gone.shared);
    await expect(stat(gone.shared)).rejects.toThrow(/ENOENT/);
    expect((await stat(there.shared)).isDirectory()).toBe(true);
  });
});

describe('the generated secrets', () => {
  it('refuses a damaged file of secrets rather than creating new ones', async () => {
    const { data } = await newInstallation();
    await ensureGeneratedSecrets(data);
    await writeFile(path.join(data, 'master.key'), 'c2hvcnQ=');
    await expect(ensureGeneratedSecrets(data)).rejects.toMatchObject({ code: 'start.secrets_unreadable' });
    await writeFile(path.join(data, 'master.key'), Buffer.alloc(64, 0xe9));
    await expect(ensureGeneratedSecrets(data)).rejects.toMatchObject({ code: 'start.secrets_unreadable' });
    await writeFile(path.join(data, 'passwords.json'), '{"owner":"half');
    await expect(ensureGeneratedSecrets(data)).rejects.toMatchObject({ code: 'start.secrets_unreadable' });
  });

  it.each(['passwords.json', 'master.key', 'auth.secret'])(
    'refuses a missing %s once it was created, and leaves the other secrets as they are',
    async (name) => {
      const { data } = await newInstallation();
      await ensureGeneratedSecrets(data);
      await rm(path.join(data, name));
      const before = await contentOf(data);
      await expect(ensureGeneratedSecrets(data)).rejects.toMatchObject({
        code: 'start.secrets_unreadable',
        message: expect.stringContaining(path.join(data, name)),
      });
      expect(await contentOf(data)).toEqual(before);
    },
  );

  it.each([
    ['missing', null],
    ['empty', ''],
  ])('explains how a key file of the operator is created when it is %s', async (_what, content) => {
    const { data } = await newInstallation();
    const masterKey = path.join(data, 'kept-by-the-operator.key');
    if (content !== null) await writeFile(masterKey, content);
    await expect(ensureGeneratedSecrets(data, { masterKey })).rejects.toMatchObject({
      code: 'start.secrets_unreadable',
      message: expect.stringContaining(masterKey),
      hint: expect.stringContaining('openssl rand -base64 32'),
    });
  });

  it('creates the secrets of an installation once, readable for their owner alone', async () => {
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
  it('writeFileAtomically shows a reader a whole file at every moment', async () => {
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

  it('writeFileAtomically leaves nothing beside the file when it cannot write it', async () => {
    const directory = await temporaryDirectory('atomic');
    await mkdir(path.join(directory, 'taken'));
    await expect(writeFileAtomically(path.join(directory, 'taken'), 'x')).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['taken']);
  });
});
