/**
 * The cost of an access token for a request: verification with keys, grants and change feed of a real database, and whole
 * requests with a token beside the same with an API key. Starts everything itself: nothing has to run.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startPlatform } from '@patchbay/testing';
import { emptyNodeMs } from '../measuring/empty-node.ts';
import { summarize } from '../measuring/summarize.ts';
import { measureRequests } from './requests.ts';
import { measureVerification } from './verification.ts';

const { values } = parseArgs({
  options: {
    /** Verifications of one token that is known, per measurement. */
    warm: { type: 'string', default: '50000' },
    /** Tokens that are verified once each. */
    fresh: { type: 'string', default: '2000' },
    /** Grants in the table for the second measurement. */
    grants: { type: 'string', default: '10000' },
    /** Requests with each credential. */
    requests: { type: 'string', default: '4000' },
  },
});
const plan = {
  warm: Number(values.warm),
  fresh: Number(values.fresh),
  grants: Number(values.grants),
  requests: Number(values.requests),
};

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`);
say(`load ${loadNow()} before; an empty Node process takes ${summarize(await emptyNodeMs()).p50.toFixed(0)} ms`);
const platform = await startPlatform({ supervisor: false });
try {
  for await (const line of measureVerification(platform, plan)) say(line);
  for await (const line of measureRequests(platform, plan)) say(line);
} finally {
  await platform.stop();
}
say(`load ${loadNow()} after`);

function loadNow(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
