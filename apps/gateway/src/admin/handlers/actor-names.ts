import type { Tx } from '@patchbay/domain';
import { listApiKeys } from '@patchbay/domain/api-keys';
import type { Actor } from '@patchbay/domain/audit';
import { listMembers } from '@patchbay/domain/organizations';

export interface NamedActor {
  readonly kind: Actor['kind'];
  readonly id: string | null;
  readonly name: string | null;
}

/** Names for actors, one query per kind however many are asked for. People who left have no name any more. */
export async function actorNames(tx: Tx): Promise<(actor: unknown) => NamedActor> {
  const members = new Map((await listMembers(tx)).map((member) => [member.personId, member.name]));
  const keys = new Map((await listApiKeys(tx, { limit: 200 })).items.map((key) => [key.id, key.name]));
  // Actors come from rows that only our own code writes.
  return (actor) => nameActor(actor as Actor, members, keys);
}

function nameActor(actor: Actor, members: Map<string, string>, keys: Map<string, string>): NamedActor {
  switch (actor.kind) {
    case 'person':
      return { kind: 'person', id: actor.personId, name: members.get(actor.personId) ?? null };
    case 'api_key':
      return { kind: 'api_key', id: actor.apiKeyId, name: keys.get(actor.apiKeyId) ?? null };
    case 'service_account':
      return { kind: 'service_account', id: actor.serviceAccountId, name: null };
    case 'system':
      return { kind: 'system', id: null, name: actor.name };
  }
}
