/** The paths below /api/auth that are served; better-auth has many more, and a new release may bring others. */
export const OFFERED_PATHS: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/sign-up/email': 'POST',
  '/sign-in/email': 'POST',
  '/sign-out': 'POST',
  '/get-session': 'GET',
  '/list-sessions': 'GET',
  '/revoke-session': 'POST',
  '/revoke-other-sessions': 'POST',
  '/change-password': 'POST',
  '/organization/accept-invitation': 'POST',
};

export function isOffered(method: string, path: string): boolean {
  return Object.hasOwn(OFFERED_PATHS, path) && OFFERED_PATHS[path] === method;
}
