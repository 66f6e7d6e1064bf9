/**
 * The gateway beside what else serves the same tool, and its own numbers beside their targets. Starts everything it
 * measures itself: nothing has to run.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAdded } from './gateway/added-latency.ts';
import { crowdSlug, publishCrowd } from './gateway/crowd.ts';
import { type EchoInstallation, startEchoInstallation } from './gateway/echo-installation.ts';
import { Load } from './gateway/load.ts';
import { FEW, measureManyConnectors } from './gateway/many-connectors.ts';
import { installPeers, startPeers } from './gateway/peers.ts';
import { addedLines, asleepLines, firstCallLine, manyLines, throughputLines } from './gateway/report.ts';
import { measureAsleep, measureFirstCalls } from './gateway/sleeping.ts';
import { measureThroughput } from './gateway/throughput.ts';

const PARTS = ['throughput', 'added', 'asleep', 'first', 'many'];

const { values } = parseArgs({
  options: {
    /** Two seconds once instead of ten seconds five times: for the work on the gateway, not for a verdict. */
    quick: { type: 'boolean', default: false },
    /** Some of throughput, added, asleep, first, many. */
    only: { type: 'string', default: PARTS.join(',') },
    /** Only peers whose name contains this, in any case; `-` for none. */
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
say(`load before ${(loadavg()[0] ?? 0).toFixed(1)}, ${rounds} × ${seconds} s`);
const load = new Load();
try {
  await withInstallation({}, measure);
  if (parts.has('first')) {
    await withInstallation({ SANDBOX_POOL_SIZE: '0' }, async (installation) => {
      await publishCrowd(installation.databaseUrl, 1, FEW);
      say(firstCallLine('no pool', await measureFirstCalls(installation, { from: 1, to: FEW })));
    });
  }
} finally {
  load.close();
}
say(`load after ${(loadavg()[0] ?? 0).toFixed(1)}`);

/** In an order in which no part meets what an earlier one left running. */
async function measure(installation: EchoInstallation): Promise<void> {
  if (parts.has('throughput')) await compare(installation);
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

async function compare(installation: EchoInstallation): Promise<void> {
  await installPeers();
  const peers = await startPeers((name) => name.toLowerCase().includes(values.peers.toLowerCase()));
  try {
    for (const inFlight of levels) {
      const configurations = [installation.configuration, ...peers];
      const samples = await measureThroughput(load, configurations, { inFlight, rounds, seconds });
      say(...throughputLines(inFlight, samples));
    }
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
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
