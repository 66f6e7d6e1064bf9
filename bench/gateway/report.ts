import type { Configuration } from '../measuring/configuration.ts';
import { percentile } from '../measuring/summarize.ts';
import type { AddedLatency } from './added-latency.ts';
import { FEW, MANY, type ManyConnectors } from './many-connectors.ts';
import { TWO_HOPS } from './peers.ts';
import type { AsleepAnswer } from './sleeping.ts';
import {
  judge,
  noiseOf,
  perCpuSecond,
  type Sample,
  type Samples,
  summarizeSamples,
  type ThroughputRow,
} from './throughput.ts';

/** How many times faster than the fastest of a family. */
const RATIO_TARGETS: readonly (readonly [Configuration['family'], number])[] = [
  ['sdk', 1],
  ['mcp-proxy', 2],
  ['supergateway stateless', 50],
];
/** Calls per CPU-second in terms of the fastest SDK server's. */
const PER_CPU_TARGET = 0.9;
const ADDED_TARGETS_MS = { p50: 1, p99: 5 };
const ASLEEP_P99_MS = 5;
const FIRST_CALL_P50_MS = { 'from the pool': 10, 'no pool': 70 };
const MANY_RATIO = 1.1;

const ms = (value: number) => `${value.toFixed(2)} ms`;
const within = (value: number, target: number) =>
  `${ms(value)} (target ${target} ms: ${value <= target ? 'met' : 'missed'})`;

/**
 * A row per configuration, then our calls relative to each family: per second, and per second of CPU time. The bare
 * hops of the same run show the speed of the machine meanwhile; only ratios can be compared from run to run.
 *
 * @param what one line about the requests
 */
export function throughputLines(what: string, samples: Samples): string[] {
  const rows = summarizeSamples(samples);
  const ours = rows.find(({ configuration }) => configuration.family === 'patchbay');
  const failures = [...samples.failures].map(([{ name }, reason]) => notMeasuredLine(name, reason));
  const lines = rows.map(
    ({ configuration: { name }, perSecond, spread, p50, p99, cpuMs }) =>
      `  ${name.padEnd(24)} ${perSecond.toFixed(0).padStart(6)}/s ${plusMinus(spread)}` +
      `  p50 ${ms(p50).padStart(9)}  p99 ${ms(p99).padStart(9)}  ${perCpuSecond({ cpuMs }).toFixed(0).padStart(6)} per CPU-s`,
  );
  return ['', what, ...lines, ...failures, ...(ours ? ratioLines(rows, ours, samples) : [])];
}

/** One measurement has no spread: it is omitted then. */
function plusMinus(spread: number): string {
  return spread === 0 ? ''.padEnd(5) : `±${(spread * 50).toFixed(0).padStart(2)} %`;
}

function ratioLines(rows: readonly ThroughputRow[], ours: ThroughputRow, samples: Samples): string[] {
  const taken = samples.taken.get(ours.configuration) ?? [];
  const sdk = fastestOf(rows, 'sdk');
  const bare = rows.find(({ configuration }) => configuration.name === TWO_HOPS);
  const perSecond = {
    of: ({ perSecond: rate }: Sample) => rate,
    noise: noiseOf(taken, (sample) => sample.perSecond),
  };
  const perCpu = { of: perCpuSecond, noise: noiseOf(taken, perCpuSecond) };
  const line = ({ of, noise }: typeof perSecond, other: ThroughputRow | undefined, target?: number) => {
    if (!other) return [];
    const ratio = of(ours) / of(other);
    const outcome = target === undefined ? '' : ` (target ${target}: ${judge(ratio, target, noise)})`;
    return [`    ${ratio.toFixed(2)} × ${other.configuration.name}${outcome}`];
  };
  return [
    `  Patchbay's calls per second; two runs of it differ by ${perSecond.noise.toFixed(2)} ×`,
    ...RATIO_TARGETS.flatMap(([family, target]) => line(perSecond, fastestOf(rows, family), target)),
    ...line(perSecond, bare),
    `  Patchbay's calls per second of CPU time; two runs of it differ by ${perCpu.noise.toFixed(2)} ×`,
    ...line(perCpu, sdk, PER_CPU_TARGET),
    ...line(perCpu, bare),
  ];
}

/** In place of a row: which one is missing from a comparison, and why. */
export function notMeasuredLine(name: string, reason: string): string {
  return `  ${name.padEnd(24)} not measured: ${reason}`;
}

