import { Deliveries } from '@patchbay/domain/deliveries';
import { newId } from '@patchbay/foundation';
import type { Pool, PoolClient } from 'pg';
import { hashOfLink } from './link-secret.ts';
import { GOOD_FOR_SECONDS, type LinkKind } from './mail-kinds.ts';

/** A link as it was opened. `proves`: only the owner of the address can have got it. */
interface OpenedLink {
  readonly kind: LinkKind;
  readonly text: string;
  readonly proves: boolean;
}

/**
 * Uses up a link and gives its person this password, which ends all sign-ins. The first proof of the address also ends
 * every other way into the account, by a trigger of `identity.people`. One transaction: of two uses at the same time one
 * finds no link.
 *
 * @param passwordHash by better-auth's own function
 * @returns false when the link is not open any more
 */
export async function useLink(pool: Pool, link: OpenedLink, passwordHash: string): Promise<boolean> {
  const hash = hashOfLink(link.text);
  if (hash === null) return false;
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'DELETE FROM identity.mail_links WHERE hash = $1 AND kind = $2 AND expires_at > now() RETURNING person_id AS id',
      [hash, link.kind],
    );
    const [person] = rows;
    if (!person) return false;
    await setPassword(client, { personId: person.id, passwordHash, proves: link.proves });
    return true;
  });
}

/** For an address that the request itself proves, in which an invitation's mailed link was used. */
export function proveAddress(pool: Pool, personId: string, passwordHash: string): Promise<void> {
  return inTransaction(pool, (client) => setPassword(client, { personId, passwordHash, proves: true }));
}

interface NewPassword {
  readonly personId: string;
  readonly passwordHash: string;
  readonly proves: boolean;
}

async function setPassword(client: PoolClient, { personId, passwordHash, proves }: NewPassword): Promise<void> {
  const proved = await client.query(
    'UPDATE identity.people SET email_verified = true, updated_at = now() WHERE id = $1 AND NOT email_verified AND $2',
    [personId, proves],
  );
  const isFirst = proved.rowCount === 1;
  await client.query('DELETE FROM identity.mail_links WHERE person_id = $1', [personId]);
  // The authorization server's sessions end with those that they belong to.
  await client.query('DELETE FROM identity.sessions WHERE person_id = $1', [personId]);
  const changed = await client.query(
    "UPDATE identity.accounts SET password = $2, updated_at = now() WHERE person_id = $1 AND provider_id = 'credential'",
    [personId, passwordHash],
  );
  if (changed.rowCount === 0) {
    await client.query(
      `INSERT INTO identity.accounts (id, person_id, account_id, provider_id, password)
       VALUES ($1, $2, $2, 'credential', $3)`,
      [newId('account'), personId, passwordHash],
    );
  }
  if (isFirst) return;
  const kind = 'password_changed';
  await new Deliveries(client).insert({ kind, subject: { personId }, goodForSeconds: GOOD_FOR_SECONDS[kind] });
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // A connection whose transaction may still be open is not used again.
    client.release(true);
    throw error;
  }
}
