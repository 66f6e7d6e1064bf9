import { systemClock } from '@patchbay/foundation';
import { type InstallationLimits, parseLimitSettings } from '@patchbay/foundation/limits';
import { RAISED_LIMITS } from '@patchbay/testing';
import { AddressBudget, type AddressBudgetOptions } from '../src/limits/address-budget.ts';

/** The limits of an installation with this setting. */
export function givenLimits(setting: string): InstallationLimits {
  const limits = parseLimitSettings(setting);
  if ('problem' in limits) throw new Error(limits.problem);
  return limits;
}

/** Room for every test that is about something else. */
export const RAISED = givenLimits(RAISED_LIMITS);

/** The budget of a gateway that recognises no credential and knows every organization. */
export function givenAddressBudget(change: Partial<AddressBudgetOptions> = {}): AddressBudget {
  return new AddressBudget({
    clock: systemClock,
    limits: RAISED.address,
    credentialOf: ({ authorization, cookie }) => authorization ?? cookie,
    recognizes: () => false,
    knowsOrganization: () => true,
    ...change,
  });
}
