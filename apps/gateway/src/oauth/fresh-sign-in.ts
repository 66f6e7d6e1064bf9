import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { interactionPolicy, type interactionPolicy as policies } from 'oidc-provider';
import { isAdminResource } from '../http/admin-resource.ts';
import type { Identity, SessionFacts } from '../identity/identity.ts';

const { Check } = interactionPolicy;

/** The reason of a sign-in that is asked for because the last one is too long ago. */
export const FRESH_SIGN_IN = 'fresh_sign_in';

const FRESH_MS = OAUTH_LIMITS.freshSignIn.value * 1_000;

/** Whether the person proved who they are a moment ago. Pure. */
export function isFresh({ authenticatedAt }: Pick<SessionFacts, 'authenticatedAt'>, now: number): boolean {
  return now - authenticatedAt.getTime() <= FRESH_MS;
}

/** The policy, with a fresh sign-in before anything is granted for the admin API. */
export function withFreshSignIn(
  policy: policies.DefaultPolicy,
  { origin, identity }: { readonly origin: string; readonly identity: Pick<Identity, 'findSession'> },
): policies.DefaultPolicy {
  policy.get('login')?.checks.add(
    new Check(FRESH_SIGN_IN, 'a fresh sign-in is needed', 'login_required', async (context) => {
      const { params, result } = context.oidc;
      if (!isAdminResource(params?.resource, origin) || result?.consent !== undefined) return Check.NO_NEED_TO_PROMPT;
      const signedIn = await identity.findSession(context.req.headers);
      return signedIn !== null && isFresh(signedIn.session, Date.now())
        ? Check.NO_NEED_TO_PROMPT
        : Check.REQUEST_PROMPT;
    }),
  );
  return policy;
}
