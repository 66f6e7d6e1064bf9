import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Secret } from '@patchbay/foundation';

const ITERATIONS = 4096;

/**
 * The value that PostgreSQL stores for a password, computed here: the password itself is then neither in a statement
 * nor in a server log. Generated passwords are ASCII, so SASLprep changes nothing.
 *
 * @see RFC 5803; PostgreSQL documentation, pg_authid.rolpassword
 */
export function scramVerifier(password: Secret): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.reveal(), salt, ITERATIONS, 32, 'sha256');
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  const serverKey = sign('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
