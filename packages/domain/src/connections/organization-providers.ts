import { AppError, newId, type Secret } from '@patchbay/foundation';
import { checkOwnProvider, type OwnProvider, PROVIDERS } from '@patchbay/providers';
import type { SealBinding, Vault } from '@patchbay/vault';
import { type Actor, record } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';
import { dataKeyStore } from '../secrets/index.ts';
import { endWhere } from './end-connection.ts';
import { findProvider, type ProviderFacts } from './provider-facts.ts';

export interface ProviderChange {
  readonly actor: Actor;
  readonly requestId?: string | undefined;
}

export interface ProviderInput {
  /** Id of the catalogue, or `own-…` with a definition of that id. */
  readonly provider: string;
  readonly definition?: OwnProvider | undefined;
  /** The application that the owner registered there; null where people paste keys only. */
  readonly clientId: string | null;
  /** Undefined keeps the secret before, as long as the client stays the same. */
  readonly clientSecret?: Secret | null | undefined;
  readonly scopes: readonly string[];
  readonly allows: readonly ('person' | 'organization')[];
}

/**
 * Registers the organization at a provider, or changes the registration. Another definition or another client ends the
 * connections made before: their credentials belong to what the owner has replaced.
 *
 * @throws AppError `connections.provider_unknown`, `connections.provider_refused`
 */
export async function saveProvider(
  tx: Tx,
  vault: Vault,
  { actor, requestId }: ProviderChange,
  input: ProviderInput,
): Promise<ProviderFacts> {
  const { provider, definition, clientId, clientSecret } = input;
  checkProvider(input);
  const key = { organizationId_provider: { ...tx.scope, provider } };
  const before = await tx.prisma.organizationProvider.findUnique({ where: key });
  const id = before?.id ?? newId('provider');
  const sealed =
    clientSecret == null
      ? clientSecret
      : Buffer.from(await vault.seal(bindingOf(tx, id), clientSecret, dataKeyStore(tx)));
  const isSameClient = before !== null && before.clientId === clientId;
  const isSame = isSameClient && JSON.stringify(before.definition) === JSON.stringify(definition ?? null);
  // A secret belongs to its client, and to where its definition sends it.
  const secret = sealed === undefined && !isSame ? null : sealed;
  const settings = {
    clientId,
    ...(secret !== undefined && { clientSecret: secret }),
    ...(definition !== undefined && { definition }),
    scopes: [...input.scopes],
    allows: [...input.allows],
    updatedAt: new Date(),
  };
  await tx.prisma.organizationProvider.upsert({
    where: key,
    create: { ...tx.scope, id, provider, createdBy: { ...actor }, ...settings },
    update: settings,
  });
  if (before !== null && !isSame) await endWhere(tx, { provider }, 'provider_changed');
  await record(tx, {
    actor,
    requestId,
    action: 'provider.saved',
    target: { type: 'provider', id },
    ...(before && { before: { provider, clientId: before.clientId, scopes: before.scopes, allows: before.allows } }),
    after: {
      provider,
      clientId,
      secretChanged: clientSecret !== undefined,
      scopes: input.scopes,
      allows: input.allows,
    },
  });
  const saved = await findProvider(tx, provider);
  if (saved === null) throw new AppError('connections.provider_unknown');
  return saved;
}

/** Ends every connection at the provider. @throws AppError `connections.provider_unknown` */
export async function deleteProvider(tx: Tx, { actor, requestId }: ProviderChange, provider: string): Promise<void> {
  const row = await tx.prisma.organizationProvider.findUnique({
    where: { organizationId_provider: { ...tx.scope, provider } },
  });
  if (row === null) throw new AppError('connections.provider_unknown');
  const ended = await endWhere(tx, { provider }, 'provider_deleted');
  await tx.prisma.organizationProvider.delete({ where: { organizationId_id: { ...tx.scope, id: row.id } } });
  await record(tx, {
    actor,
    requestId,
    action: 'provider.deleted',
    target: { type: 'provider', id: row.id },
    before: { provider, clientId: row.clientId },
    after: { endedConnections: ended },
  });
}

/** The client secret, for the provider's token endpoint; null without one. @throws AppError `connections.unreadable` */
export async function openProviderSecret(tx: Tx, vault: Vault, provider: string): Promise<Secret | null> {
  const row = await tx.prisma.organizationProvider.findUnique({
    where: { organizationId_provider: { ...tx.scope, provider } },
    select: { id: true, clientSecret: true },
  });
  if (row === null || row.clientSecret === null) return null;
  try {
    return await vault.open(bindingOf(tx, row.id), row.clientSecret, dataKeyStore(tx));
  } catch (cause) {
    throw new AppError('connections.unreadable', { cause, internal: `client secret of ${row.id}` });
  }
}

function checkProvider({ provider, definition, scopes }: ProviderInput): void {
  const known = PROVIDERS.find(({ id }) => id === provider);
  if (definition === undefined) {
    if (known === undefined) throw new AppError('connections.provider_unknown');
    return;
  }
  const problems = definition.id === provider ? [...checkOwnProvider(definition, PROVIDERS)] : ['The ids differ.'];
  const offered = 'scopes' in definition ? definition.scopes.map(({ name }) => name) : [];
  if (offered.length > 0 && scopes.some((scope) => !offered.includes(scope)))
    problems.push('A permitted scope is not among the scopes of the provider.');
  if (problems.length > 0) throw new AppError('connections.provider_refused', { detail: problems.join(' ') });
}

function bindingOf(tx: Tx, id: string): SealBinding {
  const { organizationId } = tx.scope;
  return {
    scope: { kind: 'organization', organizationId },
    record: id,
    field: 'organization_providers.client_secret',
  };
}
