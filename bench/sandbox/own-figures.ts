/** The cost of our first calls, warm calls and idle sandboxes. */
import { newId } from '@patchbay/foundation';
import { latencyRow, pause, type Row } from './row.ts';
import { cpuTicksOf, type HostToMeasure, pssOf } from './sandbox-host.ts';

/** A busy machine gets fewer runs, not a longer benchmark. */
const FIRST_CALLS_MS_MAX = 12_000;
const MEBIBYTE = 1024 * 1024;
/** One of each forty connectors: another organization each time, none in another's way. */
const ORGANIZATION = 40;
const IDLE_SANDBOXES = 20;
const STOPS = 20;

/** Each the first of its connector, one after the other, the pool full again in between. */
export async function firstCalls(measured: HostToMeasure, count: number): Promise<number[]> {
  const times: number[] = [];
  const endsAt = performance.now() + FIRST_CALLS_MS_MAX;
  for (let connector = 0; connector < count && performance.now() < endsAt; connector += 1) {
    await measured.untilFull();
    times.push(await measured.call(connector * ORGANIZATION));
    measured.retire(connector * ORGANIZATION);
  }
  return times;
}

export async function warmCalls(measured: HostToMeasure): Promise<Row[]> {
  for (let count = 0; count < 1_000; count += 1) await measured.call(0);
  const times: number[] = [];
  for (let count = 0; count < 3_000; count += 1) times.push(await measured.call(0));
  let calls = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + 2_000;
  const lane = async () => {
    for (; performance.now() < endsAt; calls += 1) await measured.call(0);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  const perSecond = (calls / (performance.now() - startedAt)) * 1_000;
  const rate = { what: 'warm calls per second, one sandbox, 16 in flight', measured: perSecond.toFixed(0) };
  return [latencyRow('warm call', times, { p50: 0.2 }), { ...rate, target: '≥ 8000', isMet: perSecond >= 8_000 }];
}

export async function idleSandboxes(measured: HostToMeasure): Promise<Row[]> {
  const worked = new Set(measured.pids);
  for (let connector = 1; connector <= IDLE_SANDBOXES; connector += 1) await measured.call(connector);
  await pause(1_500);
  const pids = [...measured.pids].filter((pid) => !worked.has(pid));
  const ticksBefore = pids.map(cpuTicksOf);
  await pause(2_000);
  const ticks = pids.reduce((sum, pid, index) => sum + cpuTicksOf(pid) - (ticksBefore[index] ?? 0), 0);
  const pss = pids.reduce((sum, pid) => sum + pssOf(pid), 0) / pids.length / MEBIBYTE;
  for (let connector = 0; connector <= IDLE_SANDBOXES; connector += 1) measured.retire(connector);
  const cpuMs = (ticks * 10) / pids.length / 2;
  const memory = { what: `idle live sandbox, PSS, mean of ${pids.length}`, measured: `${pss.toFixed(1)} MB` };
  const cpu = { what: 'idle live sandbox, CPU', measured: `${cpuMs.toFixed(1)} ms/s` };
  return [
    { ...memory, target: '≤ 30 MB', isMet: pss <= 30 },
    { ...cpu, target: '0', isMet: cpuMs < 1 },
  ];
}

/** Through the first answered call, three at a time, of organizations that are not in each other's way. */
export async function startRate(measured: HostToMeasure): Promise<Row> {
  let started = 0;
  const startedAt = performance.now();
  const lane = async (index: number) => {
    for (; performance.now() - startedAt < 5_000; started += 1) {
      const connector = 10_000 + ORGANIZATION * index;
      await measured.call(connector);
      measured.retire(connector);
    }
  };
  await Promise.all([0, 1, 2].map(lane));
  const perSecond = started / ((performance.now() - startedAt) / 1_000);
  return { what: 'starts per second', measured: perSecond.toFixed(1), target: '≥ 30', isMet: perSecond >= 30 };
}

/** From the order to stop until no process of it is left and everything that was its is removed. */
export async function killToGone({ driver, programs }: HostToMeasure): Promise<Row> {
  const programFile = await programs.file('runner');
  const times: number[] = [];
  for (let count = 0; count < STOPS; count += 1) {
    const sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
    await new Promise((resolve) => sandbox.link.once('data', resolve)); // ready
    const startedAt = performance.now();
    await driver.stop(sandbox);
    times.push(performance.now() - startedAt);
  }
  return latencyRow('kill to gone', times, { p50: 10 });
}
