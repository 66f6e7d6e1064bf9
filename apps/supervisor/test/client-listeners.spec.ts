import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, systemClock } from '@patchbay/foundation';
import { PlainDriver, Programs, SandboxHost } from '@patchbay/sandbox-host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientListeners } from '../src/client-listeners.ts';
import { createSupervisorMetrics } from '../src/metrics.ts';

describe('the unix socket', () => {
  let directory: string;
  let host: SandboxHost;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pb-listeners-'));
    host = await SandboxHost.start({
      driver: new PlainDriver(process.execPath),
      programs: new Programs(directory),
      clock: systemClock,
      bootId: 'test',
      requireFullLimits: false,
    });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** Root may give files to any group, others to their own. */
  const groupId = process.getuid?.() === 0 ? 10_002 : (process.getgid?.() ?? 0);

  async function opened(group: number | undefined): Promise<{ listeners: ClientListeners; path: string }> {
    const path = join(directory, `${group ?? 'own'}.sock`);
    const logger = createLogger('test', 'silent');
    const socket = { path, groupId: group };
    const { refusedPeers } = createSupervisorMetrics(() => host.health());
    const options = { hostId: 'h', takesTasks: true, socket, remote: null, refusedPeers, logger };
    return { path, listeners: await ClientListeners.open(host, options) };
  }

  it('the unix socket is closed to all but its own user and, where one is named, a group', async () => {
    const own = await opened(undefined);
    expect(statSync(own.path).mode & 0o777).toBe(0o600);
    const grouped = await opened(groupId);
    const { mode, gid } = statSync(grouped.path);
    expect([mode & 0o777, gid]).toEqual([0o660, groupId]);
    for (const { listeners } of [own, grouped]) {
      listeners.leave();
      listeners.close();
    }
  });

  it('the unix socket refuses new connections and notifies connected peers when the supervisor leaves', async () => {
    const { path, listeners } = await opened(undefined);
    const inside = connect(path);
    const received: string[] = [];
    const status = (word: string) =>
      new Promise<void>((resolve) => {
        inside.on('data', (bytes) => {
          received.push(bytes.toString());
          if (received.join('').includes(word)) resolve();
        });
      });
    await status('"serving"');
    listeners.leave();
    await status('"leaving"');
    await expect(new Promise((_resolve, reject) => connect(path).once('error', reject))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    listeners.close();
  });
});
