/** Facts about better-auth's settings for modules that must not load it. */
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';

export const SESSION_SECONDS = ACCOUNT_LIMITS.session.value;
export const INVITATION_SECONDS = ACCOUNT_LIMITS.invitation.value;

/** The header in which the mount hands over the address that the edge decided on. Callers cannot set it. */
export const ADDRESS_HEADER = 'x-patchbay-address';
