/** What others have to know of better-auth's settings without loading it. */

export const SESSION_SECONDS = 14 * 24 * 60 * 60;
export const INVITATION_SECONDS = 7 * 24 * 60 * 60;

/** The header in which the mount hands over the address that the edge decided on. Callers cannot set it. */
export const ADDRESS_HEADER = 'x-patchbay-address';
