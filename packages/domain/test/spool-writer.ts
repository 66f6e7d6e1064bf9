/**
 * A process of its own for usage.spec.ts: appends events, reports when they are in the spool, and waits to be killed.
 */
import { newId } from '@patchbay/foundation';
import type { Database } from '../src/database/index.ts';
import { type UsageEvent, UsageSpool } from '../src/usage/index.ts';

const [directory = '', organizationId = '', count = '0'] = process.argv.slice(2);
// Never reached: the spool ships once an hour here, and the process does not live that long.
const database = { withOrganization: () => Promise.reject(new Error('no database here')) } as unknown as Database;
const spool = await UsageSpool.open({ directory, database, shipIntervalMs: 3_600_000 });

const event = (): UsageEvent => ({
  id: newId('usageEvent'),
  organizationId,
  connectorId: 'con_1',
  versionId: 'ver_1',
  at: new Date().toISOString(),
  method: 'tools/call',
  name: 'greet',
  principal: { kind: 'anonymous', id: null },
  client: { name: 'cli\u0000ent', version: '1' },
  requestId: 'req_1',
  outcome: 'complete',
  errorCode: null,
  cold: false,
  stepsMs: { edge: 0.5, sandbox: 4 },
  totalMs: 4.5,
});

await Promise.all(Array.from({ length: Number(count) }, () => spool.append(event())));
process.stdout.write('appended\n');
setInterval(() => {}, 60_000);
