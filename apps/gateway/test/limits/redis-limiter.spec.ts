/** Three gateways' limiters on one Redis, which is killed and comes back. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger, Secret, systemClock } from '@patchbay/foundation';
import { type PlanLimits, STANDARD_PLAN } from '@patchbay/foundation/limits';
import { redisMissing, skipUnless, type TestRedis, testRedis, waitFor } from '@patchbay/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Permit, Refusal } from '../../src/limits/call-limiter.ts';
import { type CountedCall, countersOf } from '../../src/limits/counter.ts';
import { RedisLimiter } from '../../src/limits/redis-limiter.ts';

const { describe, it } = skipUnless(redisMissing() === null, redisMissing() ?? '');

const SECRET = new Secret('a secret for tests of forty characters..');
let redis: TestRedis;
let limiters: RedisLimiter[] = [];
let runs = 0;

beforeAll(async () => {
  redis = await testRedis();
});
afterEach(() => {
  for (const limiter of limiters) limiter.close();
  limiters = [];
});
afterAll(() => redis?.stop());

/** Gateways of a test before this one count for ten seconds, when Redis was away as they ended. */
async function forgetGateways(): Promise<void> {
  const client = new Redis(redis.options);
  await client.del('patchbay:limit:gateways');
  client.disconnect();
}

async function startGateways(count = 3): Promise<readonly RedisLimiter[]> {
  await forgetGateways();
  const options = {
    redisUrl: redis.url,
    secret: SECRET,
    clock: systemClock,
    logger: createLogger('gateway', 'silent'),
  };
  limiters = Array.from({ length: count }, () => new RedisLimiter(options));
  await Promise.all(limiters.map((limiter) => limiter.start()));
  const isWhole = () => limiters.every((one) => one.condition().gateways === count);
  await waitFor(isWhole, { what: 'every gateway to know of the others' });
  return limiters;
}

/** Counters of callers that no other test has. */
function countersFor(plan: Partial<PlanLimits>, change: Partial<CountedCall> = {}) {
  runs += 1;
  const call = { organizationId: `org_${runs}`, connectorId: `con_${runs}`, limitKey: `psn_${runs}`, clientId: null };
  return countersOf({ ...call, tool: null, ...change }, { ...STANDARD_PLAN, ...plan });
}
type Counters = ReturnType<typeof countersFor>;

/** The calls that a limit allows from now on: its burst, and those of the time since. */
function startAllowance({ burst, perMinute }: { readonly burst: number; readonly perMinute: number }) {
  const startedAt = performance.now();
  return () => burst + ((performance.now() - startedAt) / 60_000) * perMinute;
}

async function callOnce(limiter: RedisLimiter, counters: Counters): Promise<boolean> {
  const admitted = await limiter.admit(counters);
  if ('refusal' in admitted) return false;
  admitted.permit.release();
  return true;
}

/** Calls without a pause through every gateway, four at a time each, until `isOver`. Returns the calls admitted. */
async function flood(gateways: readonly RedisLimiter[], counters: Counters, isOver: () => boolean): Promise<number> {
  let admitted = 0;
  const caller = async (limiter: RedisLimiter) => {
    while (!isOver()) {
      if (await callOnce(limiter, counters)) admitted += 1;
      else await delay(1); // a refusal from memory leaves the event loop no turn
    }
  };
  await Promise.all(gateways.flatMap((limiter) => [1, 2, 3, 4].map(() => caller(limiter))));
  return admitted;
}

function after(ms: number): () => boolean {
  const until = performance.now() + ms;
  return () => performance.now() >= until;
}

