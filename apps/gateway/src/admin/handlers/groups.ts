import type { Tx } from '@patchbay/domain';
import * as groups from '@patchbay/domain/groups';
import { listMembers } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import * as endpoints from '../endpoints/groups.ts';
import { handleInTransaction } from '../handler.ts';

/** Groups as the API shows them: with the members behind the people. */
async function presenter(tx: Tx) {
  const byPerson = new Map((await listMembers(tx)).map((member) => [member.personId, member]));
  return ({ id, name, createdAt, personIds }: groups.Group) => ({
    id,
    name,
    createdAt: createdAt.toISOString(),
    members: personIds.flatMap((personId) => {
      const member = byPerson.get(personId);
      if (!member) return [];
      return [{ id: member.id, person: { id: personId, name: member.name, email: member.email } }];
    }),
  });
}

async function present(tx: Tx, group: groups.Group) {
  return (await presenter(tx))(group);
}

/** The person behind a membership of the organization. @throws AppError `admin.not_found` */
async function personOf(tx: Tx, memberId: string): Promise<string> {
  const member = (await listMembers(tx)).find(({ id }) => id === memberId);
  if (!member) throw new AppError('admin.not_found');
  return member.personId;
}

export const list = handleInTransaction(endpoints.listGroups, async (tx) => {
  const show = await presenter(tx);
  return { items: (await groups.listGroups(tx)).map(show), nextCursor: null };
});

export const create = handleInTransaction(endpoints.createGroup, async (tx, { body, caller, requestId }) =>
  present(tx, await groups.createGroup(tx, caller.actor, { name: body.name, requestId })),
);

export const update = handleInTransaction(endpoints.updateGroup, async (tx, { params, body, caller, requestId }) =>
  present(tx, await groups.renameGroup(tx, caller.actor, { id: params.group, name: body.name, requestId })),
);

export const remove = handleInTransaction(endpoints.deleteGroup, async (tx, { params, caller, requestId }) => {
  await groups.deleteGroup(tx, caller.actor, { id: params.group, requestId });
  return undefined;
});

export const addMember = handleInTransaction(endpoints.addGroupMember, async (tx, { params, caller, requestId }) => {
  const personId = await personOf(tx, params.member);
  return present(tx, await groups.addGroupMember(tx, caller.actor, { id: params.group, personId, requestId }));
});

export const removeMember = handleInTransaction(
  endpoints.removeGroupMember,
  async (tx, { params, caller, requestId }) => {
    const personId = await personOf(tx, params.member);
    return present(tx, await groups.removeGroupMember(tx, caller.actor, { id: params.group, personId, requestId }));
  },
);
