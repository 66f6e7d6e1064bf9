/** Limits on calls through whole gateways, of which there are three, with one Redis. */
import {
  echoVersion,
  fetchAt,
  hasSandboxes,
  type OtherGateway,
  RAISED_LIMITS,
  redisMissing,
  skipUnless,
  waitFor,
  withPlatform,
} from '@patchbay/testing';
import { expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth, readMetric } from '../mcp/read-health.ts';

const isAble = hasSandboxes() && redisMissing() === null;
const { describe, it } = skipUnless(isAble, redisMissing() ?? 'bubblewrap or user namespaces are missing');

const LIMIT = { burst: 40, perMinute: 600 };
const SETTING = `${RAISED_LIMITS},personBurst=${LIMIT.burst},personCallsPerMinute=${LIMIT.perMinute},toolConcurrent=2`;

const here = withPlatform(
  { when: isAble, redis: true, environment: { PATCHBAY_LIMITS: SETTING } },
  async (platform) => {
    const { given } = platform;
    const acme = await given.organization('acme');
    await given.live(acme, 'echo', echoVersion('one'));
    const others = [await platform.startGateway(), await platform.startGateway()] as const;
    return { acme, others, host: new URL(platform.origin).host };
  },
);

/** A key of a person who has made no calls. */
const newKey = async () => here.platform.given.apiKey(here.acme, await here.platform.given.member(here.acme, 'member'));

