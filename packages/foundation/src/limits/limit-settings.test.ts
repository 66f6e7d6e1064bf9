import { expect, it } from 'vitest';
import { parseLimitSettings } from './limit-settings.ts';
import { STANDARD_ADDRESS_LIMITS, STANDARD_PLAN } from './plans.ts';

it.each([
  ['personCalls=600', /personCalls is no limit/],
  ['wrongCredentialCost=1', /wrongCredentialCost is no limit/],
  ['personBurst=0', /personBurst takes a whole number from 1/],
  ['personBurst=-5', /personBurst takes a whole number/],
  ['personBurst=1e3', /personBurst takes a whole number/],
  ['personBurst=99999999', /to 10000000/],
  ['personBurst=1=2', /personBurst takes a whole number/],
  ['personBurst', /personBurst takes a whole number/],
  ['__proto__=3', /__proto__ is no limit/],
])('the setting of limits %s is refused with the name and the remedy', (text, problem) => {
  expect(parseLimitSettings(text)).toEqual({ problem: expect.stringMatching(problem) });
});

it('no setting of limits means the plan standard', () => {
  expect(parseLimitSettings('')).toEqual({ plan: STANDARD_PLAN, address: STANDARD_ADDRESS_LIMITS });
});

it('a setting of limits replaces the limits that it names and leaves the others', () => {
  expect(parseLimitSettings(' personBurst=90, addressRequestsPerSecond=100,')).toEqual({
    plan: { ...STANDARD_PLAN, personBurst: 90 },
    address: { ...STANDARD_ADDRESS_LIMITS, addressRequestsPerSecond: 100 },
  });
});
