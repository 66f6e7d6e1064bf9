import type { Tx } from '@patchbay/domain';
import { findIdentityProvider } from '@patchbay/domain/identity-providers';
import type { Role } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import type { SessionFacts } from '../identity/identity.ts';
import { ruleSignIn, type SignInRuling } from '../identity/sign-in-rule.ts';
import type { GrantRowFacts } from './row-adapter.ts';

/** Whether a member's session is good enough to give a client access to the organization. */
export async function ruleGrantSignIn(
  tx: Tx,
  session: Pick<SessionFacts, 'organizationIds' | 'secondFactor'>,
  role: Role,
): Promise<SignInRuling> {
  const requiresProvider = (await findIdentityProvider(tx))?.required === true;
  return ruleSignIn(session, { organizationId: tx.scope.organizationId, role, requiresProvider });
}

/**
 * The sign-in that a new grant keeps, since no session is there when it is refreshed.
 *
 * @throws AppError `auth.session_elsewhere`, `auth.provider_required`
 */
export function grantSignIn(
  session: Pick<SessionFacts, 'organizationIds'>,
  ruling: SignInRuling,
): GrantRowFacts['signIn'] {
  switch (ruling) {
    case 'elsewhere':
      throw new AppError('auth.session_elsewhere');
    case 'provider_required':
      throw new AppError('auth.provider_required');
    case 'owner_exception':
      return 'owner_exception';
    case 'admitted':
      return session.organizationIds === null ? null : 'identity_provider';
  }
}
