import { type ChangeFeed, RevisionedCache } from '../changes/index.ts';
import { type Database, LastUses, type Tx, type Use } from '../database/index.ts';
import { type GroupReference, groupsOf } from '../groups/index.ts';
import { findMember, type Role } from '../organizations/index.ts';
import { type Grant, getGrant, isSignInAdmitted } from './grants.ts';

/** A grant with its person as the organization knows them now. */
export interface GrantFacts
  extends Pick<
    Grant,
    | 'id'
    | 'clientId'
    | 'resourcePath'
    | 'connectorId'
    | 'versionId'
    | 'connectorIds'
    | 'scopes'
    | 'expiresAt'
    | 'endedAt'
    | 'signedInAt'
    | 'secondFactor'
  > {
  readonly organizationId: string;
  readonly person: { readonly id: string; readonly email: string; readonly name: string };
  readonly roles: readonly Role[];
  readonly groups: readonly GroupReference[];
  /** False where the organization demands a sign-in with its own provider, and the grant was given without one. */
  readonly isSignInAdmitted: boolean;
}

export interface GrantDirectory {
  /**
   * Null when there is no such grant, its person has left or the organization is out of service. Ended and expired ones
   * are found as such.
   *
   * @throws AppError `data.stale`, `data.unavailable`
   */
  find(grantId: string): Promise<GrantFacts | null>;
  /** As `find`, read now: for a caller who comes straight from a consent, whose news may not have arrived here. */
  findAgain(grantId: string): Promise<GrantFacts | null>;
  /** Remembers that the grant was used: written in batches, at most once a minute per grant. */
  noteUse(grant: Pick<GrantFacts, 'organizationId' | 'id'>, at: Date): void;
  /** Writes the uses that were noted. Runs by itself every 30 s and on close. */
  flushUses(): Promise<void>;
  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): Promise<void>;
}

export interface GrantDirectoryOptions {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly entriesMax?: number;
}

/** Which grant allows what, from memory; follows ends, changes of roles and removals within a second. */
export function createGrantDirectory({ database, feed, entriesMax }: GrantDirectoryOptions): GrantDirectory {
  const cache = new RevisionedCache<GrantFacts | null>({
    feed,
    entriesMax: entriesMax ?? 10_000,
    dependsOn: (facts) =>
      facts === null
        ? 'any'
        : [
            { kind: 'grant', id: facts.id },
            { kind: 'organization', id: facts.organizationId },
            { kind: 'person', id: facts.person.id },
          ],
  });
  const uses = new LastUses(database, writeUses);
  return {
    find: (grantId) => cache.get(grantId, () => loadFacts(database, grantId)),
    findAgain: (grantId) => cache.getAgain(grantId, () => loadFacts(database, grantId)),
    noteUse: ({ organizationId, id }, at) => uses.note({ organizationId, id, at }),
    flushUses: () => uses.flush(),
    statistics: () => cache.statistics(),
    async close() {
      cache.close();
      await uses.close();
    },
  };
}

/** Several gateways serve one grant: a row that was written in the last minute stays as it is. */
function writeUses(tx: Tx, uses: readonly Use[]): Promise<unknown> {
  return tx.query(
    `UPDATE app.grants AS g SET last_used_at = u.at FROM unnest($2::text[], $3::timestamptz[]) AS u (id, at)
     WHERE g.organization_id = $1 AND g.id = u.id
       AND (g.last_used_at IS NULL OR g.last_used_at < u.at - interval '1 minute')`,
    [tx.scope.organizationId, uses.map(({ id }) => id), uses.map(({ at }) => at)],
  );
}

async function loadFacts(database: Database, grantId: string): Promise<GrantFacts | null> {
  const scope = await database.lookups.findGrant(grantId);
  if (scope === null) return null;
  return database.withOrganization(scope, async (tx) => {
    const grant = await getGrant(tx, grantId);
    if ((await tx.prisma.organizationDeletion.count({ where: tx.scope })) > 0) return null;
    const member = await findMember(tx, grant.personId);
    if (member === null) return null;
    const {
      id,
      clientId,
      resourcePath,
      connectorId,
      versionId,
      connectorIds,
      scopes,
      expiresAt,
      endedAt,
      signedInAt,
      secondFactor,
    } = grant;
    return Object.freeze({
      id,
      clientId,
      resourcePath,
      connectorId,
      versionId,
      connectorIds,
      scopes,
      expiresAt,
      endedAt,
      signedInAt,
      secondFactor,
      organizationId: scope.organizationId,
      person: { id: member.personId, email: member.email, name: member.name },
      roles: [member.role],
      groups: await groupsOf(tx, member.personId),
      isSignInAdmitted: await isSignInAdmitted(tx, grant),
    });
  });
}
