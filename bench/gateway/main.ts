/**
 * The gateway beside what else serves the same tool, and its own numbers beside their targets. Starts everything it
 * measures itself: nothing has to run.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type EchoInstallation, RAISED, startEchoInstallation } from '../measuring/echo-installation.ts';
import { installPeers } from '../measuring/install-peers.ts';
import { measureAdded } from './added-latency.ts';
import {
  type Comparison,
  compareDefaultShare,
  compareLevels,
  comparePayloads,
  compareSlow,
  measureInTurn,
} from './comparisons.ts';
import { crowdSlug, publishCrowd } from './crowd.ts';
import { Load } from './load.ts';
import { FEW, measureManyConnectors } from './many-connectors.ts';
import { addedLines, asleepLines, firstCallLine, manyLines } from './report.ts';
import { measureAsleep, measureFirstCalls } from './sleeping.ts';

const PARTS = ['throughput', 'payloads', 'slow', 'turns', 'share', 'added', 'asleep', 'first', 'many'];
/** Those that need the peers. */
const COMPARED = ['throughput', 'payloads', 'slow', 'share'];
/** Connectors beside the echo; the parts that call them in turn go up to thirty. */
const CROWD = 30;

const { values } = parseArgs({
  options: {
    /** Two seconds once instead of ten seconds five times: for work on the gateway, not for a result. */
    quick: { type: 'boolean', default: false },
    /** Some of PARTS, with commas between. */
    only: { type: 'string', default: PARTS.join(',') },
    /** Only peers whose name contains one of these, with commas between, in any case; `-` for none. */
    peers: { type: 'string', default: '' },
    'in-flight': { type: 'string', default: '1,16,32' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const seconds = Number(values.seconds ?? (values.quick ? 2 : 10));
const levels = values['in-flight'].split(',').map(Number);
const parts = new Set(values.only.split(','));
const unknown = [...parts].filter((part) => !PARTS.includes(part));
if (unknown.length > 0) throw new Error(`--only takes ${PARTS.join(', ')}; not ${unknown.join(', ')}`);

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`);
const loadBefore = loadavg()[0] ?? 0;
say(`load ${loadBefore.toFixed(1)} before; ${rounds === 1 ? '1 round' : `${rounds} rounds`} of ${seconds} s`);
if (loadBefore > cpus().length / 2) say('The machine is busy with other work: only the ratios mean anything, roughly.');
const load = new Load();
try {
  if (COMPARED.some((part) => parts.has(part))) await installPeers('http');
  await withInstallation(RAISED, measure);
  if (parts.has('turns')) {
    await withInstallation(RAISED, async (installation) => {
      await publishCrowd(installation.databaseUrl, 1, CROWD);
      await measureInTurn(comparisonOf(installation));
    });
  }
  if (parts.has('share')) {
    await withInstallation({}, (installation) => compareDefaultShare(comparisonOf(installation)));
  }
  if (parts.has('first')) {
    await withInstallation({ ...RAISED, SANDBOX_POOL_SIZE: '0' }, async (installation) => {
      await publishCrowd(installation.databaseUrl, 1, FEW);
      say(firstCallLine('no pool', await measureFirstCalls(installation, { from: 1, to: FEW })));
    });
  }
} finally {
  load.close();
}
say('', `load ${(loadavg()[0] ?? 0).toFixed(1)} after`);

/** In an order in which no part meets what an earlier one left running. */
async function measure(installation: EchoInstallation): Promise<void> {
  const comparison = comparisonOf(installation);
  if (parts.has('throughput')) await compareLevels(comparison, levels);
  if (parts.has('payloads')) await comparePayloads(comparison);
  if (parts.has('slow')) await compareSlow(comparison);
  if (parts.has('added')) {
    for (const inFlight of levels) say(...addedLines(await measureAdded(load, installation, { inFlight, seconds })));
  }
  await publishCrowd(installation.databaseUrl, 1, FEW);
  if (parts.has('asleep')) {
    say(...asleepLines(await measureAsleep(load, installation, { slug: crowdSlug(FEW), seconds })));
  }
  if (parts.has('first')) {
    say(firstCallLine('from the pool', await measureFirstCalls(installation, { from: 1, to: FEW - 1 })));
  }
  if (parts.has('many')) say(...manyLines(await measureManyConnectors(load, installation, seconds)));
}

function comparisonOf(installation: EchoInstallation): Comparison {
  const isWanted = (name: string) =>
    values.peers.split(',').some((part) => name.toLowerCase().includes(part.toLowerCase()));
  return { load, installation, rounds, seconds, isWanted, say };
}

async function withInstallation(
  environment: NodeJS.ProcessEnv,
  work: (installation: EchoInstallation) => Promise<void>,
): Promise<void> {
  const installation = await startEchoInstallation(environment);
  try {
    await work(installation);
  } finally {
    await installation.stop();
  }
}

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
