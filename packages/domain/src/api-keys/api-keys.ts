import { AppError, newId, type Page, type PageRequest, type Secret } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { type Actor, personOf, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import type { ApiKey as ApiKeyRow } from '../generated/client.ts';
import { mayKeyHold, type Permission } from '../organizations/index.ts';
import { isAddressRule } from './addresses.ts';
import { type ApiKeyKind, newApiKeyText, parseApiKey } from './api-key-text.ts';

export interface ApiKey {
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly name: string;
  /** First characters of the text, enough to recognise it. */
  readonly hint: string;
  readonly personId: string | null;
  readonly serviceAccountId: string | null;
  /** Listed connectors (kinds mcp and deploy); `['*']` means every connector of the organization. */
  readonly connectorIds: readonly string[];
  readonly scopes: readonly string[];
  /** Listed permissions (kind admin). */
  readonly permissions: readonly Permission[];
  readonly expiresAt: Date;
  /** Addresses or CIDR blocks; empty means from anywhere. */
  readonly allowedAddresses: readonly string[];
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

export interface NewApiKey {
  readonly kind: ApiKeyKind;
  readonly name: string;
  /** Defaults to the actor's person. */
  readonly personId?: string | undefined;
  readonly serviceAccountId?: string | undefined;
  readonly connectorIds?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  /** At most one year ahead. */
  readonly expiresAt: Date;
  readonly allowedAddresses?: readonly string[] | undefined;
}

/** The creator's permissions: a key never gets more. */
export interface ApiKeyCeiling {
  readonly permissions: ReadonlySet<Permission>;
}

/** A day more than the API allows, so that a clock that is a little ahead causes no refusal. */
const LIFE_MS_MAX = (ACCOUNT_LIMITS.keyLife.value + 1) * 86_400_000;

/**
 * The secret is returned once and stored as a hash.
 *
 * @throws AppError `api-keys.above_creator`, `api-keys.expiry_invalid`, `api-keys.input_invalid`
 */
export async function createApiKey(
  tx: Tx,
  actor: Actor,
  input: NewApiKey,
  ceiling: ApiKeyCeiling,
): Promise<{ readonly apiKey: ApiKey; readonly secret: Secret }> {
  checkInput(input, ceiling);
  const secret = newApiKeyText(input.kind);
  const parsed = parseApiKey(secret.reveal());
  if (parsed === null) throw new Error('a new API key text does not parse');
  const serviceAccountId = input.serviceAccountId ?? null;
  const personId = serviceAccountId === null ? (input.personId ?? personOf(actor)) : null;
  if (personId === null && serviceAccountId === null) throw invalid('The key needs a person or a service account.');
  const row = await tx.prisma.apiKey.create({
    data: {
      ...tx.scope,
      id: newId('apiKey'),
      kind: input.kind,
      name: input.name,
      hint: secret.reveal().slice(0, `pbk_${input.kind}_`.length + 4),
      hash: Buffer.from(parsed.hash),
      personId,
      serviceAccountId,
      connectorIds: [...(input.connectorIds ?? [])],
      scopes: [...(input.scopes ?? [])],
      permissions: [...(input.permissions ?? [])],
      allowedAddresses: [...(input.allowedAddresses ?? [])],
      createdBy: { ...actor },
      expiresAt: input.expiresAt,
    },
  });
  const apiKey = toApiKey(row);
  await emitChange(tx, { kind: 'api_key', id: apiKey.id });
  const { kind, name, hint, connectorIds, permissions, expiresAt } = apiKey;
  await record(tx, {
    actor,
    action: 'api_key.created',
    target: { type: 'api_key', id: apiKey.id },
    after: { kind, name, hint, personId, serviceAccountId, connectorIds, permissions, expiresAt },
  });
  return { apiKey, secret };
}

function checkInput(input: NewApiKey, ceiling: ApiKeyCeiling): void {
  const ahead = input.expiresAt.getTime() - Date.now();
  if (!(ahead > 0 && ahead <= LIFE_MS_MAX)) throw new AppError('api-keys.expiry_invalid');
  const permissions = input.permissions ?? [];
  const connectors = input.connectorIds ?? [];
  if (input.kind === 'admin' && (permissions.length === 0 || connectors.length > 0)) {
    throw invalid('A key of kind admin lists permissions and no connectors.');
  }
  if (input.kind !== 'admin' && (connectors.length === 0 || permissions.length > 0)) {
    throw invalid(`A key of kind ${input.kind} lists connectors and no permissions.`);
  }
  const strange = (input.allowedAddresses ?? []).find((rule) => !isAddressRule(rule));
  if (strange !== undefined) throw invalid(`"${strange}" is neither an IP address nor a CIDR block.`);
  const needed: readonly Permission[] = input.kind === 'deploy' ? ['versions:write'] : permissions;
  const above = needed.filter((permission) => !mayKeyHold(permission) || !ceiling.permissions.has(permission));
  if (above.length > 0) throw new AppError('api-keys.above_creator', { data: { permissions: above } });
}

function invalid(detail: string): AppError {
  return new AppError('api-keys.input_invalid', { detail });
}

/** @throws AppError `api-keys.not_found` */
export async function getApiKey(tx: Tx, id: string): Promise<ApiKey> {
  const row = await tx.prisma.apiKey.findUnique({ where: { organizationId_id: { ...tx.scope, id } } });
  if (row === null) throw new AppError('api-keys.not_found');
  return toApiKey(row);
}

/** `usable`: neither revoked nor expired; `ended`: one of the two. */
export type ApiKeyState = 'usable' | 'ended';

/** Newest first; every key unless a state is asked for. */
export async function listApiKeys(
  tx: Tx,
  page: PageRequest,
  { state, now = new Date() }: { readonly state?: ApiKeyState | undefined; readonly now?: Date } = {},
): Promise<Page<ApiKey>> {
  const rows = await tx.prisma.apiKey.findMany({
    where: { ...tx.scope, AND: [olderThan(page.cursor), ...inState(state, now)] },
    orderBy: NEWEST_FIRST,
    take: page.limit + 1,
  });
  return toPage(rows, page.limit, toApiKey, (row) => ({ at: row.createdAt, id: row.id }));
}

/** The names of keys by id, revoked ones too. An id of nothing has none. */
export async function apiKeyNames(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const where = { ...tx.scope, id: { in: [...new Set(ids)] } };
  const rows = await tx.prisma.apiKey.findMany({ where, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function inState(state: ApiKeyState | undefined, now: Date) {
  if (state === undefined) return [];
  const usable = { revokedAt: null, expiresAt: { gt: now } };
  return [state === 'usable' ? usable : { NOT: usable }];
}

/** In force on every gateway within a second. Revoking twice is fine. @throws AppError `api-keys.not_found` */
export async function revokeApiKey(tx: Tx, actor: Actor, id: string): Promise<ApiKey> {
  const { count } = await tx.prisma.apiKey.updateMany({
    where: { ...tx.scope, id, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  const apiKey = await getApiKey(tx, id);
  if (count > 0) {
    await emitChange(tx, { kind: 'api_key', id });
    await record(tx, { actor, action: 'api_key.revoked', target: { type: 'api_key', id } });
  }
  return apiKey;
}

function toApiKey(row: ApiKeyRow): ApiKey {
  const { organizationId: _, hash: __, createdBy: ___, ...shown } = row;
  // Kind by the table's check constraint, permissions by `createApiKey`, the only writer.
  return { ...shown, kind: row.kind as ApiKeyKind, permissions: row.permissions as Permission[] };
}
