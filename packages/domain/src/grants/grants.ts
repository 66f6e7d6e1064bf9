import { AppError, type Page, type PageRequest } from '@patchbay/foundation';
import { type Actor, record } from '../audit/index.ts';
import type { SignInProof } from '../connectors/index.ts';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import type { Grant as GrantRow } from '../generated/client.ts';
import { findIdentityProvider } from '../identity-providers/index.ts';

/** A person's permission for an OAuth client at one resource. It opens nothing: the tokens are the provider's. */
export interface Grant {
  readonly id: string;
  readonly personId: string;
  readonly clientId: string;
  /** The client's own word, or the host of its metadata document. */
  readonly clientName: string;
  /** Canonical path of the URL: `/acme/weather/mcp`. */
  readonly resourcePath: string;
  /** Null at the URL of the whole organization. */
  readonly connectorId: string | null;
  /** Only at the preview URL of a version. */
  readonly versionId: string | null;
  /** At the URL of the whole organization: the connectors that existed when it was given. */
  readonly connectorIds: readonly string[];
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** Moves on with every refresh, up to the longest life of a grant. */
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  /** How the person had signed in when they gave it; null where that is not known. */
  readonly signedInAt: Date | null;
  readonly secondFactor: boolean;
  readonly endedAt: Date | null;
  readonly endedBecause: GrantEnd | null;
  /** How the person had signed in when they gave it; null for a password. */
  readonly signIn: 'identity_provider' | 'owner_exception' | null;
}

/** Why a grant ended. */
export const GRANT_ENDS = [
  /** By an owner or admin, or by the person. */
  'ended',
  /** By the client, by the reuse of a refresh token, or because a token or code of it was sent in a URL. */
  'revoked',
  'expired',
  /** Another grant of the same person to the same client at the same resource. */
  'replaced',
  'member_removed',
  /** The organization's own OAuth client that it was given to. */
  'client_disabled',
  /** The person's address was proved for the first time: what was there before is not known to be theirs. */
  'address_proved',
] as const;
export type GrantEnd = (typeof GRANT_ENDS)[number];

/** Which grants of an organization: those to which everything that is given applies. */
export interface GrantSelection {
  readonly personId?: string | undefined;
  readonly clientId?: string | undefined;
  /** At this connector's own URLs; grants for the URL of the whole organization are of no connector. */
  readonly connectorId?: string | undefined;
}

export interface GrantFilter extends GrantSelection {
  /** `open`: neither ended nor expired; `ended`: one of the two. */
  readonly state?: 'open' | 'ended' | undefined;
  readonly now?: Date;
}

/** Newest first. */
export async function listGrants(tx: Tx, page: PageRequest, filter: GrantFilter = {}): Promise<Page<Grant>> {
  const { state, now = new Date() } = filter;
  const open = { endedAt: null, expiresAt: { gt: now } };
  const rows = await tx.prisma.grant.findMany({
    where: {
      ...tx.scope,
      ...selected(filter),
      AND: [olderThan(page.cursor), ...(state === undefined ? [] : [state === 'open' ? open : { NOT: open }])],
    },
    orderBy: NEWEST_FIRST,
    take: page.limit + 1,
  });
  return toPage(rows, page.limit, toGrant, (row) => ({ at: row.createdAt, id: row.id }));
}

/** @throws AppError `grants.not_found` */
export async function getGrant(tx: Tx, id: string): Promise<Grant> {
  const row = await tx.prisma.grant.findUnique({ where: { organizationId_id: { ...tx.scope, id } } });
  if (row === null) throw new AppError('grants.not_found');
  return toGrant(row);
}

/** The one open grant of a person to a client at a resource, or null. */
export async function findOpenGrant(
  tx: Tx,
  of: { readonly personId: string; readonly clientId: string; readonly resourcePath: string },
): Promise<Grant | null> {
  const row = await tx.prisma.grant.findFirst({
    where: { ...tx.scope, ...of, endedAt: null },
    orderBy: NEWEST_FIRST,
  });
  return row === null ? null : toGrant(row);
}

/**
 * Ends the grant with its codes and refresh tokens, in force at every gateway within a second. Ending twice has no
 * effect.
 *
 * @param of `personId` limits it to grants of that person: those of others are not found
 * @throws AppError `grants.not_found`
 */
export async function endGrant(
  tx: Tx,
  actor: Actor,
  of: {
    readonly id: string;
    readonly personId?: string | undefined;
    readonly because?: GrantEnd;
    readonly requestId?: string | undefined;
  },
): Promise<Grant> {
  const { id, personId, because = 'ended', requestId } = of;
  const before = await getGrant(tx, id);
  if (personId !== undefined && before.personId !== personId) throw new AppError('grants.not_found');
  const { count } = await tx.prisma.grant.updateMany({
    where: { ...tx.scope, id, endedAt: null },
    data: { endedAt: new Date(), endedBecause: because },
  });
  if (count > 0) {
    const { clientId, clientName, resourcePath } = before;
    await record(tx, {
      actor,
      action: 'grant.ended',
      target: { type: 'grant', id },
      before: { personId: before.personId, clientId, clientName, resourcePath },
      requestId,
    });
  }
  return getGrant(tx, id);
}

/**
 * Ends every open grant of the selection, as `endGrant` does. One audit event names the selection and the number; each
 * grant shows its own end.
 *
 * @returns how many ended
 */
export async function endGrants(
  tx: Tx,
  actor: Actor,
  selection: GrantSelection & { readonly requestId?: string | undefined },
): Promise<number> {
  const where = selected(selection);
  if (Object.keys(where).length === 0) throw new Error('a selection that names nothing would end every grant');
  const now = new Date();
  const { count } = await tx.prisma.grant.updateMany({
    where: { ...tx.scope, ...where, endedAt: null, expiresAt: { gt: now } },
    data: { endedAt: now, endedBecause: 'ended' satisfies GrantEnd },
  });
  if (count > 0) {
    const target = { type: 'organization', id: tx.scope.organizationId };
    const before = { ...where, count };
    await record(tx, { actor, action: 'grant.all_ended', target, before, requestId: selection.requestId });
  }
  return count;
}

function selected({ personId, clientId, connectorId }: GrantSelection): GrantSelection {
  return {
    ...(personId !== undefined && { personId }),
    ...(clientId !== undefined && { clientId }),
    ...(connectorId !== undefined && { connectorId }),
  };
}

/** Whether the sign-in that a grant was given with is one that its organization accepts now. */
export async function isSignInAdmitted(tx: Tx, { signIn }: Pick<Grant, 'signIn'>): Promise<boolean> {
  return signIn !== null || (await findIdentityProvider(tx))?.required !== true;
}

/** Notes how the person had signed in who gives the grant. */
export async function noteSignIn(tx: Tx, id: string, { signedInAt, secondFactor }: SignInProof): Promise<void> {
  await tx.prisma.grant.updateMany({ where: { ...tx.scope, id }, data: { signedInAt, secondFactor } });
}

export function toGrant(row: GrantRow): Grant {
  const { organizationId: _, providerHash: __, ...shown } = row;
  // Written by the functions and triggers that know these reasons alone.
  return { ...shown, endedBecause: row.endedBecause as GrantEnd | null, signIn: row.signIn as Grant['signIn'] };
}
