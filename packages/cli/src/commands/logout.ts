import { createApiClient } from '@patchbay/api-client';
import { DASHBOARD_PAGES } from '@patchbay/foundation';
import type { Login } from '../login-store.ts';
import type { ProgramContext } from '../program-context.ts';
import { revoke } from '../sign-in/oauth-client.ts';
import { USER_AGENT } from '../user-agent.ts';

/** Ends the sign-in and forgets it. A key stays valid until a person revokes it. */
export async function logout(context: ProgramContext): Promise<void> {
  const known = await context.logins.find();
  await context.logins.remove();
  const isEnded = known?.signIn === undefined ? null : await endSignIn(known);
  context.output.result({ origin: known?.origin ?? null, ended: isEnded }, textFor(known, isEnded));
}

/** Whether the installation knows of the end: it may be away, and the machine forgets the sign-in either way. */
async function endSignIn({ origin, signIn }: Login): Promise<boolean> {
  if (signIn === undefined) return false;
  try {
    if (signIn.refreshToken !== null) await revoke(origin, signIn.refreshToken);
    else {
      const client = createApiClient({ origin, apiKey: signIn.accessToken, userAgent: USER_AGENT });
      await client.DELETE('/api/v1/me/grants/{grant}', { params: { path: { grant: grantOf(signIn.accessToken) } } });
    }
    return true;
  } catch {
    return false;
  }
}

/** The grant that a token names. It is this program's own, so nothing is verified. */
function grantOf(accessToken: string): string {
  const claims: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  return typeof claims === 'object' && claims !== null && 'grant_id' in claims ? String(claims.grant_id) : '';
}

function textFor(known: Login | null, isEnded: boolean | null): string {
  if (known === null) return 'There was no login.';
  const { origin } = known;
  if (isEnded === null) {
    return `Signed out of ${origin}. The key itself stays valid until it is revoked at ${origin}${DASHBOARD_PAGES.apiKeys}.`;
  }
  return isEnded
    ? `Signed out of ${origin}.`
    : `Signed out of ${origin} on this machine. The installation did not confirm it: look at ${origin}${DASHBOARD_PAGES.account}.`;
}
