/** Roles, database and migrations of a production installation. Safe to repeat; run before every new release serves. */
import path from 'node:path';
import { migrate, provisionDatabase, urlsOfRoles, withDatabase } from '@patchbay/embedded';
import { loadSetupConfig } from './config.ts';

const DATABASE = 'patchbay';

const { adminUrl, passwords } = loadSetupConfig(process.env);
await provisionDatabase({ adminUrl, database: DATABASE, passwords });
const { owner } = urlsOfRoles(withDatabase(adminUrl, DATABASE), passwords);
const applied = await migrate({
  ownerUrl: owner,
  directory: path.resolve(import.meta.dirname, '../../prisma/migrations'),
});
console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