describe('three gateways that share a Redis', () => {
  it('three gateways admit a burst together to the call, and refuse the rest with the time to wait', async () => {
    const gateways = await startGateways();
    const counters = countersFor({ personBurst: 60, personCallsPerMinute: 60, personConcurrent: 1_000 });
    const allowed = startAllowance({ burst: 60, perMinute: 60 });
    const asked = await Promise.all(
      gateways.flatMap((gateway) => Array.from({ length: 100 }, () => gateway.admit(counters))),
    );
    const refusals = asked.flatMap((one): Refusal[] => ('refusal' in one ? [one.refusal] : []));
    expect([60, Math.floor(allowed())]).toContain(asked.length - refusals.length);
    for (const { kind, retryAfterSeconds } of refusals) {
      expect(kind).toBe('rate');
      expect(retryAfterSeconds).toBeGreaterThan(0);
      expect(retryAfterSeconds).toBeLessThanOrEqual(1);
    }
  });

  it('three gateways flooded for seconds admit what the limit allows, and at most 1 % more', async () => {
    const gateways = await startGateways();
    const limit = { burst: 50, perMinute: 3_000 };
    const counters = countersFor({ personBurst: limit.burst, personCallsPerMinute: limit.perMinute });
    const allowed = startAllowance(limit);
    const admitted = await flood(gateways, counters, after(3_000));
    expect(admitted).toBeLessThanOrEqual(allowed() * 1.01);
    // A machine that stalls for a second wastes the calls of that second.
    expect(admitted).toBeGreaterThan(allowed() * 0.6);
  });

  it('calls in flight at all gateways count together, and a released one makes room at any of them', async () => {
    const [one, two, three] = await startGateways();
    if (!one || !two || !three) throw new Error('three were started');
    const counters = countersFor({ connectorConcurrent: 3 });
    const permits: Permit[] = [];
    for (const gateway of [one, two, three]) {
      const admitted = await gateway.admit(counters);
      if ('permit' in admitted) permits.push(admitted.permit);
    }
    expect(permits).toHaveLength(3);
    const refused = await one.admit(counters);
    expect(refused).toMatchObject({ refusal: { kind: 'concurrency', counter: { scope: 'connector' } } });
    permits[2]?.release();
    await waitFor(() => callOnce(one, counters), { what: 'room that another gateway made' });
  });

  it('reading the counters counts nothing, and shows what all gateways counted', async () => {
    const [one, two] = await startGateways(2);
    if (!one || !two) throw new Error('two were started');
    const counters = countersFor({ personBurst: 5 });
    const held = await one.admit(counters);
    for (let count = 0; count < 10; count += 1) await two.read(counters);
    expect((await two.read(counters))[0]).toMatchObject({ remaining: 4, fullInSeconds: 1, inFlight: 1 });
    if ('permit' in held) held.permit.release();
  });

  it('Redis holds neither an id nor an address', async () => {
    const [one] = await startGateways(1);
    if (!one) throw new Error('one was started');
    const counters = countersFor({}, { limitKey: 'org_secret anonymous 198.51.100.7', connectorId: 'con_secret' });
    const held = await one.admit(counters);
    const client = new Redis(redis.options);
    const keys = await client.keys('patchbay:limit:*');
    const permits = await Promise.all(
      keys.filter((key) => key.includes(':permits:')).map((key) => client.zrange(key, '0', '-1')),
    );
    client.disconnect();
    expect(keys.length).toBeGreaterThan(4);
    expect(JSON.stringify([keys, permits])).not.toMatch(/secret|198\.51|org_|con_|psn_/);
    if ('permit' in held) held.permit.release();
  });
});

describe('gateways whose Redis is away', () => {
  it('three gateways whose Redis is killed under load and comes back admit at most 10 % over the limit', async () => {
    const gateways = await startGateways();
    const limit = { burst: 300, perMinute: 600 };
    const counters = countersFor({ personBurst: limit.burst, personCallsPerMinute: limit.perMinute });
    const allowed = startAllowance(limit);
    const over = { is: false };
    const flooding = flood(gateways, counters, () => over.is);
    await delay(300);
    process.kill(redis.pid, 'SIGKILL');
    await waitFor(() => gateways.every((one) => one.condition().countedBy === 'process'), { what: 'all to notice' });
    expect(gateways[0]?.condition()).toMatchObject({ gateways: 3, problem: expect.any(String) });
    await delay(1_500);
    await redis.restart();
    await waitFor(() => gateways.every((one) => one.condition().countedBy === 'redis'), {
      deadlineMs: 10_000,
      what: 'Redis to count again',
    });
    await delay(1_000);
    over.is = true;
    const admitted = await flooding;
    expect(admitted).toBeLessThanOrEqual(allowed() * 1.1);
    expect(admitted).toBeGreaterThan(allowed() * 0.7);
  });

  it('each gateway admits its part while Redis is away, so that all together admit the limit', async () => {
    const gateways = await startGateways();
    await redis.stop();
    await waitFor(() => gateways.every((one) => one.condition().countedBy === 'process'), { what: 'all to notice' });
    const limit = { burst: 60, perMinute: 60 };
    const counters = countersFor({ personBurst: limit.burst, personCallsPerMinute: limit.perMinute });
    const allowed = startAllowance(limit);
    const parts = await Promise.all(gateways.map((one) => flood([one], counters, after(300))));
    for (const part of parts) expect(part).toBeGreaterThanOrEqual(20);
    expect(parts.reduce((sum, part) => sum + part)).toBeLessThanOrEqual(allowed() * 1.1);
    await redis.restart();
  });

  it('calls that began while Redis was away count there once it is back', async () => {
    const [one, two] = await startGateways(2);
    if (!one || !two) throw new Error('two were started');
    await redis.stop();
    await waitFor(() => one.condition().countedBy === 'process', { what: 'the gateway to notice' });
    const counters = countersFor({ personConcurrent: 2 });
    const held = await one.admit(counters);
    expect(held).toMatchObject({ permit: expect.anything() });
    await redis.restart();
    await waitFor(() => one.condition().countedBy === 'redis' && two.condition().countedBy === 'redis', {
      deadlineMs: 10_000,
      what: 'Redis to count again',
    });
    expect((await two.read(counters))[0]).toMatchObject({ inFlight: 1 });
    if ('permit' in held) held.permit.release();
  });

  it('a gateway that never reached its Redis counts by itself and reports why', async () => {
    await redis.stop();
    const options = {
      redisUrl: redis.url,
      secret: SECRET,
      clock: systemClock,
      logger: createLogger('gateway', 'silent'),
    };
    const limiter = new RedisLimiter(options);
    limiters = [limiter];
    await limiter.start();
    expect(limiter.condition()).toMatchObject({
      countedBy: 'process',
      gateways: 1,
      problem: expect.stringMatching(/\w/),
    });
    const counters = countersFor({ personBurst: 2 });
    expect([
      await callOnce(limiter, counters),
      await callOnce(limiter, counters),
      await callOnce(limiter, counters),
    ]).toEqual([true, true, false]);
    await redis.restart();
  });
});
