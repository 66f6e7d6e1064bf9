/** The keyholder as a process of its own, asked through its sockets. */
import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { temporaryDirectory, waitFor } from '@patchbay/testing';
import { type PlatformProcess, startPlatformProcess } from '@patchbay/testing/platform/platform-process';
import { connectKeyholder, type KeySource, localKeySource, VaultError } from '@patchbay/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const UNWRAPS = 50;
const masterKey = randomBytes(32);
let directory: string;
let keyholder: PlatformProcess;
let gateway: KeySource;
let worker: KeySource;

const inside = (...names: readonly string[]) => path.join(directory, ...names);
const socketOf = (role: string) => inside('run', role, 'keys.sock');
const away = expect.objectContaining({ code: 'data.unavailable' });

beforeAll(async () => {
  directory = await temporaryDirectory('keyholder');
  await writeFile(inside('master.key'), masterKey.toString('base64'), { mode: 0o600 });
  keyholder = await startPlatformProcess({
    app: 'keyholder',
    directory,
    environment: {
      MASTER_KEY_FILE: inside('master.key'),
      KEYHOLDER_DIR: inside('shred'),
      KEYHOLDER_SOCKET_DIR: inside('run'),
      KEYHOLDER_UNWRAPS: String(UNWRAPS),
    },
  });
  // As long as a start may take on a busy machine.
  gateway = connectKeyholder(socketOf('gateway'), 60_000);
  worker = connectKeyholder(socketOf('worker'), 60_000);
});

afterAll(async () => {
  gateway.close();
  worker.close();
  await keyholder.end();
});

