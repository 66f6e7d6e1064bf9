/**
 * One audited change of people or an organization: serialized, under the lock, with its intent stored, made, and
 * recorded.
 */
import type { Database, FairQueue, Tx } from '@patchbay/domain';
import { type AuditRecord, type EndedAccess, record, takeIdentityChanges } from '@patchbay/domain/audit';
import type { Clock } from '@patchbay/foundation';
import type { DeclareIntent, Operation } from './declare-intent.ts';
import type { IdentityChange } from './identity.ts';
import type { Auth } from './lazy-auth.ts';
import type { MailLinks } from './mail-links.ts';
import type { MailRequests } from './mail-requests.ts';
import type { OwnSessions } from './own-sessions.ts';
import type { ReleasedName } from './released-names.ts';
import type { SignUpPolicy } from './sign-up-policy.ts';

export interface IdentityDeps {
  readonly auth: Auth;
  /** The change that better-auth is about to write, and its actor. */
  readonly declareIntent: DeclareIntent;
  readonly database: Database;
  readonly ownSessions: OwnSessions;
  readonly policy: SignUpPolicy;
  readonly released: readonly ReleasedName[];
  readonly clock: Clock;
  readonly links: MailLinks;
  readonly requests: MailRequests;
}

export interface IdentityParts extends IdentityDeps {
  readonly turns: FairQueue;
}

/** A transaction for a change of people: the organization's changes come one after the other, before any waits for a lock. */
export function inTurn<T>(
  { turns, database }: IdentityParts,
  organizationId: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return turns.run(organizationId, () => database.withOrganization({ organizationId }, work));
}

type Entry = Omit<AuditRecord, 'actor' | 'requestId'> & { readonly operation: Operation };

export function auditedInTurn<T>(
  deps: IdentityParts,
  change: IdentityChange,
  entry: Entry,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return inTurn(deps, change.organization.id, (tx) => audited({ ...deps, tx }, change, entry, work));
}

export async function audited<T>(
  deps: Pick<IdentityDeps, 'declareIntent'> & { readonly tx: Tx },
  change: IdentityChange,
  entry: Entry,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return (await auditedWithEffects(deps, change, entry, work)).result;
}

/**
 * Stores the intent, changes, and records with the trigger's row: without that row another process has recorded it.
 *
 * @returns `ended`: what a removal ended; null for any other change, and when another process has recorded the removal
 */
export async function auditedWithEffects<T>(
  { tx, declareIntent }: Pick<IdentityDeps, 'declareIntent'> & { readonly tx: Tx },
  change: IdentityChange,
  { operation, ...facts }: Entry,
  work: (tx: Tx) => Promise<T>,
): Promise<{ readonly result: T; readonly ended: EndedAccess | null }> {
  const { organization, actor, requestId } = change;
  const { id: organizationId } = organization;
  const entry: AuditRecord = { ...facts, actor, requestId };
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [`members of ${organizationId}`]);
  await declareIntent({ organizationId, subjectId: entry.target.id, operation, entry });
  const result = await work(tx);
  // A new organization comes with its first member.
  const noted = await takeIdentityChanges(tx, entry.action === 'organization.created' ? null : entry.target.id);
  const ended = noted.find(({ effects }) => effects !== null)?.effects ?? null;
  if (noted.length > 0) await record(tx, ended === null ? entry : { ...entry, after: { ended } });
  return { result, ended };
}

/** A row by id, and only in this organization. */
export function ownRow(organizationId: string, id: string) {
  return [
    { field: 'id', value: id },
    { field: 'organizationId', value: organizationId },
  ];
}
