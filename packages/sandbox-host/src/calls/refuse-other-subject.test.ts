import type { InvocationHeader } from '@patchbay/sandbox-protocol/wire';
import { expect, it } from 'vitest';
import { refuseOtherSubject } from './refuse-other-subject.ts';

const ANNA = { id: 'psn_anna', email: null, name: null };

/** As far as the decision reads it. */
const callOf = (subject: string, user: InvocationHeader['context']['user']) =>
  ({ key: { subject }, context: { user } }) as InvocationHeader;
const refused = expect.objectContaining({ code: 'sandbox.subject_mismatch' });

it.each([
  ['another person', 'person psn_ben', ANNA],
  ['a caller without a person', 'person psn_anna', null],
  ['a person in a service account’s sandbox', 'service_account psn_anna', ANNA],
  ['a person in the sandbox of anonymous callers', 'anonymous ', ANNA],
  ['another person, in a sandbox of one call', 'person psn_ben ivk_1', ANNA],
])('refuses %s', (_who, subject, user) => {
  expect(() => refuseOtherSubject(callOf(subject, user))).toThrow(refused);
});

it.each([
  ['person psn_anna', ANNA],
  ['person psn_anna ivk_1', ANNA],
  ['service_account sva_1', null],
  ['anonymous ', null],
  ['', ANNA],
  ['', null],
  ['probe', null],
])('lets a call into the sandbox of the subject %j that is its own', (subject, user) => {
  expect(() => refuseOtherSubject(callOf(subject, user))).not.toThrow();
});