describe('the keyholder', () => {
  it('gives no process a key or an operation that is another’s', async () => {
    await expect(worker.deriveKey('hash:oauth client secrets', 0)).rejects.toThrow(VaultError);
    await expect(worker.deriveKey('audit:writer', 0, 'gateway-1.k0')).rejects.toThrow(VaultError);
    await expect(gateway.deriveKey('hash:oauth rows', 1)).rejects.toThrow(VaultError);
    await expect(gateway.destroy('org_other')).rejects.toThrow(VaultError);
    await expect(worker.release('org_other')).rejects.toThrow(VaultError);
    const own = await gateway.deriveKey('hash:oauth rows', 0);
    expect(own).toEqual(await localKeySource([{ id: 0, bytes: masterKey }]).deriveKey('hash:oauth rows', 0));
  });

  it('ends the connection of a process that does not keep to the protocol', async () => {
    const outside = { id: 1, operation: 'withhold', organizationId: '../../etc' };
    for (const text of ['{"id":1}\n', 'GET / HTTP/1.1\n', `${JSON.stringify(outside)}\n`, 'x'.repeat(100_000)]) {
      const socket = connect(socketOf('gateway'));
      const answers: Buffer[] = [];
      socket.on('data', (data) => answers.push(data));
      socket.on('error', () => {}); // it is ended while it writes
      socket.write(text);
      await new Promise((resolve) => socket.once('close', resolve));
      expect(Buffer.concat(answers).toString(), text.slice(0, 20)).toBe('');
    }
    await gateway.ping();
  });

  it('wraps a data key so that the database and the master key together do not open it', async () => {
    const dataKey = randomBytes(32);
    const wrapped = await gateway.wrap('org_wrapped', dataKey);
    expect(Buffer.from(await gateway.unwrap('org_wrapped', wrapped)).equals(dataKey)).toBe(true);
    const withoutShredKeys = localKeySource([{ id: 0, bytes: masterKey }]);
    await expect(withoutShredKeys.unwrap('org_wrapped', wrapped)).rejects.toThrow(VaultError);
    await expect(gateway.unwrap('org_another', wrapped)).rejects.toThrow(VaultError);
    for (const at of [0, 4, 20, wrapped.length - 1]) {
      const altered = Uint8Array.from(wrapped);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(gateway.unwrap('org_wrapped', altered), `${at}`).rejects.toThrow(VaultError);
    }
    expect((await stat(inside('shred/keys/org_wrapped'))).mode & 0o777).toBe(0o600);
  });

  it('opens a data key from before there were shred keys, and not while its organization is deleted', async () => {
    const dataKey = randomBytes(32);
    const wrapped = await localKeySource([{ id: 0, bytes: masterKey }]).wrap('org_old', dataKey);
    expect(Buffer.from(await gateway.unwrap('org_old', wrapped)).equals(dataKey)).toBe(true);
    await gateway.withhold('org_old');
    await expect(gateway.unwrap('org_old', wrapped)).rejects.toThrow(VaultError);
    await gateway.release('org_old');
    expect(Buffer.from(await gateway.unwrap('org_old', wrapped)).equals(dataKey)).toBe(true);
  });

  it('opens nothing of an organization whose keys are withheld, and everything again once they are released', async () => {
    const wrapped = await gateway.wrap('org_deleted', randomBytes(32));
    await gateway.withhold('org_deleted');
    await gateway.withhold('org_deleted');
    await expect(gateway.unwrap('org_deleted', wrapped)).rejects.toThrow(VaultError);
    await expect(gateway.wrap('org_deleted', randomBytes(32))).rejects.toThrow(VaultError);
    await gateway.release('org_deleted');
    await gateway.unwrap('org_deleted', wrapped);
  });

  it('never opens anything of an organization whose keys were destroyed, nor makes it another key', async () => {
    const wrapped = await gateway.wrap('org_purged', randomBytes(32));
    await gateway.withhold('org_purged');
    await worker.destroy('org_purged');
    await worker.destroy('org_purged');
    await gateway.withhold('org_purged');
    await expect(gateway.unwrap('org_purged', wrapped)).rejects.toThrow(VaultError);
    await expect(gateway.release('org_purged')).rejects.toThrow(VaultError);
    await expect(gateway.wrap('org_purged', randomBytes(32))).rejects.toThrow(VaultError);
    const left = await readdir(inside('shred'), { recursive: true });
    expect(left.filter((name) => name.includes('org_purged'))).toEqual(['destroyed/org_purged']);
  });

  it('makes one shred key of an organization, however many processes ask at once', async () => {
    const dataKeys = Array.from({ length: 16 }, () => randomBytes(32));
    const wrapped = await Promise.all(
      dataKeys.map((dataKey, index) => (index % 2 === 0 ? gateway : worker).wrap('org_new', dataKey)),
    );
    const opened = await Promise.all(wrapped.map((one) => worker.unwrap('org_new', one)));
    expect(opened.map((one, index) => dataKeys[index]?.equals(one))).toEqual(dataKeys.map(() => true));
  });

  it('answers a request that was sent while it was killed, as soon as it is back', async () => {
    const dataKey = randomBytes(32);
    const wrapped = await gateway.wrap('org_kept', dataKey);
    await keyholder.end('SIGKILL');
    const opened = gateway.unwrap('org_kept', wrapped);
    await keyholder.restart();
    expect(Buffer.from(await opened).equals(dataKey)).toBe(true);
  });

  it('a copy of its directory from before keys were destroyed is the only way back to them', async () => {
    const wrapped = await gateway.wrap('org_copied', randomBytes(32));
    await cp(inside('shred/keys/org_copied'), inside('copy'));
    await worker.destroy('org_copied');
    await expect(gateway.unwrap('org_copied', wrapped)).rejects.toThrow(VaultError);
    await cp(inside('copy'), inside('shred/keys/org_copied'));
    // The mark of its destruction holds also against that.
    await expect(gateway.unwrap('org_copied', wrapped)).rejects.toThrow(VaultError);
  });

  it('holds a process back that unwraps the keys of ten thousand idle organizations, and raises an alert', async () => {
    const wrapped = await worker.wrap('org_idle', randomBytes(32));
    const results = await Promise.allSettled(Array.from({ length: 10_000 }, () => gateway.unwrap('org_idle', wrapped)));
    const opened = results.filter(({ status }) => status === 'fulfilled').length;
    expect(opened).toBeGreaterThan(0);
    // The burst, and ten a second for as long as this took.
    expect(opened).toBeLessThan(UNWRAPS + 1_000);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: away });
    // Another role is not held back with it.
    await worker.unwrap('org_idle', wrapped);
    await waitFor(async () => (await readFile(keyholder.logFile, 'utf8')).includes('ALERT'));
  });

  it('writes no key into its log', async () => {
    const text = await readFile(keyholder.logFile, 'utf8');
    const shredKeys = await readdir(inside('shred/keys'));
    const keys = [masterKey, ...(await Promise.all(shredKeys.map((name) => readFile(inside('shred/keys', name)))))];
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) {
      for (const form of ['base64', 'hex', 'base64url'] as const) expect(text).not.toContain(key.toString(form));
    }
  });
});
