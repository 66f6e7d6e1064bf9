import { AppError, type Secret } from '@patchbay/foundation';
import type { SealBinding, Vault } from '@patchbay/vault';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import type { IdentityProvider as Row } from '../generated/client.ts';
import { dataKeyStore } from '../secrets/index.ts';

/** The OpenID Connect provider of an organization. There is at most one. */
export interface IdentityProvider {
  /** Absolute https URL, exactly as the provider's own metadata and tokens have it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Whether there is a client secret; without one the client is public. */
  readonly hasSecret: boolean;
  /** A draft lets no member in. */
  readonly state: 'draft' | 'active';
  /** When a test sign-in came back whole with these settings. */
  readonly testedAt: Date | null;
  /** Whether members sign in with this provider and in no other way. */
  readonly required: boolean;
  /** Whether its identity assertions connect members to clients without a consent page. */
  readonly idJag: boolean;
  readonly updatedAt: Date;
}

export interface IdentityProviderInput {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined keeps the secret before, null makes the client public. */
  readonly clientSecret?: Secret | null | undefined;
}

interface Change {
  readonly actor: Actor;
  readonly requestId?: string | undefined;
}

export async function findIdentityProvider(tx: Tx): Promise<IdentityProvider | null> {
  const row = await tx.prisma.identityProvider.findUnique({ where: tx.scope });
  return row && toProvider(row);
}

/** @throws AppError `sso.not_configured` */
export async function getIdentityProvider(tx: Tx): Promise<IdentityProvider> {
  const found = await findIdentityProvider(tx);
  if (found === null) throw new AppError('sso.not_configured');
  return found;
}

/**
 * Stores the settings. Another issuer or client is a draft again, until it was tested; a new secret alone keeps the state.
 *
 * @throws AppError `sso.required` when another issuer or client is set while members have to sign in with the present one
 */
export async function saveIdentityProvider(
  tx: Tx,
  vault: Vault,
  { actor, requestId }: Change,
  input: IdentityProviderInput,
): Promise<IdentityProvider> {
  await lock(tx);
  const before = await findIdentityProvider(tx);
  const { issuer, clientId, clientSecret } = input;
  const isSame = before !== null && before.issuer === issuer && before.clientId === clientId;
  if (before?.required && !isSame) throw new AppError('sso.required');
  const sealed =
    clientSecret == null ? clientSecret : Buffer.from(await vault.seal(bindingOf(tx), clientSecret, dataKeyStore(tx)));
  // A secret belongs to its client: it is never sent to another issuer.
  const secret = sealed === undefined && !isSame ? null : sealed;
  const settings = {
    issuer,
    clientId,
    ...(secret !== undefined && { sealedSecret: secret }),
    ...(!isSame && { state: 'draft', testedAt: null }),
    updatedAt: new Date(),
  };
  await tx.prisma.identityProvider.upsert({ where: tx.scope, create: { ...tx.scope, ...settings }, update: settings });
  await emitChange(tx, { kind: 'organization', id: tx.scope.organizationId });
  await record(tx, {
    actor,
    requestId,
    action: 'identity_provider.saved',
    target: target(tx),
    ...(before && { before: { issuer: before.issuer, clientId: before.clientId } }),
    after: { issuer, clientId, secretChanged: clientSecret !== undefined },
  });
  return getIdentityProvider(tx);
}

/** The client secret, for the provider's token endpoint; null for a public client. @throws AppError `secrets.unreadable` */
export async function openClientSecret(tx: Tx, vault: Vault): Promise<Secret | null> {
  const row = await tx.prisma.identityProvider.findUnique({ where: tx.scope, select: { sealedSecret: true } });
  if (row === null || row.sealedSecret === null) return null;
  try {
    return await vault.open(bindingOf(tx), row.sealedSecret, dataKeyStore(tx));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('secrets.unreadable', { cause, internal: `client secret of ${tx.scope.organizationId}` });
  }
}

/** A test sign-in came back whole, with the settings as they are now. */
export async function recordProviderTest(tx: Tx, { actor, requestId }: Change, issuer: string): Promise<void> {
  const { count } = await tx.prisma.identityProvider.updateMany({
    where: { ...tx.scope, issuer },
    data: { testedAt: new Date() },
  });
  if (count > 0)
    await record(tx, { actor, requestId, action: 'identity_provider.tested', target: target(tx), after: { issuer } });
}

