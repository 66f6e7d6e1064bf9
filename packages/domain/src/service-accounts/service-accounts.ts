import { AppError, newId } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import type { ServiceAccount as Row } from '../generated/client.ts';

/** An account of the organization for a program. It signs in nowhere: keys alone act for it. */
export interface ServiceAccount {
  readonly id: string;
  readonly name: string;
  /**
   * The member whose present role bounds what its keys may do; without one they open nothing. Null only for accounts of
   * earlier releases.
   */
  readonly responsiblePersonId: string | null;
  /** Since when its keys open nothing; null while they do. */
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

interface Change {
  readonly id: string;
  readonly requestId?: string | undefined;
}

const ACCOUNTS_MAX = ACCOUNT_LIMITS.serviceAccounts.value;

/** By name. The list has no pages. */
export async function listServiceAccounts(tx: Tx): Promise<readonly ServiceAccount[]> {
  const rows = await tx.prisma.serviceAccount.findMany({ where: tx.scope, orderBy: { name: 'asc' } });
  return rows.map(toServiceAccount);
}

/** The names of accounts by id, of disabled ones too. */
export async function serviceAccountNames(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.prisma.serviceAccount.findMany({ where: tx.scope, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** @throws AppError `service-accounts.not_found` */
export async function getServiceAccount(tx: Tx, id: string): Promise<ServiceAccount> {
  const row = await tx.prisma.serviceAccount.findUnique({ where: keyOf(tx, id) });
  if (row === null) throw new AppError('service-accounts.not_found');
  return toServiceAccount(row);
}

/**
 * An account without keys. Its creator is responsible for it.
 *
 * @throws AppError `service-accounts.name_taken`, `service-accounts.too_many`
 */
export async function createServiceAccount(
  tx: Tx,
  actor: Extract<Actor, { kind: 'person' }>,
  { name, requestId }: { readonly name: string; readonly requestId?: string | undefined },
): Promise<ServiceAccount> {
  await lock(tx);
  if ((await tx.prisma.serviceAccount.count({ where: tx.scope })) >= ACCOUNTS_MAX) {
    throw new AppError('service-accounts.too_many');
  }
  if ((await tx.prisma.serviceAccount.count({ where: { ...tx.scope, name } })) > 0) {
    throw new AppError('service-accounts.name_taken');
  }
  const id = newId('serviceAccount');
  const responsiblePersonId = actor.personId;
  await tx.prisma.serviceAccount.create({ data: { ...tx.scope, id, name, responsiblePersonId } });
  const after = { name, responsiblePersonId };
  await record(tx, { actor, action: 'service_account.created', target: target(id), after, requestId });
  return getServiceAccount(tx, id);
}

/**
 * Its keys open nothing from now on, at every gateway within a second. Disabling twice has no effect.
 *
 * @throws AppError `service-accounts.not_found`
 */
export async function disableServiceAccount(tx: Tx, actor: Actor, { id, requestId }: Change): Promise<ServiceAccount> {
  await lock(tx);
  const before = await getServiceAccount(tx, id);
  if (before.disabledAt !== null) return before;
  await tx.prisma.serviceAccount.update({ where: keyOf(tx, id), data: { disabledAt: new Date() } });
  await publishKeys(tx, id);
  await record(tx, { actor, action: 'service_account.disabled', target: target(id), requestId });
  return getServiceAccount(tx, id);
}

/**
 * Its keys open what they list again, as far as the role of the person who enables it reaches: that person is responsible
 * from now on. So an account is also taken over from a member who left.
 *
 * @throws AppError `service-accounts.not_found`
 */
export async function enableServiceAccount(
  tx: Tx,
  actor: Extract<Actor, { kind: 'person' }>,
  { id, requestId }: Change,
): Promise<ServiceAccount> {
  await lock(tx);
  const { disabledAt, responsiblePersonId } = await getServiceAccount(tx, id);
  const { personId } = actor;
  if (disabledAt === null && responsiblePersonId === personId) return getServiceAccount(tx, id);
  const data = { disabledAt: null, responsiblePersonId: personId };
  await tx.prisma.serviceAccount.update({ where: keyOf(tx, id), data });
  await publishKeys(tx, id);
  await record(tx, {
    actor,
    action: 'service_account.enabled',
    target: target(id),
    before: { disabledAt, responsiblePersonId },
    after: { responsiblePersonId: personId },
    requestId,
  });
  return getServiceAccount(tx, id);
}

function toServiceAccount({ id, name, responsiblePersonId, disabledAt, createdAt }: Row): ServiceAccount {
  return { id, name, responsiblePersonId, disabledAt, createdAt };
}

const keyOf = (tx: Tx, id: string) => ({ organizationId_id: { ...tx.scope, id } });
const target = (id: string) => ({ type: 'service_account', id });

/** One change of the organization's accounts at a time: names and their number are looked at before. */
async function lock(tx: Tx): Promise<void> {
  const key = `service accounts of ${tx.scope.organizationId}`;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [key]);
}

/** Gateways load the keys of the account again. */
async function publishKeys(tx: Tx, serviceAccountId: string): Promise<void> {
  const where = { ...tx.scope, serviceAccountId, revokedAt: null, expiresAt: { gt: new Date() } };
  for (const { id } of await tx.prisma.apiKey.findMany({ where, select: { id: true } })) {
    await emitChange(tx, { kind: 'api_key', id });
  }
}
