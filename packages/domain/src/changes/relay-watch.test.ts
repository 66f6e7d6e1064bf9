import { expect, it } from 'vitest';
import { RelayWatch } from './relay-watch.ts';

function givenWatch() {
  let nowMs = 0;
  const watch = new RelayWatch({ now: () => new Date(nowMs), monotonicMs: () => nowMs });
  return { watch, pass: (ms: number) => (nowMs += ms) };
}

it('proves nothing without a relay, or without a heartbeat for five seconds', async () => {
  const { watch, pass } = givenWatch();
  await expect(watch.next()).resolves.toBe(false);
  watch.beat();
  pass(5_001);
  await expect(watch.next()).resolves.toBe(false);
});

it('waits for the second heartbeat, because the first may have begun before', async () => {
  const { watch } = givenWatch();
  watch.beat();
  let answer: boolean | undefined;
  const waiting = watch.next().then((isRelayed) => (answer = isRelayed));
  watch.beat();
  await Promise.resolve();
  expect(answer).toBeUndefined();
  watch.beat();
  await expect(waiting).resolves.toBe(true);
});

it('proves nothing when the line breaks while it waits', async () => {
  const { watch } = givenWatch();
  watch.beat();
  const waiting = watch.next();
  watch.doubt();
  watch.beat();
  await expect(waiting).resolves.toBe(false);
});
