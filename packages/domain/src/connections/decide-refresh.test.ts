import { GrantModel, ProviderClock, STRICT_RULES, type TokenRules } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { decideAfterFailure, decideRefresh, planRefresh, type RefreshState } from './decide-refresh.ts';

const NOW = new Date('2026-12-01T12:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const STATE: RefreshState = {
  status: 'active',
  revision: 3,
  hasRefreshToken: true,
  expiresAt: later(600),
  startedAt: null,
  failures: 0,
  refreshAt: null,
};
const WISH = { staleRevision: 3, isUnauthorized: false, now: NOW };
const STRICT = { rotates: true, graceSeconds: 0 };

describe('the decision to refresh', () => {
  it('asks the person to connect again where the provider refused or there is nothing to refresh with', () => {
    expect(decideRefresh({ ...STATE, status: 'needs_reconnect' }, WISH, STRICT)).toEqual({ act: 'reconnect' });
    expect(decideRefresh({ ...STATE, hasRefreshToken: false }, WISH, STRICT)).toEqual({ act: 'reconnect' });
  });

  it('takes a later revision instead of a request', () => {
    expect(decideRefresh({ ...STATE, revision: 4 }, WISH, STRICT)).toEqual({ act: 'use', why: 'newer' });
  });

  it('does not repeat a request whose answer is lost before the access token expires, unless that is harmless', () => {
    const lost = { ...STATE, startedAt: later(-30) };
    expect(decideRefresh(lost, WISH, STRICT)).toEqual({ act: 'use', why: 'answer_lost' });
    expect(decideRefresh({ ...lost, expiresAt: NOW }, WISH, STRICT)).toEqual({ act: 'request', why: 'repeat' });
    expect(decideRefresh(lost, { ...WISH, isUnauthorized: true }, STRICT).act).toBe('request');
    expect(decideRefresh(lost, WISH, { rotates: false, graceSeconds: 0 }).act).toBe('request');
    expect(decideRefresh(lost, WISH, { rotates: true, graceSeconds: 60 }).act).toBe('request');
    expect(decideRefresh(lost, WISH, { rotates: true, graceSeconds: 49 }).act).toBe('use');
  });

  it('waits for the end of a back-off, and serves the access token meanwhile if it is good', () => {
    const failed = { ...STATE, failures: 2, refreshAt: later(20) };
    expect(decideRefresh(failed, WISH, STRICT)).toEqual({ act: 'use', why: 'waits_for_retry' });
    expect(decideRefresh({ ...failed, expiresAt: NOW }, WISH, STRICT)).toEqual({ act: 'wait', until: later(20) });
  });

  it('ends with invalid_grant, and backs off from every other failure', () => {
    const before = { startedAt: NOW, isRepeat: false, failures: 0 };
    const after = (failure: Parameters<typeof decideAfterFailure>[0], isRepeat = false) =>
      decideAfterFailure(failure, { ...before, isRepeat }, NOW, 0.5);
    expect(after({ kind: 'refused', error: 'invalid_grant' })).toMatchObject({ needsReconnect: true, refreshAt: null });
    expect(after({ kind: 'refused', error: 'invalid_client' })).toMatchObject({
      needsReconnect: false,
      startedAt: null,
      refreshAt: later(5),
    });
    const limited = after({ kind: 'not_performed', retryAfterSeconds: 120 });
    expect(limited).toMatchObject({ startedAt: null, refreshAt: later(120) });
    expect(after({ kind: 'not_performed', retryAfterSeconds: null }, true).startedAt).toEqual(NOW);
    expect(after({ kind: 'unknown' }).startedAt).toEqual(NOW);
  });

  it('plans a refresh before the expiry and, for what is not used, within half of the idle time', () => {
    const plan = (expiresAt: Date | null, idleDays: number | null, random: number) =>
      planRefresh({ expiresAt, idleDays, hasRefreshToken: true }, NOW, random);
    expect(plan(later(1000), null, 0)).toEqual(later(600));
    expect(plan(later(1000), null, 1)).toEqual(later(800));
    expect(plan(null, 10, 1)).toEqual(later(5 * 86_400 * 0.8));
    expect(plan(later(90 * 86_400), 14, 1)).toEqual(later(7 * 86_400 * 0.8));
    expect(planRefresh({ expiresAt: NOW, idleDays: null, hasRefreshToken: false }, NOW, 0)).toBeNull();
  });
});

/** The row of one connection, the lock on it, and the provider: everything that outlives a gateway. */
class World {
  readonly clock = new ProviderClock();
  readonly grants: GrantModel;
  row: RefreshState & { readonly markedBy: number | null; readonly access: string; readonly refresh: string };
  lockedBy: number | null = null;
  requests = 0;
  answersLost = 0;
  /** Requests that ended a grant whose access token the row still had good. */
  endedEarly = 0;

  constructor(rules: TokenRules) {
    this.clock.stop();
    this.grants = new GrantModel(rules, this.clock);
    const first = this.grants.authorize('acc', ['read']);
    const expiresAt = new Date(this.clock.monotonicMs() + 60_000);
    this.row = {
      ...STATE,
      revision: 1,
      expiresAt,
      markedBy: null,
      access: first.accessToken,
      refresh: first.refreshToken ?? '',
    };
  }

