import { AppError, newId, type Secret } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import type { SealBinding, Vault } from '@patchbay/vault';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { isOpenUnconfirmed, lockConnector, refuseRisks } from '../connectors/index.ts';
import type { Tx } from '../database/index.ts';
import { dataKeyStore } from './data-keys.ts';

export interface SecretName {
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewSecret {
  readonly connectorId: string;
  /** `^[A-Z][A-Z0-9_]{0,63}$` */
  readonly name: string;
  /** 1 byte to 32 KiB. */
  readonly value: Secret;
  readonly requestId?: string | undefined;
}

export interface SecretReference {
  readonly connectorId: string;
  readonly name: string;
  readonly requestId?: string | undefined;
}

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
const VALUE_BYTES_MAX = ADMIN_LIMITS.secret.value;

/**
 * Seals the value, increments the connector's settings revision and publishes the change: in force for the next call.
 *
 * @throws AppError `secrets.name_invalid`, `secrets.value_invalid`, `connectors.not_found`, and
 * `connectors.open_not_confirmed` while public access to the connector is not confirmed
 */
export async function setSecret(tx: Tx, actor: Actor, vault: Vault, input: NewSecret): Promise<SecretName> {
  if (!NAME.test(input.name)) throw new AppError('secrets.name_invalid');
  const bytes = Buffer.byteLength(input.value.reveal());
  if (bytes < 1 || bytes > VALUE_BYTES_MAX) throw new AppError('secrets.value_invalid');
  const connector = await lockConnector(tx, input.connectorId);
  if (isOpenUnconfirmed(connector)) refuseRisks(connector, { secrets: 1, writingTools: [] });
  const { connectorId, name } = input;
  const key = { organizationId_connectorId_name: { ...tx.scope, connectorId, name } };
  const id = (await tx.prisma.sealedSecret.findUnique({ where: key }))?.id ?? newId('secret');
  const sealed = Buffer.from(await vault.seal(bindingOf(tx, id), input.value, dataKeyStore(tx)));
  const row = await tx.prisma.sealedSecret.upsert({
    where: key,
    create: { ...tx.scope, id, connectorId, name, sealed },
    update: { sealed, updatedAt: new Date() },
  });
  await bumpSettings(tx, connectorId);
  await record(tx, {
    actor,
    action: 'secret.set',
    target: { type: 'connector', id: connectorId },
    after: { name },
    requestId: input.requestId,
  });
  return { name: row.name, createdAt: row.createdAt, updatedAt: row.updatedAt };
}

/** @throws AppError `secrets.not_found` */
export async function deleteSecret(tx: Tx, actor: Actor, input: SecretReference): Promise<void> {
  const { connectorId, name, requestId } = input;
  await lockConnector(tx, connectorId);
  const { count } = await tx.prisma.sealedSecret.deleteMany({ where: { ...tx.scope, connectorId, name } });
  if (count === 0) throw new AppError('secrets.not_found', { data: { name } });
  await bumpSettings(tx, connectorId);
  const target = { type: 'connector', id: connectorId };
  await record(tx, { actor, action: 'secret.deleted', target, before: { name }, requestId });
}

/** By name. */
export async function listSecretNames(tx: Tx, connectorId: string): Promise<readonly SecretName[]> {
  return tx.prisma.sealedSecret.findMany({
    where: { ...tx.scope, connectorId },
    select: { name: true, createdAt: true, updatedAt: true },
    orderBy: { name: 'asc' },
  });
}

/** Name to value, for the moment a sandbox is assigned. @throws AppError `secrets.unreadable` */
export async function openSecrets(tx: Tx, vault: Vault, connectorId: string): Promise<Record<string, string>> {
  const rows = await tx.prisma.sealedSecret.findMany({ where: { ...tx.scope, connectorId } });
  const opened: Record<string, string> = {};
  for (const row of rows) {
    try {
      opened[row.name] = (await vault.open(bindingOf(tx, row.id), row.sealed, dataKeyStore(tx))).reveal();
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError('secrets.unreadable', { cause, internal: `secret ${row.id} of ${connectorId}` });
    }
  }
  return opened;
}

function bindingOf(tx: Tx, id: string): SealBinding {
  return {
    scope: { kind: 'organization', organizationId: tx.scope.organizationId },
    record: id,
    field: 'secrets.sealed',
  };
}

async function bumpSettings(tx: Tx, connectorId: string): Promise<void> {
  await tx.prisma.connector.update({
    where: { organizationId_id: { ...tx.scope, id: connectorId } },
    data: { settingsRevision: { increment: 1 }, updatedAt: new Date() },
  });
  await emitChange(tx, { kind: 'connector', id: connectorId });
}
