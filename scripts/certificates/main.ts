/**
 * Certificates with which machines of one installation authenticate each other; see docs/runbooks/scale-out.md.
 *
 *     npm run certificates -- authority <directory>
 *     npm run certificates -- supervisor|gateway|worker <id> <directory>
 */
import { PEER_ID, PEER_ROLES, type PeerName } from '@patchbay/sandbox-protocol';
import { makeAuthority, makeCertificate } from './certificate-files.ts';

const USAGE = `Usage:
  npm run certificates -- authority <directory>
  npm run certificates -- supervisor|gateway|worker <id> <directory>
An id has lower case letters, digits and inner hyphens.`;

const [what = '', ...rest] = process.argv.slice(2);
try {
  console.log(await run());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<string> {
  if (what === 'authority' && rest.length === 1) return makeAuthority(String(rest[0]), new Date());
  const name = readName(what, rest[0] ?? '');
  if (name !== null && rest.length === 2) return makeCertificate(String(rest[1]), name, new Date());
  process.exitCode = 2;
  return USAGE;
}

function readName(role: string, id: string): PeerName | null {
  const known = PEER_ROLES.find((one) => one === role);
  return known && PEER_ID.test(id) ? { role: known, id } : null;
}