  get isWorking(): boolean {
    return this.grants.check(this.row.access) !== null;
  }
}

/** `refreshConnection`, with a pause wherever a process can be killed; `lock` is one until the row is free. */
function* gateway(world: World, id: number, facts: typeof STRICT): Generator<'lock' | 'sent' | 'step', void, void> {
  const staleRevision = id === LAST ? world.row.revision : 1;
  for (let round = 0; round < 3; round++) {
    yield 'lock';
    const now = world.clock.now();
    const decision = decideRefresh(world.row, { staleRevision, isUnauthorized: false, now }, facts);
    if (decision.act !== 'request') return;
    if (decision.why === 'due') {
      world.row = { ...world.row, startedAt: now, markedBy: id };
      yield 'lock';
      if (world.row.status !== 'active') return;
      if (world.row.startedAt === null || world.row.markedBy !== id) continue;
    }
    world.lockedBy = id;
    yield 'step';
    world.requests += 1;
    const answer = world.grants.refresh(world.row.refresh);
    if ('refused' in answer && (world.row.expiresAt?.getTime() ?? 0) > world.clock.monotonicMs()) world.endedEarly += 1;
    yield 'sent';
    if ('refused' in answer) world.row = { ...world.row, startedAt: null, status: 'needs_reconnect' };
    else {
      const expiresAt = new Date(world.clock.monotonicMs() + 60_000);
      const tokens = { access: answer.accessToken, refresh: answer.refreshToken ?? world.row.refresh, expiresAt };
      world.row = { ...world.row, ...tokens, startedAt: null, revision: world.row.revision + 1 };
    }
    world.lockedBy = null;
    return;
  }
}

/** The caller after all crashes. */
const LAST = 2;

/** All schedules of two gateways of at most this many moves: which one continues, or is killed, or the time that passes. */
const MOVES = ['run 0', 'run 1', 'kill 0', 'kill 1', 'expire'] as const;

/** @returns the number of schedules */
function enumerate(rules: TokenRules, check: (world: World, trace: readonly string[]) => void): number {
  const facts = { rotates: rules.rotates, graceSeconds: rules.graceSeconds };
  let count = 0;
  const explore = (trace: readonly (typeof MOVES)[number][]): void => {
    const world = new World(rules);
    const gateways = [0, 1].map((id) => gateway(world, id, facts));
    const at = gateways.map((one) => one.next());
    let isPossible = true;
    for (const move of trace) {
      const [verb, id] = [move.split(' ')[0], Number(move.split(' ')[1] ?? 0)];
      const one = at[id];
      if (verb === 'expire') world.clock.advance(60);
      else if (!one || one.done || (verb === 'run' && one.value === 'lock' && world.lockedBy !== null))
        isPossible = false;
      else if (verb === 'run') at[id] = gateways[id]?.next() ?? one;
      else {
        if (one.value === 'sent') world.answersLost += 1;
        if (world.lockedBy === id) world.lockedBy = null;
        at[id] = { done: true, value: undefined };
      }
      if (!isPossible) return;
    }
    if (at.every((one) => one.done)) {
      // The next callers find out, now and after the expiry.
      for (const after of ['now', 'after expiry']) {
        if (after === 'after expiry' && !world.isWorking) world.clock.advance(60);
        if (world.row.status === 'active' && !world.isWorking) for (const _ of gateway(world, LAST, facts));
      }
      count += 1;
      check(world, trace);
      return;
    }
    for (const move of MOVES) {
      const isAgain = move !== 'run 0' && move !== 'run 1' && trace.includes(move);
      if (!isAgain) explore([...trace, move]);
    }
  };
  explore([]);
  return count;
}

describe('two gateways that refresh one connection, killed at any step, in every order', () => {
  const kinds: readonly (readonly [string, Partial<TokenRules>])[] = [
    ['rotates without grace and revokes upon reuse', {}],
    ['rotates without grace and refuses reuse', { onReuse: 'refuse' }],
    ['answers the same again within its grace', { graceSeconds: 3_600 }],
    ['answers another within its grace', { graceSeconds: 3_600, inGrace: 'another' }],
    ['does not rotate', { rotates: false }],
  ];
  it.each(kinds)(
    'end with a working connection or one that is to be connected again, where the provider %s',
    (_, given) => {
      const rules: TokenRules = { ...STRICT_RULES, accessTokenSeconds: 60, ...given };
      const isForgiving = !rules.rotates || rules.graceSeconds > 0;
      const count = enumerate(rules, (world, trace) => {
        const about = trace.join(', ');
        expect(world.isWorking || world.row.status === 'needs_reconnect', about).toBe(true);
        // Only an answer that died with its process costs the connection, and never where the provider forgives it.
        expect(world.endedEarly, about).toBe(0);
        if (world.answersLost === 0 || isForgiving) expect(world.row.status, about).toBe('active');
        if (world.answersLost === 0 || isForgiving) expect(world.grants.endOf(world.row.access), about).toBeNull();
        if (!trace.some((move) => move.startsWith('kill') || move === 'expire')) expect(world.requests, about).toBe(1);
      });
      expect(count).toBeGreaterThan(100);
    },
  );
});
