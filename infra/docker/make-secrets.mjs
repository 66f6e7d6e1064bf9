/**
 * Writes `.env` and `secrets/` for docker-compose.yml with fresh random values, and refuses to replace existing files:
 * without the master key every stored secret is lost.
 *
 *     node infra/docker/make-secrets.mjs https://patchbay.example.com [directory]
 */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [address = '', directory = path.resolve(import.meta.dirname, '../..')] = process.argv.slice(2);
if (!URL.canParse(address) || new URL(address).protocol !== 'https:' || new URL(address).origin !== address) {
  console.error('Give the address people will use: https, a host name, no path, no slash at the end.');
  process.exit(2);
}
const environmentFile = path.join(directory, '.env');
const secrets = path.join(directory, 'secrets');
const existing = [environmentFile, secrets].filter((file) => existsSync(file));
if (existing.length > 0) {
  console.error(`Nothing was written: ${existing.join(' and ')} exists. Move it away to start from scratch.`);
  process.exit(1);
}

const random = () => randomBytes(24).toString('base64url');
const key = () => `${randomBytes(32).toString('base64')}\n`;
const own = { mode: 0o600 };

const example = readFileSync(path.join(import.meta.dirname, '../../.env.example'), 'utf8');
const environment = example
  .replace(/^PATCHBAY_ORIGIN=.*$/m, `PATCHBAY_ORIGIN=${address}`)
  .replace(/^PATCHBAY_HOST=.*$/m, `PATCHBAY_HOST=${new URL(address).hostname}`)
  .replace(/replace-me-\d+/g, random)
  .replace(
    /^# For docker-compose[\s\S]*?\n\n/,
    '# Made by infra/docker/make-secrets.mjs. Keep it out of version control.\n\n',
  );
const value = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(environment)?.[1];
const credentials = [{ accessKey: value('S3_ACCESS_KEY_ID'), secretKey: value('S3_SECRET_ACCESS_KEY') }];
const identities = { identities: [{ name: 'patchbay', credentials, actions: ['Admin', 'Read', 'List', 'Write'] }] };

mkdirSync(secrets, { recursive: true, mode: 0o700 });
writeFileSync(environmentFile, environment, own);
for (const file of ['master.key', 'auth.secret']) {
  writeFileSync(path.join(secrets, file), key(), own);
  // Keyholder and gateway are this user in their containers; the mode stays with the file when it is mounted there.
  if (process.getuid?.() === 0) chownSync(path.join(secrets, file), 10_001, 10_001);
}
writeFileSync(path.join(secrets, 'store-identities.json'), `${JSON.stringify(identities, null, 2)}\n`, own);
console.log(`Wrote ${environmentFile} and ${secrets}. Back up secrets/master.key apart from the database.`);
