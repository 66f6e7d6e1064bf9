import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { newId } from '@patchbay/foundation';
import { bubblewrapFile, skipUnless, waitFor } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';
import { createBubblewrapDriver } from '../src/drivers/create-bubblewrap-driver.ts';
import type { SandboxProcess } from '../src/drivers/driver.ts';
import { WarmSandbox } from '../src/pool/warm-sandbox.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const SAYS_OK = toolRunning(`return 'ok'`);
const POOL_SIZE = 4;
const STORM = 200;

describe('the warm pool', () => {
  let given: GivenHost;
  let snapshots: string;
  beforeAll(async () => {
    snapshots = await mkdtemp('/var/tmp/patchbay-snapshots-');
    await chmod(snapshots, 0o755); // sandboxes have other uids
    given = await givenHost({
      poolSize: POOL_SIZE,
      snapshot: { directory: snapshots, nodeFile: process.execPath },
      room: { live: 64, livePerOrganization: 32 },
    });
    await given.host.warm();
  });
  afterAll(async () => {
    await given.close();
    await rm(snapshots, { recursive: true, force: true });
  });
  const isFull = () => given.host.health().pool.waiting === POOL_SIZE;

  it('the warm pool is full when the host is warm', () => {
    expect(given.host.health()).toMatchObject({
      snapshot: { state: 'resumed' },
      pool: { size: POOL_SIZE, waiting: POOL_SIZE, taken: 0, missed: 0 },
    });
  });

  it('the warm pool hands out one process per isolation key, and is full again soon', async () => {
    const code = toolRunning(`return String(globalThis.seen ??= Math.random())`);
    const key = (name: string) => ({ organizationId: `org_${name}`, connectorId: 'con_pooled' });
    const ask = async (name: string) => textOf(await given.call({ code, key: key(name) }));
    const [one, other] = [await ask('one'), await ask('other')];
    expect(other).not.toBe(one);
    expect(await ask('one')).toBe(one);
    expect(given.host.health().pool.taken).toBe(2);
    await waitFor(isFull);
  });

  it('the runtime of a pooled sandbox cannot be replaced after its warm-up', async () => {
    await waitFor(isFull);
    const code = toolRunning(`
      const { configurable, writable } = Object.getOwnPropertyDescriptor(globalThis, Symbol.for('patchbay.runtime'));
      return { configurable, writable, user: context.user.name }`);
    const found = JSON.parse(textOf(await given.call({ code, key: { organizationId: 'org_after' } })));
    expect(found).toEqual({ configurable: false, writable: false, user: 'Ada' });
    await waitFor(isFull);
  });

  it('gives a pooled sandbox its settings, its rules and its log like any other', async () => {
    const code = toolRunning(`
      console.log('said by', args.name);
      return { secret: context.secrets.KEY, refused: await fetch('https://not-declared.example/').then((r) => r.status) }`);
    const key = { organizationId: 'org_settings', connectorId: 'con_settings' };
    const { taken } = given.host.health().pool;
    const found = JSON.parse(textOf(await given.call({ code, key, secrets: { KEY: 'k-1' }, args: { name: 'ada' } })));
    expect(given.host.health().pool.taken).toBe(taken + 1);
    expect(found).toEqual({ secret: 'k-1', refused: 403 });
    await waitFor(() =>
      given.logs.some((line) => line.text === 'said by ada' && line.key.connectorId === 'con_settings'),
    );
    expect(given.logs.some((line) => /egress refused: .*not-declared/.test(line.text))).toBe(true);
  });

  it('takes nothing from the warm pool for code that cannot be provided', async () => {
    await waitFor(isFull);
    const { taken } = given.host.health().pool;
    const invocation = { ...given.invocation({ code: SAYS_OK }), artifactDigest: `sha256:${'0'.repeat(64)}` };
    await expect(given.client.invoke(invocation)).rejects.toThrow();
    expect(given.host.health().pool).toMatchObject({ taken, waiting: POOL_SIZE });
  });

  it('falls back to starting processes when the warm pool is exhausted', async () => {
    await waitFor(isFull);
    const { missed } = given.host.health().pool;
    const calls = Array.from({ length: POOL_SIZE * 3 }, (_, index) =>
      given.call({ code: SAYS_OK, key: { organizationId: `org_x${index}`, connectorId: 'con_x' } }),
    );
    expect((await Promise.all(calls)).map(textOf)).toEqual(calls.map(() => 'ok'));
    expect(given.host.health().pool.missed).toBeGreaterThan(missed);
    await waitFor(isFull);
  });

  it('serves another organization’s first call from the pool through a storm of starts', async () => {
    await waitFor(isFull);
    const storm = Array.from({ length: STORM }, (_, index) =>
      given.call({ code: SAYS_OK, key: { organizationId: 'org_storm', connectorId: `con_${index}` } }),
    );
    const settled = Promise.allSettled(storm);
    await storm[0];
    const { taken } = given.host.health().pool;
    const calm = await given.call({ code: SAYS_OK, key: { organizationId: 'org_calm', connectorId: 'con_calm' } });
    expect(textOf(calm)).toBe('ok');
    expect(given.host.health().pool.taken).toBeGreaterThan(taken);
    const answers = await settled;
    const refusals = new Set(answers.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : [])));
    // On a machine that starts few per second, some wait for their turn until their time is over.
    for (const code of refusals) expect(['sandbox.no_capacity', 'sandbox.deadline_exceeded']).toContain(code);
    expect(refusals).toContain('sandbox.no_capacity');
  });
});

