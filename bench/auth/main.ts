/**
 * The cost of an access token: what the gateway adds to a call with one and with an API key, and verification alone, with
 * keys, grants and change feed of a real database. Starts everything itself: nothing has to run.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { emptyNodeMs } from '../measuring/empty-node.ts';
import { summarize } from '../measuring/summarize.ts';
import { startAuthInstallation } from './auth-installation.ts';
import { measureCalls } from './calls.ts';
import { measureVerification } from './verification.ts';

const { values } = parseArgs({
  options: {
    /** Verifications of one token that is known, per measurement. */
    warm: { type: 'string', default: '50000' },
    /** Tokens that are verified once each. */
    fresh: { type: 'string', default: '2000' },
    /** Grants in the table for the second measurement. */
    grants: { type: 'string', default: '10000' },
    /** Turns of calls with a token and with a key, and how long each takes. */
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
  },
});
const plan = {
  warm: Number(values.warm),
  fresh: Number(values.fresh),
  grants: Number(values.grants),
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
};

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`);
say(`load ${loadNow()} before; an empty Node process takes ${summarize(await emptyNodeMs()).p50.toFixed(0)} ms`);
const installation = await startAuthInstallation();
try {
  for await (const line of measureCalls(installation, plan)) say(line);
  for await (const line of measureVerification(installation, plan)) say(line);
} finally {
  await installation.stop();
}
say(`load ${loadNow()} after`);

function loadNow(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
