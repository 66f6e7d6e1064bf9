import type { Tx } from '@patchbay/domain';
import { type ApiKey, createApiKey, getApiKey, listApiKeys, revokeApiKey } from '@patchbay/domain/api-keys';
import { findConnector } from '@patchbay/domain/connectors';
import { AppError } from '@patchbay/foundation';
import { type Access, type Caller, requirePerson } from '../caller.ts';
import * as endpoints from '../endpoints/api-keys.ts';
import { handleInTransaction } from '../handler.ts';
import { actorNames, type NamedActor } from './actor-names.ts';
import { allowedUnless, lacks } from './allowed.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const OF_ANOTHER = 'It belongs to somebody else: they can revoke it, or an owner or admin of the organization.';

type KeyReader = { readonly access: Access; readonly caller: Caller };

/** Whoever looks after the members revokes any key; everybody else their own. */
function isAnothers(key: ApiKey, { access, caller }: KeyReader): boolean {
  return !access.permissions.has('members:write') && key.personId !== (caller.person?.id ?? null);
}

function present(key: ApiKey, reader: KeyReader, nameActor: (actor: unknown) => NamedActor) {
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
    actions: {
      revoke: allowedUnless(
        key.revokedAt !== null && 'It is revoked already.',
        reader.caller.kind !== 'person' && 'Only a signed-in person may do this.',
        lacks(reader.access, 'api-keys:write'),
        isAnothers(key, reader) && OF_ANOTHER,
      ),
    },
  };
}

export const list = handleInTransaction(endpoints.listApiKeys, async (tx, call, { clock }) => {
  const page = await listApiKeys(tx, call.query, { state: call.query.state, now: clock.now() });
  // Keys belong to people and service accounts, never to keys.
  const nameActor = await actorNames(tx, []);
  return { items: page.items.map((key) => present(key, call, nameActor)), nextCursor: page.nextCursor };
});

export const create = handleInTransaction(endpoints.createApiKey, async (tx, call, deps) => {
  // A key that could make keys would outlive its own revocation.
  const { actor } = requirePerson(call.caller, 'newApiKey');
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
  return { ...present(apiKey, call, await actorNames(tx, [])), secret: secret.reveal() };
});

export const revoke = handleInTransaction(endpoints.revokeApiKey, async (tx, call) => {
  const key = await getApiKey(tx, call.params.apiKey);
  if (isAnothers(key, call)) throw new AppError('admin.permission_missing', { detail: OF_ANOTHER });
  await revokeApiKey(tx, call.caller.actor, key.id);
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
