/** The sandbox side alone, without gateway and network: what a first call, a warm call and an idle sandbox cost. */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { newId } from '@patchbay/foundation';
import { cpuTicksOf, type HostToMeasure, openHost, pssOf } from './sandbox-host.ts';
import { summarize } from './summarize.ts';

const POOL_SIZE = 4;
const CONNECTORS = 1_000;
const ROOM = 100;
/** A busy machine gets fewer runs, not a longer benchmark. */
const FIRST_CALLS_MS_MAX = 12_000;
const FIRST_ROUND_MS_MAX = 45_000;
const REVIVALS_MS = 10_000;
const MEBIBYTE = 1024 * 1024;

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly isMet: boolean | null;
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '40' }, json: { type: 'boolean', default: false } },
});
const runs = Number(values.runs);
const rows: Row[] = [];
const loadBefore = loadavg()[0] ?? 0;
const noiseBefore = await nodeStartMs();

await onHost({ poolSize: POOL_SIZE }, async (measured) => {
  rows.push(latencyRow('first call, pooled', await firstCalls(measured, runs), { p50: 5, p95: 10 }));
});
await onHost({ poolSize: 0 }, async (measured) => {
  rows.push(latencyRow('first call, pool empty', await firstCalls(measured, runs), { p50: 60, p95: 100 }));
  rows.push(...(await warmCalls(measured)), ...(await idleSandboxes(measured)));
  rows.push(await startRate(measured), await killToGone(measured));
});
await onHost({ poolSize: POOL_SIZE, room: { live: ROOM, livePerOrganization: 40 } }, async (measured) => {
  rows.push(await roundRobin(measured));
});
await onHost({ poolSize: 0, driver: 'plain' }, async (measured) => {
  rows.push(latencyRow('compared: plain Node process, no walls', await firstCalls(measured, 15)));
});
report(await nodeStartMs());

async function onHost(options: Parameters<typeof openHost>[0], work: (host: HostToMeasure) => Promise<void>) {
  const measured = await openHost(options);
  const before = rows.length;
  try {
    await work(measured);
    for (const row of rows.slice(before)) process.stderr.write(`${row.what}: ${row.measured}\n`);
  } finally {
    await measured.close();
  }
}

/** Each the first of its connector, one after the other, the pool full again in between. */
async function firstCalls(measured: HostToMeasure, count: number): Promise<number[]> {
  const times: number[] = [];
  const endsAt = performance.now() + FIRST_CALLS_MS_MAX;
  for (let connector = 0; connector < count && performance.now() < endsAt; connector += 1) {
    await untilFull(measured);
    times.push(await measured.call(connector * 40));
    measured.retire(connector * 40);
  }
  return times;
}

async function untilFull({ host }: HostToMeasure): Promise<void> {
  do await pause(20);
  while (host.health().pool.waiting < host.health().pool.size);
}

