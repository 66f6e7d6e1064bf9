import type { Role } from '@patchbay/domain/organizations';
import type { SessionFacts } from './identity.ts';

/** Whether a session is good enough for an organization, and why not. */
export type SignInRuling =
  | 'admitted'
  /** An owner with a second factor, where the organization demands its provider: so that a broken provider locks no organization out. */
  | 'owner_exception'
  /** Made by another organization's provider. */
  | 'elsewhere'
  /** Made in another way than the organization demands. */
  | 'provider_required';

/** Whether the session is valid for the organization at all; membership is checked in addition. */
export function opensOrganization(
  { organizationIds }: Pick<SessionFacts, 'organizationIds'>,
  organizationId: string,
): boolean {
  return organizationIds === null || organizationIds.includes(organizationId);
}

/**
 * Pure.
 *
 * @param at `requiresProvider`: whether members sign in with the organization's own provider and in no other way
 */
export function ruleSignIn(
  session: Pick<SessionFacts, 'organizationIds' | 'secondFactor'>,
  at: { readonly organizationId: string; readonly role: Role; readonly requiresProvider: boolean },
): SignInRuling {
  if (!opensOrganization(session, at.organizationId)) return 'elsewhere';
  // A session that opens this organization alone was made by its provider.
  if (!at.requiresProvider || session.organizationIds !== null) return 'admitted';
  return at.role === 'owner' && session.secondFactor ? 'owner_exception' : 'provider_required';
}
