import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, removeInstallation } from '@patchbay/embedded';
import { canMountDisk, mountSmallDisk, type SmallDisk, skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, expect } from 'vitest';
import { callDemo, readDisk, uploadNothing } from './full-disk.ts';
import { Installation } from './installation.ts';

const { it } = skipUnless(canMountDisk, 'only root can mount a disk');
const MIB = 2 ** 20;
let home: string | undefined;
let disk: SmallDisk | undefined;
let installation: Installation | undefined;
afterAll(async () => {
  await disk?.clear();
  await installation?.stop();
  disk?.unmount();
  if (installation) await removeInstallation(installation.dataDirectory);
  if (home) await rm(home, { recursive: true, force: true });
}, 120_000);

it('a platform whose database has a full disk reports it, refuses uploads, answers calls, and writes again when there is space', async () => {
  home = await mkdtemp(path.join(tmpdir(), 'patchbay-full-database-'));
  const internalPort = await freePort();
  const environment = { PATCHBAY_INTERNAL_PORT: String(internalPort) };
  installation = await Installation.at(path.join(home, 'data'), { environment });
  const { sharedDirectory } = await installation.start();
  await installation.stop();

  const postgres = path.join(sharedDirectory, 'postgres');
  const aside = path.join(home, 'postgres');
  execFileSync('mv', [postgres, aside]);
  disk = mountSmallDisk(postgres, 160 * MIB);
  execFileSync('cp', ['-a', `${aside}/.`, postgres]);
  const ready = await installation.start();
  expect((await callDemo(ready)).status).toBe(200);

  await disk.fill(0.5 * MIB);
  expect((await readDisk(internalPort)).reasons).toEqual([
    expect.stringMatching(/ below .*\/postgres: uploads and deploys are refused/),
  ]);
  expect(await uploadNothing(ready)).toMatchObject({ status: 507, body: { code: 'artifacts.no_space' } });
  await disk.fill();
  for (let count = 0; count < 40; count += 1) expect(await callDemo(ready)).toMatchObject({ status: 200 });

  await disk.clear();
  await waitFor(async () => (await uploadNothing(ready)).status < 300, { what: 'an upload', deadlineMs: 60_000 });
  expect(await callDemo(ready)).toMatchObject({ status: 200 });
}, 600_000);
