import { AppError } from '@patchbay/foundation';
import type { InvocationHeader } from '@patchbay/sandbox-protocol/wire';

/** Kinds of subjects, as isolation keys name them, and whether a call in their name has a person. */
const HAS_PERSON: Readonly<Record<string, boolean>> = { person: true, service_account: false, anonymous: false };

/**
 * Refuses a call whose person is not the subject of its sandbox. Key and context are written by a process of ours, each from
 * the principal: where they disagree one of them is wrong, and the sandbox of one caller serves no other.
 *
 * @throws AppError sandbox.subject_mismatch
 */
export function refuseOtherSubject({ key, context }: Pick<InvocationHeader, 'key' | 'context'>): void {
  const [kind = '', id] = key.subject.split(' ');
  const hasPerson = HAS_PERSON[kind];
  if (hasPerson === undefined) return; // no subject, or one of the platform's own
  if (hasPerson ? context.user?.id === id : context.user === null) return;
  throw new AppError('sandbox.subject_mismatch', { internal: `a call of ${context.user?.id ?? 'no person'}` });
}
