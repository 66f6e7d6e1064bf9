import { createHash } from 'node:crypto';

/**
 * The scripts that Redis runs, each in one step. Its own clock is the only one, so that all gateways count alike; times are milliseconds
 * with three decimals. A rate is the time at which its backlog will have leaked; the permits of calls in flight are a
 * sorted set by the time until which their gateway vouches for them, so that those of a dead gateway expire.
 */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

const script = (text: string): RedisScript => ({ text, sha1: createHash('sha1').update(text).digest('hex') });

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`;

/**
 * Counts one call for n counters, or none of them.
 *
 * KEYS: n rates, n sets of permits. ARGV: permit ('' only reads), life of a permit in ms, then for each counter the
 * interval and the tolerance of its rate, the backlog that this gateway knows of, and its limit of concurrent calls. The
 * known backlog counts where Redis has clearly less: it was killed, and lost everything or the last second. Less by a
 * fifth of a second may be the delay of this command.
 *
 * Permits that expired are removed when they would matter, and the life of a set is renewed by one call in sixteen: a set
 * goes with its last permit, so its life only matters when every gateway died.
 *
 * Returns the number of the counter whose rate refuses (longest), that of the one whose concurrency does, the wait in
 * microseconds, and for each counter backlog in microseconds and calls in flight.
 */
export const ADMIT = script(`
${NOW}
local permit, life, n = ARGV[1], tonumber(ARGV[2]), #KEYS / 2
local rates = redis.call('MGET', unpack(KEYS, 1, n))
local reply, backlogs, wait, slow, busy = {}, {}, 0, 0, 0
for i = 1, n do
  local at = i * 4 - 1
  local interval, tolerance = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local backlog, known = math.max(0, (tonumber(rates[i]) or 0) - now), tonumber(ARGV[at + 2])
  if known > backlog + 200 then backlog = known end
  backlogs[i] = backlog
  local late = backlog + interval - tolerance
  if late > 0.001 and late > wait then
    wait, slow = late, i
  end
end
for i = 1, n do
  local permits, max = KEYS[n + i], tonumber(ARGV[i * 4 + 2])
  local held = redis.call('ZCARD', permits)
  if held > 0 and (held >= max or permit == '') then
    redis.call('ZREMRANGEBYSCORE', permits, '-inf', now)
    held = redis.call('ZCARD', permits)
  end
  if busy == 0 and held >= max then busy = i end
  reply[3 + i * 2] = held
end
local admitted = permit ~= '' and slow == 0 and busy == 0
for i = 1, n do
  if admitted then
    backlogs[i] = backlogs[i] + ARGV[i * 4 - 1]
    redis.call('SET', KEYS[i], string.format('%.3f', now + backlogs[i]), 'PX', math.ceil(backlogs[i]) + 1)
    redis.call('ZADD', KEYS[n + i], now + life, permit)
    if reply[3 + i * 2] == 0 or now % 16 < 1 then redis.call('PEXPIRE', KEYS[n + i], life * 6) end
  end
  reply[2 + i * 2] = math.floor(backlogs[i] * 1000)
end
reply[1], reply[2], reply[3] = slow, busy, math.ceil(wait * 1000)
return reply
`);

/** The answer of `ADMIT` for n counters; numbers of counters begin with 1, and 0 is none. Milliseconds. */
export function readAdmitted(reply: unknown, n: number) {
  const [slow = 0, busy = 0, waitUs = 0, ...pairs] = Array.isArray(reply) ? reply.map(Number) : [];
  const of = (part: 0 | 1) => Array.from({ length: n }, (_, at) => pairs[at * 2 + part] ?? 0);
  return { slow, busy, waitMs: waitUs / 1000, backlogsMs: of(0).map((us) => us / 1000), inFlight: of(1) };
}

/** Gives permits back. KEYS: sets of permits. ARGV: the permit of each. */
export const RELEASE = script(`
for i = 1, #KEYS do
  redis.call('ZREM', KEYS[i], ARGV[i])
end
`);

/**
 * Vouches for a gateway and the calls that it has in flight.
 *
 * KEYS: the set of gateways, then a set of permits for each permit. ARGV: the gateway, how long it is vouched for in ms,
 * then the permits. Returns how many gateways there are.
 */
export const VOUCH = script(`
${NOW}
local life = tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], now + life, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], life)
for i = 2, #KEYS do
  redis.call('ZADD', KEYS[i], now + life, ARGV[i + 1])
  redis.call('PEXPIRE', KEYS[i], life * 6)
end
return redis.call('ZCARD', KEYS[1])
`);