/**
 * Puts the provider into service, or takes it out with every session that it made.
 *
 * @throws AppError `sso.not_configured`, `sso.not_tested`, `sso.required` when it is taken out while members need it
 */
export async function setProviderState(
  tx: Tx,
  { actor, requestId }: Change,
  state: IdentityProvider['state'],
): Promise<IdentityProvider> {
  await lock(tx);
  const before = await getIdentityProvider(tx);
  if (before.state === state) return before;
  if (state === 'active' && before.testedAt === null) throw new AppError('sso.not_tested');
  if (state === 'draft' && before.required) throw new AppError('sso.required');
  await tx.prisma.identityProvider.update({ where: tx.scope, data: { state, updatedAt: new Date() } });
  const action = state === 'active' ? 'identity_provider.activated' : 'identity_provider.deactivated';
  await record(tx, { actor, requestId, action, target: target(tx), after: { issuer: before.issuer } });
  return getIdentityProvider(tx);
}

/**
 * Demands that members sign in with the provider, or stops demanding it. In force at the next request of every session and
 * at the next refresh of every client.
 *
 * @throws AppError `sso.not_configured`, `sso.not_active`
 */
export async function setProviderRequired(
  tx: Tx,
  { actor, requestId }: Change,
  required: boolean,
): Promise<IdentityProvider> {
  await lock(tx);
  const before = await getIdentityProvider(tx);
  if (before.required === required) return before;
  if (required && before.state !== 'active') throw new AppError('sso.not_active');
  await tx.prisma.identityProvider.update({ where: tx.scope, data: { required, updatedAt: new Date() } });
  await emitChange(tx, { kind: 'organization', id: tx.scope.organizationId });
  const action = required ? 'identity_provider.required' : 'identity_provider.made_optional';
  await record(tx, { actor, requestId, action, target: target(tx), after: { issuer: before.issuer } });
  return getIdentityProvider(tx);
}

/**
 * Takes identity assertions of the provider, or takes them no more. Grants that they made stay until they are ended.
 *
 * @throws AppError `sso.not_configured`, `sso.not_active`
 */
export async function setProviderIdJag(
  tx: Tx,
  { actor, requestId }: Change,
  idJag: boolean,
): Promise<IdentityProvider> {
  await lock(tx);
  const before = await getIdentityProvider(tx);
  if (before.idJag === idJag) return before;
  if (idJag && before.state !== 'active') throw new AppError('sso.not_active');
  await tx.prisma.identityProvider.update({ where: tx.scope, data: { idJag, updatedAt: new Date() } });
  const action = idJag ? 'identity_provider.id_jag_enabled' : 'identity_provider.id_jag_disabled';
  await record(tx, { actor, requestId, action, target: target(tx), after: { issuer: before.issuer } });
  return getIdentityProvider(tx);
}

/** Ends every session that it made. @throws AppError `sso.not_configured`, `sso.required` */
export async function deleteIdentityProvider(tx: Tx, { actor, requestId }: Change): Promise<void> {
  await lock(tx);
  const { issuer, clientId, required } = await getIdentityProvider(tx);
  if (required) throw new AppError('sso.required');
  await tx.prisma.identityProvider.delete({ where: tx.scope });
  await record(tx, {
    actor,
    requestId,
    action: 'identity_provider.deleted',
    target: target(tx),
    before: { issuer, clientId },
  });
}

function toProvider(row: Row): IdentityProvider {
  const { issuer, clientId, sealedSecret, testedAt, required, idJag, updatedAt } = row;
  const state = row.state === 'active' ? 'active' : 'draft';
  return { issuer, clientId, hasSecret: sealedSecret !== null, state, testedAt, required, idJag, updatedAt };
}

const target = (tx: Tx) => ({ type: 'identity_provider', id: tx.scope.organizationId });

function bindingOf(tx: Tx): SealBinding {
  const { organizationId } = tx.scope;
  return {
    scope: { kind: 'organization', organizationId },
    record: organizationId,
    field: 'identity_providers.sealed_secret',
  };
}

async function lock(tx: Tx): Promise<void> {
  const key = `identity provider of ${tx.scope.organizationId}`;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [key]);
}