function call(key: string, { tool = 'mark', at = here.platform.origin }: { tool?: string; at?: string } = {}) {
  const { headers, body } = modernRequest('tools/call', { name: tool, arguments: {} });
  return fetchAt(`${at}/acme/echo/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, host: here.host, authorization: `Bearer ${key}` },
  });
}

const addresses = () => [here.platform.origin, ...here.others.map(({ address }: OtherGateway) => address)];

/** One call after the other at each of the gateways, until `isOver`. Returns how many were made. */
async function flood(key: string, isOver: () => boolean): Promise<number> {
  let made = 0;
  await Promise.all(
    addresses().map(async (at) => {
      while (!isOver()) {
        const response = await call(key, { at });
        await response.arrayBuffer();
        if (response.status === 200) made += 1;
        else expect(response.status).toBe(429);
      }
    }),
  );
  return made;
}

/** Calls one after the other until one is refused. */
async function untilRefused(key: string): Promise<Response> {
  for (;;) {
    const response = await call(key);
    if (response.status !== 200) return response;
    await response.arrayBuffer();
  }
}

/** Resolves when the gateways have that many calls in flight. */
const inFlight = (gateways: readonly { readonly internalUrl: string }[], calls: number) =>
  waitFor(
    async () => {
      const counts = await Promise.all(gateways.map((one) => readMetric(one, 'patchbay_calls_in_flight')));
      return counts.reduce((sum, count) => sum + count) === calls;
    },
    { what: `${calls} calls in flight` },
  );

describe('calls over a limit', () => {
  it('a call over the limit is refused with 429, the header fields of limits, and an error that a model can act on', async () => {
    const key = await newKey();
    const refused = await untilRefused(key);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBe(1);
    expect(refused.headers.get('ratelimit')).toBe('"person";r=0;t=1');
    expect(refused.headers.get('ratelimit-policy')).toBe(`"person";q=${LIMIT.perMinute};w=60`);
    expect(await refused.json()).toMatchObject({
      error: {
        code: 429,
        message: expect.stringMatching(
          /^The limit of 600 calls a minute for one person .* Wait a second before the next call\./,
        ),
        data: {
          code: 'limits.person_rate',
          retryAfterSeconds: 1,
          outcome: 'not_run',
          limit: { scope: 'person', perMinute: LIMIT.perMinute, burst: LIMIT.burst },
        },
      },
    });
  });

  it('a refused call is on record as refused, with the limit that refused it, and is counted by it', async () => {
    const counted = () => readMetric(here.platform, 'patchbay_limited_calls_total{scope="person",kind="rate"}');
    expect(await counted()).toBeGreaterThan(0);
    const isRecorded = async () => {
      const { rows } = await here.platform.superuser.query(
        "SELECT count(*)::int AS count FROM app.usage_events WHERE outcome = 'refused' AND error_code = 'limits.person_rate'",
      );
      return rows[0]?.count > 0;
    };
    await waitFor(isRecorded, { what: 'the refusal to be on record' });
  });

  it('an admitted call gets its limits and what is left of the nearest', async () => {
    const response = await call(await newKey());
    expect([response.status, response.headers.get('retry-after')]).toEqual([200, null]);
    expect(response.headers.get('ratelimit-policy')).toMatch(
      /^"person";q=600;w=60, "tool";q=\d+;w=60, "connector";q=\d+;w=60, "organization";q=\d+;w=60$/,
    );
    expect(response.headers.get('ratelimit')).toBe(`"person";r=${LIMIT.burst - 1};t=1`);
  });

  it('a tool’s calls in flight at different gateways are limited together', async () => {
    const [first, second] = await Promise.all([newKey(), newKey()]);
    const [one = '', two = '', three = ''] = addresses();
    const tryThird = async () => {
      const slow = [call(first, { tool: 'slow', at: one }), call(second, { tool: 'slow', at: two })];
      const over = Promise.all(slow);
      // Calls that are over are never seen in flight, however long the wait is.
      await Promise.race([inFlight([here.platform, here.others[0].process], 2).catch(() => {}), over]);
      const third = await call(first, { tool: 'slow', at: three });
      const answer = await third.json();
      for (const response of await over) expect(response.status).toBe(200);
      return third.status === 429 && answer;
    };
    // On a busy machine the first two may be over before the third arrives.
    const refused = await waitFor(tryThird, { deadlineMs: 20_000, what: 'a third call while two are in flight' });
    expect(refused).toMatchObject({
      error: { data: { code: 'limits.tool_busy', limit: { scope: 'tool', concurrent: 2 } } },
    });
  });
});

describe('three gateways with one Redis', () => {
  it('three gateways flooded by one person make at most 1 % more calls than the limit allows', async () => {
    const key = await newKey();
    const startedAt = performance.now();
    const made = await flood(key, () => performance.now() > startedAt + 4_000);
    const allowed = LIMIT.burst + ((performance.now() - startedAt) / 60_000) * LIMIT.perMinute;
    expect(made).toBeLessThanOrEqual(allowed * 1.01);
    expect(made).toBeGreaterThan(allowed * 0.8);
  });

  it('three gateways whose Redis is killed under load make at most 10 % more calls than the limit allows', async () => {
    const key = await newKey();
    const over = { is: false };
    const startedAt = performance.now();
    const flooding = flood(key, () => over.is);
    await waitFor(() => performance.now() > startedAt + 500);
    process.kill(here.platform.redis?.pid ?? 0, 'SIGKILL');
    const limits = async () => (await readHealth(here.platform)).checks.limits;
    await waitFor(async () => (await limits())?.state === 'degraded', { what: 'health to report it' });
    expect(await limits()).toMatchObject({
      reasons: [expect.stringMatching(/^Redis does not count \(.+\): this gateway admits 1\/3 of each limit$/)],
      facts: { countedBy: 'process', gateways: 3 },
    });
    expect(await readMetric(here.platform, 'patchbay_limits_counted_in_process')).toBe(1);
    await here.platform.redis?.restart();
    await waitFor(async () => (await limits())?.state === 'ok', { deadlineMs: 15_000, what: 'Redis to count again' });
    over.is = true;
    const made = await flooding;
    const allowed = LIMIT.burst + ((performance.now() - startedAt) / 60_000) * LIMIT.perMinute;
    expect(made).toBeLessThanOrEqual(allowed * 1.1);
    expect(made).toBeGreaterThan(allowed * 0.5);
  });

  it('the slots of a gateway that was killed are free again within seconds', async () => {
    const [first, second] = await Promise.all([newKey(), newKey()]);
    const [, dying] = here.others;
    const lost = [first, second].map((key) => call(key, { tool: 'slow', at: dying.address }).catch(() => null));
    await inFlight([dying.process], 2);
    await dying.process.end('SIGKILL');
    await Promise.all(lost);
    const isRefused = async () => {
      const response = await call(first, { tool: 'slow' });
      await response.arrayBuffer();
      return response.status === 429;
    };
    const startedAt = performance.now();
    expect(await isRefused()).toBe(true);
    await waitFor(async () => !(await isRefused()), { deadlineMs: 15_000, what: 'a free slot' });
    expect(performance.now() - startedAt).toBeLessThan(13_000);
    await dying.process.restart();
  });
});
