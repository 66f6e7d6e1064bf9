import { AppError, newId } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { Pool, PoolClient } from 'pg';
import type { Auth } from './lazy-auth.ts';
import type { SessionCookie } from './session-cookie.ts';

/** A subject of an issuer, as one organization's provider names it. */
export interface ExternalIdentity {
  readonly organizationId: string;
  readonly issuer: string;
  readonly subject: string;
}

/** The person that the provider describes. */
export interface AssertedPerson extends ExternalIdentity {
  readonly name: string;
  /** Only an address inside a domain that the organization has proved; every other is worth nothing. Lower case. */
  readonly provedEmail: string | null;
}

export interface ExternalIdentities {
  /**
   * The person of this identity. A new one becomes a person and a member; no person who exists is ever found by an address.
   *
   * @returns `joined`: the id of the new membership
   * @throws AppError `sso.not_a_member`, `sso.address_taken`
   */
  resolve(asserted: AssertedPerson): Promise<{ readonly personId: string; readonly joined: string | null }>;
  /** The person of this identity, while they are a member; null for an unknown one. */
  find(identity: ExternalIdentity): Promise<string | null>;
  /**
   * Lets a person sign in to the organization through this identity too.
   *
   * @throws AppError `sso.identity_taken`
   */
  join(identity: ExternalIdentity, personId: string): Promise<void>;
  /** A session that opens this organization alone. @returns the `Set-Cookie` value */
  openSession(of: {
    readonly personId: string;
    readonly organizationId: string;
    readonly address: string;
    readonly userAgent: string;
  }): Promise<string>;
}

const MEMBERS_MAX = ACCOUNT_LIMITS.members.value;
/** People without a proved address: the name is reserved, so no mail ever goes there. @see RFC 2606 §2 */
const NO_ADDRESS = '@no-address.invalid';

export function createExternalIdentities(deps: {
  readonly pool: Pool;
  readonly auth: Auth;
  readonly sessionCookie: SessionCookie;
}): ExternalIdentities {
  const { pool, auth, sessionCookie } = deps;
  return {
    resolve: (asserted) => inTransaction(pool, asserted.organizationId, (client) => resolve(client, asserted)),
    async find(identity) {
      const { rows } = await pool.query<{ personId: string }>(
        `SELECT e.person_id AS "personId" FROM identity.external_identities e
         JOIN identity.members m ON m.organization_id = e.organization_id AND m.person_id = e.person_id
         WHERE e.organization_id = $1 AND e.issuer = $2 AND e.subject = $3`,
        keyOf(identity),
      );
      return rows[0]?.personId ?? null;
    },
    join: (identity, personId) =>
      inTransaction(pool, identity.organizationId, async (client) => {
        const known = await findKnown(client, identity);
        if (known !== null && known.personId !== personId) throw new AppError('sso.identity_taken');
        if (known === null) await insertIdentity(client, identity, personId);
      }),
    async openSession({ personId, organizationId, address, userAgent }) {
      const { internalAdapter } = await auth.$context;
      const session = await internalAdapter.createSession(personId, false, {
        providerOrganizationId: organizationId,
        ipAddress: address,
        userAgent,
      });
      return sessionCookie.issue(session.token);
    },
  };
}

async function resolve(client: PoolClient, asserted: AssertedPerson) {
  const known = await findKnown(client, asserted);
  if (known === null) return create(client, asserted);
  if (!known.isMember) throw new AppError('sso.not_a_member');
  await client.query(
    `UPDATE identity.external_identities SET last_used_at = now()
     WHERE organization_id = $1 AND issuer = $2 AND subject = $3`,
    keyOf(asserted),
  );
  await giveAddress(client, known.personId, asserted.provedEmail);
  return { personId: known.personId, joined: null };
}

async function findKnown(client: PoolClient, identity: ExternalIdentity) {
  const { rows } = await client.query<{ personId: string; isMember: boolean }>(
    `SELECT e.person_id AS "personId", EXISTS (SELECT FROM identity.members m
       WHERE m.organization_id = e.organization_id AND m.person_id = e.person_id) AS "isMember"
     FROM identity.external_identities e WHERE e.organization_id = $1 AND e.issuer = $2 AND e.subject = $3`,
    keyOf(identity),
  );
  return rows[0] ?? null;
}

async function create(client: PoolClient, asserted: AssertedPerson) {
  const { organizationId, provedEmail, name } = asserted;
  const taken = await client.query('SELECT FROM identity.people WHERE email = $1', [provedEmail]);
  if (taken.rows.length > 0) throw new AppError('sso.address_taken');
  const { rows } = await client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM identity.members WHERE organization_id = $1',
    [organizationId],
  );
  if ((rows[0]?.count ?? 0) >= MEMBERS_MAX) {
    throw new AppError('sso.not_a_member', { detail: 'The organization has the maximum number of members.' });
  }
  const personId = newId('person');
  const joined = newId('member');
  await client.query('INSERT INTO identity.people (id, email, email_verified, name) VALUES ($1, $2, $3, $4)', [
    personId,
    provedEmail ?? `${personId}${NO_ADDRESS}`,
    provedEmail !== null,
    name,
  ]);
  await client.query('INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, $4)', [
    joined,
    organizationId,
    personId,
    'member',
  ]);
  await insertIdentity(client, asserted, personId);
  return { personId, joined };
}

/** An address that was proved since, for a person who has none. One that they have is theirs to change. */
async function giveAddress(client: PoolClient, personId: string, email: string | null): Promise<void> {
  if (email === null) return;
  await client.query(
    `UPDATE identity.people p SET email = $2, email_verified = true, updated_at = now()
     WHERE p.id = $1 AND p.email = $3 AND NOT EXISTS (SELECT FROM identity.people o WHERE o.email = $2)`,
    [personId, email, `${personId}${NO_ADDRESS}`],
  );
}

async function insertIdentity(client: PoolClient, identity: ExternalIdentity, personId: string): Promise<void> {
  await client.query(
    'INSERT INTO identity.external_identities (organization_id, issuer, subject, person_id) VALUES ($1, $2, $3, $4)',
    [...keyOf(identity), personId],
  );
}

const keyOf = ({ organizationId, issuer, subject }: ExternalIdentity) => [organizationId, issuer, subject];

/** Under the lock of the organization's members: two first sign-ins of one person make one person. */
async function inTransaction<T>(
  pool: Pool,
  organizationId: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`members of ${organizationId}`]);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
