/**
 * Changes of people and organizations, stored by a trigger in the transaction in which better-auth makes them. A
 * recorder deletes the stored change in the transaction of the audit row, so each is recorded exactly once: by the
 * gateway that made it, or by the worker when that gateway died in between.
 */
import type { Database, Tx } from '../database/index.ts';
import type { AuditAction } from './audit-actions.ts';
import { type AuditRecord, record } from './record.ts';

export interface TakenChange {
  readonly kind: string;
  readonly operation: string;
  readonly subjectId: string;
  /** The intent that the gateway declared; null when the change came another way, such as an accepted invitation. */
  readonly entry: AuditRecord | null;
  readonly rowBefore: Row | null;
  readonly rowAfter: Row | null;
  /** The access that ended with a removed member; null for every other change. */
  readonly effects: EndedAccess | null;
}

/** The access that ended with a membership, in the transaction of its row: in numbers. */
export interface EndedAccess {
  /** Sessions made through the organization's identity provider. */
  readonly signIns: number;
  /** Sessions of the authorization server; the next client that connects asks the person to sign in. */
  readonly authorizationSessions: number;
  readonly grants: number;
  readonly apiKeys: number;
  readonly mcpSessions: number;
  /** Links to accounts at providers; absent in changes of a release before them. */
  readonly connections?: number;
}

type Row = Readonly<Record<string, unknown>>;

const COLUMNS = `kind, operation, subject_id AS "subjectId", entry, row_before AS "rowBefore", row_after AS "rowAfter", effects`;
const ORGANIZATIONS_PER_TURN = 100;

/**
 * Takes the stored changes of one subject, or all of the organization. None means that another process has recorded
 * them.
 */
export function takeIdentityChanges(tx: Tx, subjectId: string | null): Promise<TakenChange[]> {
  // sql: the columns above, no value
  const sql = `DELETE FROM app.identity_changes
    WHERE organization_id = $1 AND ($2::text IS NULL OR subject_id = $2) RETURNING ${COLUMNS}`;
  return tx.query<TakenChange>(sql, [tx.scope.organizationId, subjectId]);
}

/** Records changes without an audit row for a minute. Returns their number. Run by the worker every minute. */
export async function recordLeftChanges(database: Database): Promise<number> {
  let recorded = 0;
  for (const scope of await database.lookups.dueIdentityChanges(ORGANIZATIONS_PER_TURN)) {
    recorded += await database.withOrganization(scope, async (tx) => {
      const changes = await takeDue(tx);
      for (const change of changes) await record(tx, entryOf(change));
      return changes.length;
    });
  }
  return recorded;
}

async function takeDue(tx: Tx): Promise<TakenChange[]> {
  // sql: the columns above, no value
  const sql = `DELETE FROM app.identity_changes
    WHERE organization_id = $1 AND created_at < now() - interval '1 minute' RETURNING id, ${COLUMNS}`;
  const rows = await tx.query<TakenChange & { readonly id: bigint }>(sql, [tx.scope.organizationId]);
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const ACTIONS: Readonly<Record<string, AuditAction>> = {
  'organization INSERT': 'organization.created',
  'organization UPDATE': 'organization.updated',
  'member INSERT': 'member.joined',
  'member UPDATE': 'member.role_changed',
  'member DELETE': 'member.removed',
  'invitation INSERT': 'invitation.created',
  'invitation UPDATE': 'invitation.revoked',
};

function actionOf({ kind, operation, rowAfter }: TakenChange): AuditAction | undefined {
  // Both a withdrawal and a new link change a row of invitations; only one of them ends it.
  if (kind === 'invitation' && operation === 'UPDATE' && rowAfter?.status === 'pending') return 'invitation.reissued';
  return ACTIONS[`${kind} ${operation}`];
}

/**
 * The declared intent, with what the change ended; otherwise derived from the row. Only joining names its actor: the
 * member.
 */
export function entryOf(change: TakenChange): AuditRecord {
  const { kind, operation, subjectId, entry, rowBefore, rowAfter, effects } = change;
  const ended = effects !== null && { after: { ended: effects } };
  if (entry !== null) return effects === null ? entry : { ...entry, ...ended };
  const action = actionOf(change);
  if (action === undefined) throw new Error(`no action for a ${kind} and ${operation}`);
  const joined = action === 'member.joined' ? rowAfter?.person_id : undefined;
  return {
    actor: typeof joined === 'string' ? { kind: 'person', personId: joined } : { kind: 'system', name: 'identity' },
    action,
    target: { type: kind, id: subjectId },
    ...(rowBefore && { before: fieldsOf(rowBefore) }),
    ...(rowAfter && { after: fieldsOf(rowAfter) }),
    ...ended,
  };
}

/**
 * The fields of a person's row that an audit row may contain: no e-mail address beyond an invitation's, which it
 * contains elsewhere too.
 */
function fieldsOf(row: Row): Row {
  const fields = { personId: row.person_id, role: row.role, slug: row.slug, name: row.name, email: row.email };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
