/**
 * `npm run limits -- ORGANIZATION [name=value … | --reset]`: shows or changes the limits that an operator granted one
 * organization. It needs the gateway's environment: the database, and the key that signs the audit row.
 * Exit code 2 for a wrong use, 1 when it failed.
 */
import { randomUUID } from 'node:crypto';
import { createDatabase } from '@patchbay/domain';
import { type GrantedLimits, getGrantedLimits, grantLimits } from '@patchbay/domain/limits';
import { AppError } from '@patchbay/foundation';
import { createAuditSigner, openKeySource } from '@patchbay/vault';
import { loadOperatorConfig } from './config.ts';
import { parseGrant } from './parse-grant.ts';

const [organization, ...entries] = process.argv.slice(2);
const wanted = parseGrant(entries);
if (organization === undefined || 'problem' in wanted) {
  console.error(
    'problem' in wanted ? wanted.problem : 'Usage: npm run limits -- ORGANIZATION [name=value … | --reset]',
  );
  process.exit(2);
}

const { databaseUrl, keys } = loadOperatorConfig();
const keySource = await openKeySource(keys);
const auditWriter = await createAuditSigner(keySource, 'operator', randomUUID());
const database = createDatabase({ url: databaseUrl, poolSizeMax: 1, auditWriter });
try {
  const found = await database.lookups.findOrganization(organization);
  if (found === null)
    throw new AppError('organizations.not_found', { detail: `There is no organization ${organization}.` });
  const granted = await database.withOrganization(found, async (tx) => {
    const before = await getGrantedLimits(tx);
    const after = wanted.change(before);
    return after === null ? before : grantLimits(tx, { kind: 'system', name: 'operator' }, { granted: after });
  });
  console.log(textOf(granted));
} catch (error) {
  console.error(error instanceof AppError ? `${error.detail}\n${error.hint}` : error);
  process.exitCode = 1;
} finally {
  keySource.close();
  await database.close();
}

function textOf(granted: GrantedLimits): string {
  const lines = Object.entries(granted).map(([name, value]) => `${name}=${value}`);
  return lines.length > 0 ? lines.join('\n') : 'The limits of the installation hold; nothing was granted.';
}