function fastestOf(rows: readonly ThroughputRow[], family: Configuration['family']): ThroughputRow | undefined {
  return rows
    .filter(({ configuration }) => configuration.family === family)
    .toSorted((one, other) => other.perSecond - one.perSecond)[0];
}

export interface InTurn {
  readonly perSecond: number;
  readonly p99: number;
  readonly cpuMs: number;
}

/** Calls to several connectors in turn, in terms of the calls to one of the same run, which is measured twice a round. */
export function inTurnLines(inFlight: number, taken: ReadonlyMap<number, readonly InTurn[]>): string[] {
  const one = taken.get(1) ?? [];
  const median = (samples: readonly InTurn[], pick: (sample: InTurn) => number) => percentile(samples.map(pick), 0.5);
  const lines = [...taken].map(([connectors, samples]) => {
    const rate = median(samples, ({ perSecond }) => perSecond) / median(one, ({ perSecond }) => perSecond);
    const perCpu = median(one, ({ cpuMs }) => cpuMs) / median(samples, ({ cpuMs }) => cpuMs);
    const p99 = ms(median(samples, (sample) => sample.p99));
    const name = `${String(connectors).padStart(4)} ${connectors === 1 ? 'connector ' : 'connectors'}`;
    return `  ${name}  ${rate.toFixed(2)} × per second  ${perCpu.toFixed(2)} × per CPU-second  p99 ${p99}`;
  });
  const noise = noiseOf(one, ({ perSecond }) => perSecond).toFixed(2);
  const noisePerCpu = noiseOf(one, ({ cpuMs }) => cpuMs).toFixed(2);
  return [
    '',
    `${inFlight} in flight to several connectors in turn, in terms of the same calls to one connector`,
    ...lines,
    `  two runs of one connector differ by ${noise} × per second, ${noisePerCpu} × per CPU-second`,
  ];
}

export function addedLines({ inFlight, calls, whole, added, steps }: AddedLatency): string[] {
  // The targets are for one client; with more, calls wait for each other's CPU.
  const against = (value: number, target: number) => (inFlight === 1 ? within(value, target) : ms(value));
  return [
    '',
    `Latency that the gateway adds to a call, ${inFlight} in flight, ${calls} calls`,
    `  the caller waited      p50 ${ms(whole.p50)}  p99 ${ms(whole.p99)}`,
    `  of it the gateway took p50 ${against(added.p50, ADDED_TARGETS_MS.p50)}  p99 ${against(added.p99, ADDED_TARGETS_MS.p99)}`,
    `  mean ms of each step   ${Object.entries(steps)
      .map(([step, mean]) => `${step} ${mean.toFixed(3)}`)
      .join('  ')}`,
  ];
}

export function asleepLines(answers: readonly AsleepAnswer[]): string[] {
  return [
    '',
    'Answered while the connector sleeps, one client',
    ...answers.map(
      ({ method, p50, p99, started }) =>
        `  ${method.padEnd(16)} p50 ${ms(p50)}  p99 ${within(p99, ASLEEP_P99_MS)}  sandboxes started: ${started}`,
    ),
  ];
}

export function firstCallLine(
  from: keyof typeof FIRST_CALL_P50_MS,
  { p50, max, calls }: { readonly p50: number; readonly max: number; readonly calls: number },
): string {
  return `First call of a sleeping connector, ${from}: p50 ${within(p50, FIRST_CALL_P50_MS[from])}, at most ${ms(max)}, ${calls} calls`;
}

export function manyLines({ few, many, firstLook, ...steps }: ManyConnectors): string[] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ratio = mean(many) / mean(few);
  const noise = Math.max(...few, ...many) / Math.min(...few, ...many);
  const each = (values: readonly number[]) => values.map((value) => value.toFixed(3)).join(' and ');
  const outcome = ratio <= MANY_RATIO ? 'met' : 'missed';
  return [
    '',
    `A warm call beside ${FEW} and beside ${MANY} published connectors, one client`,
    `  p50 ${each(few)} ms, then ${each(many)} ms: ${ratio.toFixed(2)} × (target ${MANY_RATIO}: ${outcome}); all four differ by ${noise.toFixed(2)} ×`,
    `  route and policy, mean ${each(steps.fewRouteAndPolicy)} ms, then ${each(steps.manyRouteAndPolicy)} ms`,
    `  first look at each, read from the database: p50 ${ms(firstLook.p50)}  p99 ${ms(firstLook.p99)}`,
  ];
}
