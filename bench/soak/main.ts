/**
 * Clients that never close anything, for some minutes, against an installation of its own: what memory, descriptors,
 * processes and rows do meanwhile. Exits non-zero when something grows after the warm-up.
 */
import { parseArgs } from 'node:util';
import { startEchoInstallation } from '../measuring/echo-installation.ts';
import { CarelessClients } from './careless-clients.ts';
import { judgeGrowth } from './judge-growth.ts';
import { MEASURES, type Measure, type Sample, takeSample } from './sample.ts';

const SAMPLES_MIN = 9;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    /** Waves per second; each is about eight requests on six connections. */
    rate: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const durationMs = Number(values.minutes) * 60_000;
const pauseMs = 1000 / Number(values.rate);
const sampleEveryMs = Math.min(15_000, durationMs / SAMPLES_MIN);

const installation = await startEchoInstallation();
const { gateway = 0, supervisor = 0 } = installation.ready.processes;
const watched = { gateway, supervisor, databaseUrl: installation.databaseUrl };
const clients = new CarelessClients({
  url: new URL(installation.configuration.client.url),
  headers: installation.headers,
  streamsHeld: 7,
  connectionsHeld: 100,
});
const samples: Sample[] = [];
let waves = 0;
try {
  const startedAt = performance.now();
  while (performance.now() - startedAt < durationMs) {
    const sampleAt = performance.now() + sampleEveryMs;
    for (let waveAt = performance.now(); performance.now() < sampleAt; ) {
      await clients.wave();
      waves += 1;
      waveAt = Math.max(waveAt + pauseMs, performance.now());
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, waveAt - performance.now())));
    }
    const sample = await takeSample(watched);
    samples.push(sample);
    process.stderr.write(`${Math.round((performance.now() - startedAt) / 1000)} s  ${sentence(sample)}\n`);
  }
} finally {
  clients.close();
  await installation.stop();
}
// The table of measures is typed by its keys.
const names = Object.keys(MEASURES) as Measure[];
const verdicts = names.map((name) => {
  const growth = judgeGrowth(
    samples.map((sample) => sample[name]),
    MEASURES[name],
  );
  return { name, ...growth };
});
const grown = verdicts.filter(({ grows }) => grows);
const statuses = Object.fromEntries(clients.statuses);
if (values.json) process.stdout.write(`${JSON.stringify({ waves, statuses, verdicts, samples }, null, 2)}\n`);
else {
  const lines = verdicts.map(
    ({ name, early, late, allowed, grows, isBelowBound }) =>
      `  ${name.padEnd(22)} ${early.toFixed(1).padStart(8)} → ${late.toFixed(1).padStart(8)}  (may grow ${allowed.toFixed(1)})${grows ? '  GROWS' : ''}${isBelowBound ? ' rises, below its bound: a longer run decides' : ''}`,
  );
  process.stdout.write(
    `\n${waves} waves in ${values.minutes} minutes; answers by status: ${JSON.stringify(statuses)}\nMedians of the second third of the run → of the last\n${lines.join('\n')}\n` +
      `${grown.length === 0 ? 'Nothing grows.' : `Grows: ${grown.map(({ name }) => name).join(', ')}`}\n`,
  );
}
process.exit(grown.length === 0 ? 0 : 1);

function sentence(sample: Sample): string {
  return Object.entries(sample)
    .map(([name, value]) => `${name} ${value.toFixed(1)}`)
    .join('  ');
}