async function warmCalls(measured: HostToMeasure): Promise<Row[]> {
  for (let count = 0; count < 500; count += 1) await measured.call(0);
  const times: number[] = [];
  for (let count = 0; count < 2_000; count += 1) times.push(await measured.call(0));
  let calls = 0;
  const endsAt = performance.now() + 2_000;
  const lane = async () => {
    for (; performance.now() < endsAt; calls += 1) await measured.call(0);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  const perSecond = calls / 2;
  const rate = { what: 'warm calls per second, one sandbox, 16 in flight', measured: perSecond.toFixed(0) };
  return [latencyRow('warm call', times, { p50: 0.2 }), { ...rate, target: '≥ 8000', isMet: perSecond >= 8_000 }];
}

async function idleSandboxes(measured: HostToMeasure): Promise<Row[]> {
  const worked = new Set(measured.pids);
  for (let connector = 1; connector <= 20; connector += 1) await measured.call(connector);
  await pause(1_500);
  const pids = [...measured.pids].filter((pid) => !worked.has(pid));
  const ticksBefore = pids.map(cpuTicksOf);
  await pause(2_000);
  const ticks = pids.reduce((sum, pid, index) => sum + cpuTicksOf(pid) - (ticksBefore[index] ?? 0), 0);
  const pss = pids.reduce((sum, pid) => sum + pssOf(pid), 0) / pids.length / MEBIBYTE;
  for (let connector = 0; connector <= 20; connector += 1) measured.retire(connector);
  const cpuMs = (ticks * 10) / pids.length / 2;
  return [
    {
      what: `idle live sandbox, PSS, mean of ${pids.length}`,
      measured: `${pss.toFixed(1)} MB`,
      target: '≤ 30 MB',
      isMet: pss <= 30,
    },
    { what: 'idle live sandbox, CPU', measured: `${cpuMs.toFixed(1)} ms/s`, target: '0', isMet: cpuMs < 1 },
  ];
}

/** Through the first answered call, three at a time, of organizations that are not in each other's way. */
async function startRate(measured: HostToMeasure): Promise<Row> {
  let started = 0;
  const startedAt = performance.now();
  const lane = async (index: number) => {
    for (; performance.now() - startedAt < 5_000; started += 1) {
      const connector = 10_000 + 40 * index;
      await measured.call(connector);
      measured.retire(connector);
    }
  };
  await Promise.all([0, 1, 2].map(lane));
  const perSecond = started / ((performance.now() - startedAt) / 1_000);
  return { what: 'starts per second', measured: perSecond.toFixed(1), target: '≥ 30', isMet: perSecond >= 30 };
}

/** From the order to stop until no process of it is left and everything that was its is removed. */
async function killToGone({ driver, programs }: HostToMeasure): Promise<Row> {
  const programFile = await programs.file('runner');
  const times: number[] = [];
  for (let count = 0; count < 20; count += 1) {
    const sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
    await new Promise((resolve) => sandbox.link.once('data', resolve)); // ready
    const startedAt = performance.now();
    await driver.stop(sandbox);
    times.push(performance.now() - startedAt);
  }
  return latencyRow('kill to gone', times, { p50: 10 });
}

async function roundRobin(measured: HostToMeasure): Promise<Row> {
  let errors = 0;
  let called = 0;
  const roundEndsAt = performance.now() + FIRST_ROUND_MS_MAX;
  const lane = async () => {
    while (called < CONNECTORS && performance.now() < roundEndsAt) {
      await measured.call(called++).catch(() => errors++);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  const revived: number[] = [];
  for (const endsAt = performance.now() + REVIVALS_MS; performance.now() < endsAt; ) {
    await measured.call(revived.length).then(
      (ms) => revived.push(ms),
      () => errors++,
    );
  }
  const { p50, p95 } = summarize(revived);
  return {
    what: `${called} connectors in turn, room for ${ROOM}: ${revived.length} revived`,
    measured: `${errors} errors, p50 ${milliseconds(p50)} p95 ${milliseconds(p95)}`,
    target: '0 errors, p95 ≤ 100 ms',
    isMet: errors === 0 && p95 <= 100,
  };
}

/** The machine's noise: what an empty Node process takes, which is nothing of ours. */
async function nodeStartMs() {
  const times: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    const startedAt = performance.now();
    await promisify(execFile)(process.execPath, ['-e', '0']);
    times.push(performance.now() - startedAt);
  }
  return summarize(times);
}

function latencyRow(what: string, times: readonly number[], target?: { p50: number; p95?: number }): Row {
  const { p50, p95, min } = summarize(times);
  const measured = `p50 ${milliseconds(p50)} p95 ${milliseconds(p95)} min ${milliseconds(min)}`;
  if (!target) return { what, measured, target: '', isMet: null };
  const isMet = p50 <= target.p50 && (target.p95 === undefined || p95 <= target.p95);
  const bounds = [`p50 ≤ ${target.p50} ms`, ...(target.p95 === undefined ? [] : [`p95 ≤ ${target.p95} ms`])];
  return { what, measured, target: bounds.join(', '), isMet };
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
  const line = ({ what, measured, target, isMet }: Row) =>
    `${what.padEnd(56)} ${measured.padEnd(44)} ${target.padEnd(26)} ${isMet === null ? '' : isMet ? 'met' : 'missed'}`;
  const empty = (of: typeof noiseBefore) => `p50 ${milliseconds(of.p50)} p95 ${milliseconds(of.p95)}`;
  process.stdout.write(
    [
      machine,
      `load ${noise.load.before.toFixed(1)} before, ${noise.load.after.toFixed(1)} after; an empty Node process took ${empty(noiseBefore)} before, ${empty(noiseAfter)} after`,
      '',
      ...rows.map(line),
      '',
    ].join('\n'),
  );
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
