import { AppError, type Clock, type Logger, systemClock } from '@patchbay/foundation';
import { type ChangeFeed, RevisionedCache } from '../changes/index.ts';
import { type Database, LastUses, type Tx, type Use } from '../database/index.ts';
import { type GroupReference, groupsOf } from '../groups/index.ts';
import { findMember, type Role } from '../organizations/index.ts';
import { getServiceAccount } from '../service-accounts/index.ts';
import { isAddressAllowed } from './addresses.ts';
import { type ApiKeyKind, parseApiKey } from './api-key-text.ts';
import { type ApiKey, getApiKey } from './api-keys.ts';
import { ExposedKeys } from './exposed-keys.ts';
import { KnownKeys } from './known-keys.ts';

/** The surface that a key is used at: `/mcp`, publishing endpoints of the admin API, the rest of the admin API. */
export type ApiKeySurface = ApiKeyKind;

export interface VerifiedApiKey {
  readonly organizationId: string;
  readonly apiKey: ApiKey;
  /** Present roles of the key's person; a service account has none. */
  readonly roles: readonly Role[];
  /** Present groups of the key's person; a service account is in none. */
  readonly groups: readonly GroupReference[];
  /**
   * The member with the present roles that bound the permissions of the key: its person, or the one who is responsible
   * for its service account.
   */
  readonly boundBy: { readonly personId: string; readonly roles: readonly Role[] };
  /** Null for a service account. */
  readonly person: { readonly id: string; readonly email: string; readonly name: string } | null;
}

export interface ApiKeyCacheOptions {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly entriesMax?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Verifies keys on the hot path: one hash, one look into memory. An unknown key costs no query either. */
export interface ApiKeyCache {
  /**
   * The key and its person, checked for kind, expiry, revocation, membership and address.
   *
   * @throws AppError `api-keys.invalid` (401), `api-keys.expired` (401), `api-keys.wrong_door` (403, before any look-up),
   * `api-keys.address_refused` (403), `data.stale` (503)
   */
  verify(text: string, surfaces: readonly ApiKeySurface[], address: string): Promise<VerifiedApiKey>;
  /**
   * Whether the text may be a key as far as this process remembers: no query, no wait. For limits, never for access: a
   * key that was revoked or has expired may still be remembered.
   */
  recognizes(text: string): boolean;
  /** Revokes the key of a text that strangers can read, soon. Returns at once; a text of no key costs nothing. */
  revokeExposed(text: string): void;
  /** Writes the batched last uses. Runs by itself every 30 s and on close. */
  flushLastUses(): Promise<void>;
  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): Promise<void>;
}

export function createApiKeyCache(options: ApiKeyCacheOptions): ApiKeyCache {
  const { database, feed } = options;
  const clock = options.clock ?? systemClock;
  const lastUses = new LastUses(database, writeUses);
  const known = new KnownKeys(database.lookups, feed);
  const exposed = new ExposedKeys(database, known, options.logger);
  const cache = new RevisionedCache<VerifiedApiKey | null>({
    feed,
    entriesMax: options.entriesMax ?? 10_000,
    dependsOn: (verified) =>
      verified === null
        ? 'any'
        : [
            { kind: 'api_key', id: verified.apiKey.id },
            { kind: 'organization', id: verified.organizationId },
            { kind: 'person', id: verified.boundBy.personId },
          ],
  });

  return {
    async verify(text, surfaces, address) {
      const parsed = parseApiKey(text);
      if (parsed === null) throw new AppError('api-keys.invalid');
      if (!surfaces.includes(parsed.kind)) throw new AppError('api-keys.wrong_door', { data: { kind: parsed.kind } });
      const cacheKey = Buffer.from(parsed.hash).toString('base64url');
      const verified = await cache.get(cacheKey, () => loadApiKey(database, known, parsed.hash));
      if (verified === null) throw new AppError('api-keys.invalid');
      if (verified.apiKey.expiresAt <= clock.now()) throw new AppError('api-keys.expired');
      if (!isAddressAllowed(address, verified.apiKey.allowedAddresses)) throw new AppError('api-keys.address_refused');
      const { organizationId } = verified;
      lastUses.note({ organizationId, id: verified.apiKey.id, at: clock.now(), address });
      return verified;
    },
    recognizes(text) {
      const parsed = parseApiKey(text);
      return parsed !== null && known.remembers(parsed.hash);
    },
    revokeExposed: (text) => exposed.report(text),
    flushLastUses: () => lastUses.flush(),
    statistics: () => cache.statistics(),
    async close() {
      await exposed.close();
      known.close();
      cache.close();
      await lastUses.close();
    },
  };
}

function writeUses(tx: Tx, uses: readonly (Use & { readonly address: string })[]): Promise<unknown> {
  return tx.query(
    `UPDATE app.api_keys AS k SET last_used_at = u.at, last_used_address = u.address
     FROM unnest($2::text[], $3::timestamptz[], $4::text[]) AS u (id, at, address)
     WHERE k.organization_id = $1 AND k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at)`,
    [tx.scope.organizationId, uses.map(({ id }) => id), uses.map(({ at }) => at), uses.map(({ address }) => address)],
  );
}

async function loadApiKey(database: Database, known: KnownKeys, hash: Uint8Array): Promise<VerifiedApiKey | null> {
  if (!(await known.has(hash))) return null;
  const ids = await database.lookups.findApiKey(hash);
  if (ids === null) return null;
  const { organizationId, apiKeyId } = ids;
  return database.withOrganization({ organizationId }, async (tx) => {
    const apiKey = await getApiKey(tx, apiKeyId);
    if (apiKey.revokedAt !== null) return null;
    if ((await tx.prisma.organizationDeletion.count({ where: tx.scope })) > 0) return null;
    if (apiKey.personId !== null) {
      const member = await findMember(tx, apiKey.personId);
      if (member === null) return null;
      const { personId: id, email, name, role } = member;
      const roles = [role];
      const person = { id, email, name };
      return {
        organizationId,
        apiKey,
        roles,
        groups: await groupsOf(tx, id),
        boundBy: { personId: id, roles },
        person,
      };
    }
    const account = await getServiceAccount(tx, apiKey.serviceAccountId ?? '');
    if (account.disabledAt !== null || account.responsiblePersonId === null) return null;
    const responsible = await findMember(tx, account.responsiblePersonId);
    if (responsible === null) return null;
    const boundBy = { personId: responsible.personId, roles: [responsible.role] };
    return { organizationId, apiKey, roles: [], groups: [], boundBy, person: null };
  });
}
