import { expect, it } from 'vitest';
import { HeldRefusals } from './held-refusals.ts';

it('a refusal is held back for a moment, and sent at once when a thousand are held', async () => {
  const refusals = new HeldRefusals();
  const sent: string[] = [];
  const held = Array.from({ length: 1_000 }, () => refusals.hold().then(() => sent.push('held')));
  await refusals.hold();
  sent.push('at once');
  await Promise.all(held);
  expect([sent.length, sent[0]]).toEqual([1_001, 'at once']);
});
