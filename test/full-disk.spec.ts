import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort, removeInstallation } from '@patchbay/embedded';
import { openSmallDisk, skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { connectModern } from './clients.ts';
import { callDemo, readDisk, uploadNothing } from './full-disk.ts';
import { Installation, isRunning, type ReadyFile } from './installation.ts';

const MIB = 2 ** 20;
const disk = await openSmallDisk(48 * MIB);
const { describe, it } = skipUnless(disk !== null, 'this user may mount no disk');

/** A platform on one small disk: what it stops first, what it answers last, and how it comes back. */
let installation: Installation | undefined;
let internalPort: number;
let ready: ReadyFile;

beforeAll(async () => {
  if (!disk) return;
  internalPort = await freePort();
  installation = await Installation.at(path.join(disk.directory, 'data'), {
    environment: { PATCHBAY_INTERNAL_PORT: String(internalPort) },
    enter: disk.enter,
  });
  ready = await installation.start();
}, 480_000);
afterAll(async () => {
  await disk?.clear();
  await installation?.stop();
  if (installation) await removeInstallation(installation.dataDirectory);
  await disk?.unmount();
}, 120_000);

const given = () => {
  if (!disk || !installation) throw new Error('there is no disk');
  return { disk, installation };
};

describe('a platform whose data is on a full disk', () => {
  it('a platform reports its disk before it is full, refuses uploads at 1 % and answers calls with nothing left', {
    timeout: 180_000,
  }, async () => {
    const { disk: small } = given();
    expect(await readDisk(internalPort)).toMatchObject({ status: 200, state: 'ok', reasons: [] });
    await small.fill(2 * MIB);
    expect(await readDisk(internalPort)).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringMatching(/^[34]\.\d % left .* below .*data/)],
    });
    expect((await uploadNothing(ready)).status).not.toBe(507);

    await small.fill(0.3 * MIB);
    expect((await readDisk(internalPort)).reasons).toEqual([
      expect.stringContaining('uploads and deploys are refused'),
    ]);
    expect(await uploadNothing(ready)).toMatchObject({ status: 507, body: { code: 'artifacts.no_space' } });

    await small.fill();
    // Twelve calls silenced it before.
    for (let count = 0; count < 60; count += 1) expect(await callDemo(ready)).toMatchObject({ status: 200 });
    expect(await readDisk(internalPort)).toMatchObject({ status: 200, process: 'degraded', state: 'degraded' });
    for (const pid of Object.values((await given().installation.ready()).processes)) {
      expect(await isRunning(pid)).toBe(true);
    }
  });

  it('a platform restarts a killed gateway, worker and supervisor on the full disk', { timeout: 180_000 }, async () => {
    const { installation: running } = given();
    for (const name of ['gateway', 'worker', 'supervisor']) {
      const restarts = () => running.output.split(`${name} runs again`).length;
      const before = restarts();
      process.kill((await pidOf(name)) ?? 0, 'SIGKILL');
      await waitFor(async () => restarts() > before, { what: `another ${name}`, deadlineMs: 60_000 });
    }
    expect(await callDemo(ready)).toMatchObject({ status: 200 });
  });

  it('the platform logs again with free space, and reports the number of lost lines', { timeout: 60_000 }, async () => {
    const { disk: small, installation: running } = given();
    await small.clear();
    const log = path.join(running.dataDirectory, 'logs/gateway.log');
    await waitFor(
      async () => {
        expect((await callDemo(ready)).status).toBe(200);
        return (await readFile(log, 'utf8')).includes('log lines lost');
      },
      { what: 'the line about lost lines', deadlineMs: 30_000 },
    );
    expect((await readDisk(internalPort)).reasons).toEqual([]);
  });

  it('a platform refuses to start on a full disk, by its name, and starts whole when there is space', {
    timeout: 240_000,
  }, async () => {
    const { disk: small, installation: stopped } = given();
    await stopped.stop();
    await small.fill();
    await expect(stopped.start()).rejects.toThrow(/There is no space left on the disk/);
    await small.clear();
    ready = await stopped.start();
    const client = await connectModern(ready.mcpUrl, ready.mcpApiKey);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await client.close();
  });
});

/** As of the last start that found space to write it: right for a process that was not started again since. */
async function pidOf(name: string): Promise<number | undefined> {
  return (await given().installation.ready()).processes[name];
}