describe('a warm sandbox', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost();
  });
  afterAll(() => given.close());
  const start = async (program: 'runner' | 'probe' = 'runner') =>
    given.driver.start({
      sandboxId: newId('sandbox'),
      profile: 'runtime',
      programFile: await given.programs.file(program),
      mounts: [],
    });

  it('a warm sandbox is assigned to one caller, and to none after', async () => {
    const process = await start();
    const warm = new WarmSandbox(given.driver, process, 0);
    expect(warm.claim()).toBeNull(); // not ready yet
    await warm.ready;
    expect(warm.claim()).toBe(process);
    expect(warm.claim()).toBeNull();
    await given.driver.stop(process);
  });

  it('a warm sandbox is not assigned while it warms up, and is assigned afterwards', async () => {
    const process = await start();
    const warm = new WarmSandbox(given.driver, process, 0);
    await expect(warm.warmUp()).rejects.toMatchObject({ code: 'sandbox.start_failed' }); // not ready yet
    await warm.ready;
    const warmedUp = warm.warmUp();
    expect(warm.claim()).toBeNull();
    await warmedUp;
    expect(warm.claim()).toBe(process);
    await given.driver.stop(process);
  });

  it('a warm sandbox that is stopped during its warm-up is never assigned', async () => {
    const process = await start('probe'); // reports ready like the runner, and does not know a warm-up
    const warm = new WarmSandbox(given.driver, process, 0);
    await warm.ready;
    const refused = expect(warm.warmUp()).rejects.toMatchObject({ code: 'sandbox.start_failed' });
    await warm.stop();
    await refused;
    expect(warm.claim()).toBeNull();
  });

  it('a warm sandbox reports that it ended before it was ready', async () => {
    const process = await start();
    const warm = new WarmSandbox(given.driver, process, 0);
    await given.driver.stop(process);
    await expect(warm.ready).rejects.toMatchObject({ code: 'sandbox.start_failed' });
    expect(warm.claim()).toBeNull();
  });

  it('stops a warm sandbox that sends frames before it is assigned', async () => {
    const process = await start('probe'); // reports ready like the runner, and answers a task
    const warm = new WarmSandbox(given.driver, process, 0);
    await warm.ready;
    given.driver.assign(process, Buffer.from([0, 0, 0, 6, 5, 0, 0, 0, 2, 0x7b, 0x7d]));
    await warm.ended;
    expect(warm.claim()).toBeNull();
    await process.exited;
  });
});

describe('a range of few uids', () => {
  it('never gives a uid two owners, and refuses a start when all uids are owned', async (context) => {
    skipUnless(context, process.getuid?.() === 0, 'only root can give uids');
    const uidCount = 6;
    const directory = await mkdtemp('/var/tmp/patchbay-uids-');
    await chmod(directory, 0o711);
    const given = await givenHost();
    const driver = await createBubblewrapDriver({
      directory,
      bubblewrapFile: bubblewrapFile(),
      nodeFile: process.execPath,
      bootId: 'uids',
      probeProgramFile: await given.programs.file('probe'),
      uidCount,
    });
    await driver.removeLeftovers();
    const programFile = await given.programs.file('runner');
    const start = () => driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
    const owners = new Map<string, SandboxProcess>();
    const own = (sandbox: SandboxProcess) => {
      const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${sandbox.pid}/status`, 'utf8'))?.[1] ?? '';
      expect(owners.has(uid)).toBe(false);
      owners.set(uid, sandbox);
      return uid;
    };
    try {
      for (let count = 0; count < uidCount; count++) own(await start());
      await expect(start()).rejects.toMatchObject({ code: 'sandbox.no_capacity' });
      for (let round = 0; round < 24; round++) {
        const [uid, victim] = [...owners][round % owners.size] ?? [];
        if (!uid || !victim) throw new Error('there are owners');
        // Killed in different ways: by the host, and by a hand from outside.
        if (round % 2 === 0) await driver.stop(victim);
        else process.kill(victim.pid, 'SIGKILL');
        await victim.exited;
        owners.delete(uid);
        own(await start());
      }
    } finally {
      await Promise.all([...owners.values()].map((sandbox) => driver.stop(sandbox)));
      await given.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
