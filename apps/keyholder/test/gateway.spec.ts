/** A gateway and a worker that have their keys from a keyholder. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { healthSchema } from '@patchbay/foundation/process';
import { type Platform, startPlatform, temporaryDirectory, waitFor } from '@patchbay/testing';
import { type PlatformProcess, startPlatformProcess } from '@patchbay/testing/platform/platform-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
let keyholder: PlatformProcess;
let platform: Platform;

beforeAll(async () => {
  directory = await temporaryDirectory('keyholder');
  await writeFile(path.join(directory, 'master.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
  keyholder = await startPlatformProcess({
    app: 'keyholder',
    directory,
    environment: {
      MASTER_KEY_FILE: path.join(directory, 'master.key'),
      KEYHOLDER_DIR: path.join(directory, 'shred'),
      KEYHOLDER_SOCKET_DIR: path.join(directory, 'run'),
    },
  });
  const socket = path.join(directory, 'run/gateway/keys.sock');
  platform = await startPlatform({
    supervisor: false,
    environment: { KEYHOLDER_SOCKET: socket, MASTER_KEY_FILE: '' },
  });
});

afterAll(async () => {
  await platform.stop();
  await keyholder.end();
});

async function healthOfKeyholder() {
  const answer = await fetch(`${platform.internalUrl}/health`);
  return healthSchema.parse(await answer.json()).checks.keyholder?.state;
}

describe('a gateway with a keyholder', () => {
  it('gets a socket in place of the master key', async () => {
    const environment = await readFile(`/proc/${platform.processes.gateway.pid}/environ`, 'utf8');
    expect(environment).not.toContain('master.key');
    expect(environment).toContain('keys.sock');
  });

  it('serves on while the keyholder is away, and reports it in its health', async () => {
    await waitFor(async () => (await healthOfKeyholder()) === 'ok');
    await keyholder.end('SIGKILL');
    await waitFor(async () => (await healthOfKeyholder()) === 'down');
    expect((await fetch(`${platform.internalUrl}/health`)).status).toBe(200);
    expect((await fetch(`${platform.origin}/.well-known/oauth-authorization-server`)).status).toBe(200);
    await keyholder.restart();
    await waitFor(async () => (await healthOfKeyholder()) === 'ok');
  });
});
