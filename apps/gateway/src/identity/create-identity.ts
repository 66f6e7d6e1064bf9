/**
 * The one writer of people and organizations. Each audited change runs inside a transaction of the organization that
 * holds an advisory lock, so that two gateways cannot take away the last two owners at once. better-auth writes on its
 * own connection and role; a trigger stores the change in that same transaction, and ours deletes the stored change and
 * writes the audit row. When this process dies between the two commits, it is left and the worker records it.
 *
 * So a change holds a connection of ours while it waits for one of better-auth's. That cannot come to a standstill:
 * nothing waits the other way round, and changes take turns before they take a connection, one per organization and
 * fewer at once than better-auth has connections.
 */
import { FairQueue, type Tx } from '@patchbay/domain';
import type { EndedAccess } from '@patchbay/domain/audit';
import { assertOrganizationSlug, listMembers, type Member, type Role } from '@patchbay/domain/organizations';
import { AppError, newId } from '@patchbay/foundation';
import {
  audited,
  auditedInTurn,
  auditedWithEffects,
  type IdentityDeps,
  type IdentityParts,
  inTurn,
  ownRow,
} from './audited-change.ts';
import type { Identity, IdentityChange, NewOrganization } from './identity.ts';
import { cancelInvitation, findInvitation, invite, listInvitations, reissueInvitation } from './invitations.ts';
import { releaseOf } from './released-names.ts';
import { findSignInMethods } from './sign-in-methods.ts';

/** At once in this process; better-auth's pool has five connections, which sign-ins need too. */
const CHANGES_AT_ONCE_MAX = 3;

export function createIdentity(given: IdentityDeps): Identity {
  const turns = new FairQueue({
    slots: CHANGES_AT_ONCE_MAX,
    slotsPerKey: 1,
    waitingPerKeyMax: 200,
    waitMsMax: 30_000,
  });
  const deps: IdentityParts = { ...given, turns };
  return {
    async findSession(headers) {
      const cookie = headers.cookie;
      if (!cookie) return null;
      const found = await deps.auth.api
        .getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } })
        .catch((cause: unknown) => {
          throw sessionError(cause);
        });
      if (!found) return null;
      const { user, session } = found;
      deps.ownSessions.noteSeen(session);
      return {
        person: { id: user.id, name: user.name, email: user.email },
        session: {
          sessionId: session.id,
          authenticatedAt: session.createdAt,
          secondFactor: session.secondFactorAt != null,
          organizationIds: session.providerOrganizationId == null ? null : [session.providerOrganizationId],
        },
      };
    },
    async endSession({ cookie }) {
      if (!cookie) return [];
      const answer = await deps.auth.api.signOut({ headers: new Headers({ cookie }), asResponse: true });
      return answer.headers.getSetCookie();
    },
    ownSessions: deps.ownSessions,
    findSignInMethods: (personId) => findSignInMethods(deps.auth, personId),
    async createOrganization(input) {
      await requireMayCreate(deps, input.person.id);
      const { slug, name, person } = input;
      return createOrganization(deps, input, releaseOf({ slug, name, holder: person.id }, deps.released));
    },
    createFirstOrganization: (input) => createOrganization(deps, input, null),
    updateOrganization: (change, patch) => updateOrganization(deps, change, patch),
    changeRole: (change, member, role) => changeRole(deps, change, member, role),
    removeMember: (change, member) => removeMember(deps, change, member),
    listInvitations: (organizationId) => listInvitations(deps, organizationId),
    findInvitation: (organizationId, invitationId) => findInvitation(deps, organizationId, invitationId),
    inTurn: (organizationId, work) => inTurn(deps, organizationId, work),
    invite: (tx, change, input) => invite({ ...deps, tx }, change, input),
    reissueInvitation: (change, invitation) => reissueInvitation(deps, change, invitation),
    cancelInvitation: (change, invitationId) => cancelInvitation(deps, change, invitationId),
  };
}

/** better-auth reports every failure to read a session as a 500 without its cause, which is the database. */
function sessionError(cause: unknown): unknown {
  const isItsOwn = cause instanceof Error && 'statusCode' in cause && cause.statusCode === 500;
  return isItsOwn ? new AppError('data.unavailable', { cause, retryAfterSeconds: 2 }) : cause;
}

