import { describe, expect, it } from 'vitest';
import { planSigningKeys } from './plan-signing-keys.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-30T12:00:00Z');
const days = (count: number) => new Date(NOW.getTime() + count * DAY_MS);

describe('planSigningKeys', () => {
  it('the first signing key signs at once', () => {
    expect(planSigningKeys([], NOW)).toEqual({ sign: null, create: NOW, retire: [] });
  });

  it('a signing key that is published ahead does not sign yet', () => {
    const keys = [
      { kid: 'old', activeAt: days(-30) },
      { kid: 'new', activeAt: days(1) },
    ];
    expect(planSigningKeys(keys, NOW)).toEqual({ sign: 'old', create: null, retire: [] });
  });

  it('the next signing key is published a day before the present one has signed for its life', () => {
    expect(planSigningKeys([{ kid: 'old', activeAt: days(-28) }], NOW).create).toBeNull();
    expect(planSigningKeys([{ kid: 'old', activeAt: days(-29) }], NOW).create).toEqual(days(1));
  });

  it('after a long stop the old signing key signs until the new one has been published for a day', () => {
    const plan = planSigningKeys([{ kid: 'old', activeAt: days(-90) }], NOW);
    expect(plan).toEqual({ sign: 'old', create: days(1), retire: [] });
  });

  it('a signing key stays published until its last token has expired', () => {
    const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
    const plan = (replaced: Date) =>
      planSigningKeys(
        [
          { kid: 'old', activeAt: days(-30) },
          { kid: 'new', activeAt: replaced },
        ],
        NOW,
      );
    expect(plan(minutesAgo(69))).toMatchObject({ sign: 'new', retire: [] });
    expect(plan(minutesAgo(70))).toMatchObject({ sign: 'new', retire: ['old'] });
  });
});
