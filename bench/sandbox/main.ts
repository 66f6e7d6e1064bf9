/** The sandbox side alone, without gateway and network, and how others run a connector, in one run. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { emptyNodeMs } from '../measuring/empty-node.ts';
import { summarize } from '../measuring/summarize.ts';
import { besideBombs } from './beside-bombs.ts';
import { besideStorm } from './beside-storm.ts';
import { firstCalls, idleSandboxes, killToGone, startRate, warmCalls } from './own-figures.ts';
import { peerRows } from './peers.ts';
import { milliseconds, type Row, startRow } from './row.ts';
import { type HostToMeasure, openHost } from './sandbox-host.ts';

const CONNECTORS = 1_000;
const LANES = 4;
/** At two starts per second all sizes would take eight minutes; a row with that rate is enough. */
const ROUND_MS_MAX = 90_000;
const REVIVALS_MS = 10_000;

/** Many connectors called in turn where few may live at once: each call of the second round finds its sandbox evicted. */
async function roundRobin(measured: HostToMeasure, room: number): Promise<Row> {
  let [next, answered] = [0, 0];
  const errors = new Map<string, number>();
  const failed = (error: Error) => errors.set(error.message, (errors.get(error.message) ?? 0) + 1);
  const roundEndsAt = performance.now() + ROUND_MS_MAX;
  const lane = async () => {
    while (next < CONNECTORS && performance.now() < roundEndsAt) {
      await measured.call(next++).then(() => {
        answered += 1;
      }, failed);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const revived: number[] = [];
  const endsAt = performance.now() + REVIVALS_MS;
  for (let connector = 0; performance.now() < endsAt && connector < answered - room; connector += 1) {
    await measured.call(connector).then((ms) => revived.push(ms), failed);
  }
  const failures = [...errors].map(([message, count]) => `${count} × ${message}`).join('; ');
  const { p50, p95 } = summarize(revived);
  const first = answered === CONNECTORS ? `all ${CONNECTORS}` : `only ${answered} of ${CONNECTORS}`;
  return {
    what: `${CONNECTORS} connectors in turn, room for ${room}: ${revived.length} revived`,
    measured: `${first} answered, ${failures || 'no error'}, p50 ${milliseconds(p50)} p95 ${milliseconds(p95)}`,
    target: 'all, no error, p95 ≤ 100 ms',
    isMet: answered === CONNECTORS && errors.size === 0 && p95 <= 100,
  };
}

const POOL_SIZE = 4;
const ROOM = 100;
const PLAIN_RUNS = 15;
const PARTS = ['pooled', 'own', 'bombs', 'storm', 'round', 'peers'] as const;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    /** Parts by name, with commas between; all of them by default. */
    only: { type: 'string', default: PARTS.join() },
    json: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const parts = new Set(values.only.split(','));
for (const part of parts) {
  if (!PARTS.some((known) => known === part)) throw new Error(`There is no part ${part}; there are ${PARTS.join()}.`);
}
const rows: Row[] = [];
const loadBefore = loadavg()[0] ?? 0;
const noiseBefore = summarize(await emptyNodeMs());

await part('pooled', { poolSize: POOL_SIZE }, async (measured) => [
  startRow('first call, pooled', await firstCalls(measured, runs), { p50: 5, p95: 10 }),
]);
await part('own', { poolSize: 0 }, async (measured) => [
  startRow('first call, pool empty', await firstCalls(measured, runs), { p50: 60, p95: 100 }),
  ...(await warmCalls(measured)),
  ...(await idleSandboxes(measured)),
  await startRate(measured),
  await killToGone(measured),
]);
await part('bombs', { poolSize: 0 }, besideBombs);
await part('storm', { poolSize: POOL_SIZE, room: { live: 64, livePerOrganization: 32 } }, besideStorm);
await part('round', { poolSize: POOL_SIZE, room: { live: ROOM, livePerOrganization: 40 } }, async (measured) => [
  await roundRobin(measured, ROOM),
]);
await part('peers', { poolSize: 0, driver: 'plain' }, async (measured) => [
  startRow('compared: first call, our runner without isolation and snapshot', await firstCalls(measured, PLAIN_RUNS)),
  ...(await peerRows()),
]);
report(summarize(await emptyNodeMs()));

async function part(
  name: (typeof PARTS)[number],
  options: Parameters<typeof openHost>[0],
  work: (host: HostToMeasure) => Promise<Row[]>,
): Promise<void> {
  if (!parts.has(name)) return;
  const measured = await openHost(options);
  try {
    const found = await work(measured);
    for (const row of found) process.stderr.write(`${row.what}: ${row.measured}\n`);
    rows.push(...found);
  } finally {
    await measured.close();
  }
}

function report(noiseAfter: ReturnType<typeof summarize>): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`;
  const noise = {
    emptyNodeMs: { before: noiseBefore, after: noiseAfter },
    load: { before: loadBefore, after: loadavg()[0] ?? 0 },
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, runs, noise, rows }, null, 2)}\n`);
    return;
  }
  const [wide, mid] = [column('what'), column('measured')];
  const differ = Math.max(noiseBefore.p50, noiseAfter.p50) / Math.min(noiseBefore.p50, noiseAfter.p50);
  const emptyMs = (noiseBefore.p50 + noiseAfter.p50) / 2;
  const inStarts = (ms: number | undefined) => (ms === undefined ? '' : `${(ms / emptyMs).toFixed(2)} × empty Node`);
  const line = ({ what, measured, target, isMet, startMs }: Row) =>
    `${what.padEnd(wide)}  ${measured.padEnd(mid)}  ${inStarts(startMs).padEnd(19)} ${target.padEnd(28)} ${isMet === null ? '' : isMet ? 'met' : 'missed'}`;
  const empty = (of: typeof noiseBefore) => `p50 ${milliseconds(of.p50)} p95 ${milliseconds(of.p95)}`;
  process.stdout.write(
    [
      machine,
      `load ${noise.load.before.toFixed(1)} before, ${noise.load.after.toFixed(1)} after`,
      `an empty Node process took ${empty(noiseBefore)} before, ${empty(noiseAfter)} after: starts are in terms of the mean of both, which differ by ${differ.toFixed(2)} ×`,
      '',
      ...rows.map((row) => line(row).trimEnd()),
      '',
    ].join('\n'),
  );
}

function column(name: 'what' | 'measured'): number {
  return Math.max(...rows.map((row) => row[name].length));
}
