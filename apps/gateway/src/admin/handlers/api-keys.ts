import type { Tx } from '@patchbay/domain';
import { type ApiKey, createApiKey, listApiKeys, revokeApiKey } from '@patchbay/domain/api-keys';
import { findConnector } from '@patchbay/domain/connectors';
import { AppError } from '@patchbay/foundation';
import { requirePerson } from '../caller.ts';
import * as endpoints from '../endpoints/api-keys.ts';
import { handleInTransaction } from '../handler.ts';
import { actorNames, type NamedActor } from './actor-names.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

function present(key: ApiKey, nameActor: (actor: unknown) => NamedActor) {
  return {
    id: key.id,
    kind: key.kind,
    name: key.name,
    hint: key.hint,
    connectorIds: [...key.connectorIds],
    scopes: [...key.scopes],
    permissions: [...key.permissions],
    allowedAddresses: [...key.allowedAddresses],
    owner: nameActor(
      key.personId === null
        ? { kind: 'service_account', serviceAccountId: key.serviceAccountId }
        : { kind: 'person', personId: key.personId },
    ),
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: key.lastUsedAddress,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  };
}

export const list = handleInTransaction(endpoints.listApiKeys, async (tx, { query }) => {
  const page = await listApiKeys(tx, query);
  const nameActor = await actorNames(tx);
  return { items: page.items.map((key) => present(key, nameActor)), nextCursor: page.nextCursor };
});

export const create = handleInTransaction(endpoints.createApiKey, async (tx, call, deps) => {
  // A key that could make keys would outlive its own revocation.
  const { actor } = requirePerson(call.caller);
  const { connectors, expiresInDays, ...rest } = call.body;
  const { apiKey, secret } = await createApiKey(
    tx,
    actor,
    {
      ...rest,
      connectorIds: await connectorIdsOf(tx, connectors),
      expiresAt: new Date(deps.clock.now().getTime() + expiresInDays * DAY_MS),
    },
    { permissions: call.access.permissions },
  );
  return { ...present(apiKey, await actorNames(tx)), secret: secret.reveal() };
});

export const revoke = handleInTransaction(endpoints.revokeApiKey, async (tx, call) => {
  await revokeApiKey(tx, call.caller.actor, call.params.apiKey);
  return undefined;
});

/** Slugs and ids as ids; `*` stays what it is. @throws AppError `connectors.not_found` */
async function connectorIdsOf(tx: Tx, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const connector = name === '*' ? null : await findConnector(tx, name);
    if (name !== '*' && !connector) {
      throw new AppError('connectors.not_found', { detail: `There is no connector ${name}.` });
    }
    ids.push(connector?.id ?? '*');
  }
  return ids;
}
