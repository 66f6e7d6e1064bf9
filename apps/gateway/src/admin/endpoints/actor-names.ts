import type { Tx } from '@patchbay/domain';
import { apiKeyNames } from '@patchbay/domain/api-keys';
import type { Actor } from '@patchbay/domain/audit';
import { listMembers } from '@patchbay/domain/organizations';
import { serviceAccountNames } from '@patchbay/domain/service-accounts';

export interface NamedActor {
  readonly kind: Actor['kind'];
  readonly id: string | null;
  readonly name: string | null;
  /** The program that acted for a person. */
  readonly client: { readonly id: string; readonly name: string } | null;
}

/**
 * Names for actors, one query per kind however many are asked for. People who left have no name any more.
 *
 * @param actors those that will be asked for, as their rows hold them
 */
export async function actorNames(tx: Tx, actors: readonly unknown[]): Promise<(actor: unknown) => NamedActor> {
  const members = new Map((await listMembers(tx)).map((member) => [member.personId, member.name]));
  const keyIds = actors.map(asActor).flatMap((actor) => (actor.kind === 'api_key' ? [actor.apiKeyId] : []));
  const keys = await apiKeyNames(tx, keyIds);
  const accounts = await serviceAccountNames(tx);
  return (actor) => nameActor(asActor(actor), { members, keys, accounts });
}

/** Actors come from rows that only our own code writes. */
function asActor(actor: unknown): Actor {
  return actor as Actor; // see above
}

type Names = Readonly<Record<'members' | 'keys' | 'accounts', ReadonlyMap<string, string>>>;

function nameActor(actor: Actor, { members, keys, accounts }: Names): NamedActor {
  switch (actor.kind) {
    case 'person':
      return {
        kind: 'person',
        id: actor.personId,
        name: members.get(actor.personId) ?? null,
        client: actor.client ?? null,
      };
    case 'api_key':
      return { kind: 'api_key', id: actor.apiKeyId, name: keys.get(actor.apiKeyId) ?? null, client: null };
    case 'service_account': {
      const id = actor.serviceAccountId;
      return { kind: 'service_account', id, name: accounts.get(id) ?? null, client: null };
    }
    case 'system':
      return { kind: 'system', id: null, name: actor.name, client: null };
  }
}
