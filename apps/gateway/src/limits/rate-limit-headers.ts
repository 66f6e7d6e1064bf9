import type { CounterState, Refusal } from './call-limiter.ts';
import type { Counter } from './counter.ts';

/**
 * The header fields about limits for clients: `RateLimit-Policy` names the limits of its calls, `RateLimit` what
 * is left of the one that will refuse first. Pure.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-10 §3 and §4; RFC 9651 for lists, strings and parameters
 */
export function rateLimitHeaders(states: readonly CounterState[]): Record<string, string> {
  const [first, ...others] = states;
  if (!first) return {};
  let nearest = first;
  for (const state of others) if (state.remaining < nearest.remaining) nearest = state;
  return {
    'ratelimit-policy': states.map(({ counter }) => policyOf(counter)).join(', '),
    ratelimit: `"${nearest.counter.scope}";r=${nearest.remaining};t=${nearest.fullInSeconds}`,
  };
}

/** The same of a refused call; `t` is the time of `Retry-After`. */
export function refusalHeaders({ counter, kind, retryAfterSeconds }: Refusal): Record<string, string> {
  const isRate = kind === 'rate';
  const name = isRate ? counter.scope : `${counter.scope}-concurrent`;
  return {
    'ratelimit-policy': isRate ? policyOf(counter) : `"${name}";q=${counter.concurrentMax};qu="concurrent-requests"`,
    ratelimit: `"${name}";r=0;t=${Math.max(1, Math.ceil(retryAfterSeconds))}`,
  };
}

function policyOf({ scope, perMinute }: Counter): string {
  return `"${scope}";q=${perMinute};w=60`;
}
