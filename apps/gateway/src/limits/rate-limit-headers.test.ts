import { STANDARD_PLAN } from '@patchbay/foundation/limits';
import { describe, expect, it } from 'vitest';
import { counter } from './counter.ts';
import { rateLimitHeaders, refusalHeaders } from './rate-limit-headers.ts';
import { refuseCall } from './refuse-call.ts';

const person = counter('person', 'a', STANDARD_PLAN);
const organization = counter('organization', 'a', STANDARD_PLAN);
const state = (one: typeof person, remaining: number) => ({
  counter: one,
  remaining,
  fullInSeconds: 4,
  inFlight: null,
});

describe('the header fields of limits', () => {
  it('a call over a rate gets the rate that refused it, and the time of Retry-After', () => {
    expect(refusalHeaders({ counter: person, kind: 'rate', retryAfterSeconds: 2.1 })).toEqual({
      'ratelimit-policy': '"person";q=60;w=60',
      ratelimit: '"person";r=0;t=3',
    });
  });

  it('a call over a limit of calls at a time gets that limit, in its own unit', () => {
    expect(refusalHeaders({ counter: person, kind: 'concurrency', retryAfterSeconds: 1 })).toEqual({
      'ratelimit-policy': '"person-concurrent";q=32;qu="concurrent-requests"',
      ratelimit: '"person-concurrent";r=0;t=1',
    });
  });

  it('an admitted call gets all its limits and what is left of the nearest', () => {
    expect(rateLimitHeaders([state(person, 56), state(organization, 12)])).toEqual({
      'ratelimit-policy': '"person";q=60;w=60, "organization";q=3000;w=60',
      ratelimit: '"organization";r=12;t=4',
    });
  });

  it('no limits are no fields', () => {
    expect(rateLimitHeaders([])).toEqual({});
  });
});

describe('the error of a refused call', () => {
  it.each([
    ['person', 'rate', 'limits.person_rate'],
    ['tool', 'rate', 'limits.tool_rate'],
    ['client', 'rate', 'limits.client_rate'],
    ['connector', 'rate', 'limits.connector_rate'],
    ['organization', 'rate', 'limits.organization_rate'],
    ['person', 'concurrency', 'limits.person_busy'],
    ['tool', 'concurrency', 'limits.tool_busy'],
    ['client', 'concurrency', 'limits.client_busy'],
    ['connector', 'concurrency', 'limits.connector_busy'],
    ['organization', 'concurrency', 'limits.organization_busy'],
  ] as const)('a %s over its %s gets %s, which was never sent', (scope, kind, code) => {
    const refused = refuseCall({ counter: counter(scope, 'a', STANDARD_PLAN), kind, retryAfterSeconds: 1 });
    expect(refused).toMatchObject({ code, sent: false, data: { limit: { scope } } });
  });

  it('a model reads which limit was reached and how long to wait', () => {
    expect(refuseCall({ counter: person, kind: 'rate', retryAfterSeconds: 3.2 }).detail).toBe(
      'The limit of 60 calls a minute for one person at this connector is reached. Wait 4 seconds before the next call.',
    );
    expect(refuseCall({ counter: organization, kind: 'concurrency', retryAfterSeconds: 1 }).detail).toBe(
      'The limit of 512 calls at a time for this organization is reached. Wait a second before the next call.',
    );
  });
});
