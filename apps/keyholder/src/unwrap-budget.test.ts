import { describe, expect, it } from 'vitest';
import { UnwrapBudget } from './unwrap-budget.ts';

describe('the budget of unwrapped data keys', () => {
  it('refuses more than it holds, and gives ten a second back, never more than it held', () => {
    let now = 0;
    const budget = new UnwrapBudget(3, () => now);
    const take = (times: number) => Array.from({ length: times }, () => budget.take());
    expect(take(4)).toEqual([true, true, true, false]);
    now = 100;
    expect(take(2)).toEqual([true, false]);
    now = 1_000_000;
    expect(take(4)).toEqual([true, true, true, false]);
  });
});