async function createOrganization(
  deps: IdentityParts,
  input: NewOrganization,
  releasedTo: string | null,
): Promise<string> {
  assertOrganizationSlug(input.slug);
  const organizationId = newId('organization');
  const { slug, name, person } = input;
  const change = { ...input, organization: { id: organizationId, slug, name } };
  const entry = {
    operation: 'INSERT',
    action: 'organization.created',
    target: { type: 'organization', id: organizationId },
    after: { slug, name, ...(releasedTo !== null && { releasedTo }) },
  } as const;
  // In the person's turn: the organization is new each time.
  await deps.turns.run(person.id, () =>
    deps.database.withOrganization({ organizationId }, (tx) =>
      audited({ ...deps, tx }, change, entry, async () => {
        const { adapter } = await deps.auth.$context;
        const createdAt = deps.clock.now();
        await slugErrors(deps, slug, () =>
          adapter.transaction(async (trx) => {
            await trx.create({
              model: 'organization',
              data: { id: organizationId, slug, name, createdAt },
              forceAllowId: true,
            });
            await trx.create({
              model: 'member',
              data: { organizationId, userId: person.id, role: 'owner' satisfies Role, createdAt },
            });
          }),
        );
      }),
    ),
  );
  return organizationId;
}

/** Where sign-up is closed, only a person who owns an organization may create another. */
async function requireMayCreate({ database, policy }: IdentityDeps, personId: string): Promise<void> {
  if (policy.kind === 'open') return;
  for (const scope of await database.lookups.findPersonMemberships(personId)) {
    const members = await database.withOrganization(scope, listMembers);
    if (members.some((member) => member.personId === personId && member.role === 'owner')) return;
  }
  throw new AppError('admin.permission_missing', {
    detail: 'Only owners of an organization may create another one here.',
  });
}

async function updateOrganization(
  deps: IdentityParts,
  change: IdentityChange,
  patch: Parameters<Identity['updateOrganization']>[1],
): Promise<void> {
  const { id, slug, name } = change.organization;
  const renamed = patch.slug !== undefined && patch.slug !== slug;
  if (patch.slug !== undefined && renamed) assertOrganizationSlug(patch.slug);
  if (!renamed && (patch.name === undefined || patch.name === name)) return;
  const update = { ...(renamed && { slug: patch.slug }), ...(patch.name !== undefined && { name: patch.name }) };
  const wanted = { slug: patch.slug ?? slug, name: patch.name ?? name, holder: id };
  const releasedTo = releaseOf(wanted, deps.released);
  const after = { ...update, ...(releasedTo !== null && { releasedTo }) };
  const action = renamed ? 'organization.renamed' : 'organization.updated';
  const target = { type: 'organization', id };
  const entry = { operation: 'UPDATE', action, target, before: { slug, name }, after } as const;
  await auditedInTurn(deps, change, entry, async () => {
    const { adapter } = await deps.auth.$context;
    await slugErrors(deps, patch.slug, () =>
      adapter.update({ model: 'organization', where: [{ field: 'id', value: id }], update }),
    );
  });
}

async function changeRole(deps: IdentityParts, change: IdentityChange, member: Member, role: Role): Promise<void> {
  const entry = {
    operation: 'UPDATE',
    action: 'member.role_changed',
    target: { type: 'member', id: member.id },
    before: { personId: member.personId, role: member.role },
    after: { personId: member.personId, role },
  } as const;
  await auditedInTurn(deps, change, entry, async (tx) => {
    if (role !== 'owner') await keepAnOwner(tx, member.id);
    const { adapter } = await deps.auth.$context;
    await adapter.update({ model: 'member', where: ownRow(change.organization.id, member.id), update: { role } });
  });
}

async function removeMember(deps: IdentityParts, change: IdentityChange, member: Member): Promise<EndedAccess | null> {
  const entry = {
    operation: 'DELETE',
    action: 'member.removed',
    target: { type: 'member', id: member.id },
    before: { personId: member.personId, role: member.role },
  } as const;
  const { ended } = await inTurn(deps, change.organization.id, (tx) =>
    auditedWithEffects({ ...deps, tx }, change, entry, async () => {
      await keepAnOwner(tx, member.id);
      const { adapter } = await deps.auth.$context;
      // Keys, grants and sessions end in the transaction of this row: triggers of the table see to it.
      await adapter.delete({ model: 'member', where: ownRow(change.organization.id, member.id) });
    }),
  );
  return ended;
}

/** Called under the lock. @throws AppError `admin.last_owner`, `admin.not_found` when the member has gone meanwhile */
async function keepAnOwner(tx: Tx, memberId: string): Promise<void> {
  const members = await listMembers(tx);
  const member = members.find(({ id }) => id === memberId);
  if (!member) throw new AppError('admin.not_found');
  const others = members.filter(({ id, role }) => role === 'owner' && id !== memberId);
  if (member.role === 'owner' && others.length === 0) throw new AppError('admin.last_owner');
}

/** Maps the database's errors about slugs to ours: in use by another organization, or retired. */
async function slugErrors<T>({ auth }: IdentityDeps, slug: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const { adapter } = await auth.$context;
    const present = await adapter.findOne({ model: 'organization', where: [{ field: 'slug', value: slug ?? '' }] });
    throw new AppError(present ? 'organizations.slug_taken' : 'organizations.slug_retired', { cause: error });
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
