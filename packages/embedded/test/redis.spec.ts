import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '@patchbay/foundation';
import { temporaryDirectory, testRedis } from '@patchbay/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { findServiceAccount, startRedis } from '../src/index.ts';

let client: Redis | undefined;
afterEach(() => client?.disconnect());

/** A client that reports errors instead of trying again. */
function connect(options: { path: string; password?: string }): Redis {
  client = new Redis({ ...options, retryStrategy: null, lazyConnect: true });
  client.on('error', () => {});
  return client;
}

describe('the embedded Redis', () => {
  it('reports why Redis does not start', async () => {
    const directory = await temporaryDirectory('redis');
    const started = startRedis({
      redis: { program: '/bin/false' },
      directory,
      account: findServiceAccount(['redis']),
      password: new Secret('a password'),
      logFile: path.join(directory, 'redis.log'),
    });
    await expect(started).rejects.toMatchObject({ code: 'start.redis_failed' });
  });

  it.each(['base.rdb', 'manifest'])('names the damaged file %s of Redis and the remedy', async (ending) => {
    const redis = await testRedis();
    const client = connect(redis.options);
    await client.set('kept', 'yes');
    client.disconnect();
    await redis.stop();
    const folder = path.join(path.dirname(redis.options.path), 'appendonlydir');
    const name = (await readdir(folder)).find((entry) => entry.endsWith(ending)) ?? '';
    await writeFile(path.join(folder, name), 'no file of Redis begins like this\n');
    await expect(redis.restart()).rejects.toMatchObject({
      code: 'start.redis_failed',
      detail: expect.stringMatching(`${path.join(folder, name)}\\. To continue .*: mv ${path.dirname(folder)} `),
    });
  });

  it('Redis refuses a caller without the password', async () => {
    const redis = await testRedis();
    const stranger = connect({ path: redis.options.path });
    await expect(stranger.get('anything')).rejects.toThrow(/NOAUTH/);
    await redis.stop();
  });

  it('Redis listens on a socket for its owner alone, never evicts, and appends every change to a file', async () => {
    const redis = await testRedis();
    expect((await stat(redis.options.path)).mode & 0o777).toBe(0o700);
    const ours = connect(redis.options);
    expect(await ours.config('GET', 'port')).toEqual(['port', '0']);
    expect(await ours.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await ours.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    await redis.stop();
  });

  it.each(['stopped', 'killed'])('Redis starts with the values it held when it was %s', async (how) => {
    const redis = await testRedis();
    const before = connect(redis.options);
    await before.set('kept', 'yes');
    before.disconnect();
    if (how === 'killed') process.kill(redis.pid, 'SIGKILL');
    else await redis.stop();
    await redis.restart();
    expect(await connect(redis.options).get('kept')).toBe('yes');
    await redis.stop();
  });
});
