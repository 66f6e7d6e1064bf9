import { expect, it } from 'vitest';
import { RelayWatch } from './relay-watch.ts';

function givenWatch() {
  let nowMs = 0;
  const watch = new RelayWatch({ now: () => new Date(nowMs), monotonicMs: () => nowMs });
  return { watch, pass: (ms: number) => (nowMs += ms) };
}

it('the watch reports no live relay without a heartbeat, or five seconds after the last one', async () => {
  const { watch, pass } = givenWatch();
  await expect(watch.next()).resolves.toBe(false);
  watch.onHeartbeat();
  pass(5_001);
  await expect(watch.next()).resolves.toBe(false);
});

it('the watch waits for the second heartbeat, because the first may have begun before', async () => {
  const { watch } = givenWatch();
  watch.onHeartbeat();
  let answer: boolean | undefined;
  const waiting = watch.next().then((isRelayed) => (answer = isRelayed));
  watch.onHeartbeat();
  await Promise.resolve();
  expect(answer).toBeUndefined();
  watch.onHeartbeat();
  await expect(waiting).resolves.toBe(true);
});

it('the watch reports no live relay when the connection breaks while it waits', async () => {
  const { watch } = givenWatch();
  watch.onHeartbeat();
  const waiting = watch.next();
  watch.doubt();
  watch.onHeartbeat();
  await expect(waiting).resolves.toBe(false);
});
