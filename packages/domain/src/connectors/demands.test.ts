import { describe, expect, it } from 'vitest';
import { hasDemands, NO_DEMANDS, unmetDemand } from './demands.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const SECOND_FACTOR = { ...NO_DEMANDS, secondFactor: true };
const FRESH = { ...NO_DEMANDS, signInMinutes: 30 };

describe('unmetDemand', () => {
  it('a sign-in by password alone does not meet the demand for a second factor', () => {
    expect(unmetDemand(SECOND_FACTOR, { signedInAt: NOW, secondFactor: false }, NOW)).toBe('second_factor');
    expect(unmetDemand(SECOND_FACTOR, { signedInAt: null, secondFactor: true }, NOW)).toBeNull();
  });

  it('a sign-in that is older than the demand allows, or of unknown age, does not meet it', () => {
    expect(unmetDemand(FRESH, { signedInAt: minutesAgo(31), secondFactor: true }, NOW)).toBe('fresh_sign_in');
    expect(unmetDemand(FRESH, { signedInAt: null, secondFactor: true }, NOW)).toBe('fresh_sign_in');
    expect(unmetDemand(FRESH, { signedInAt: minutesAgo(30), secondFactor: false }, NOW)).toBeNull();
  });

  it('of two unmet demands the age is named first, since a new sign-in proves the second factor on the way', () => {
    const both = { ...FRESH, secondFactor: true };
    expect(unmetDemand(both, { signedInAt: null, secondFactor: false }, NOW)).toBe('fresh_sign_in');
  });

  it('a connector without demands is met by every sign-in', () => {
    expect(hasDemands({ ...NO_DEMANDS, exemptKeys: ['key_1'] })).toBe(false);
    expect(unmetDemand(NO_DEMANDS, { signedInAt: null, secondFactor: false }, NOW)).toBeNull();
  });
});
