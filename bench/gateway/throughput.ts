import type { ClientPlan, Configuration } from '../measuring/configuration.ts';
import { cpuMs } from '../measuring/process-tree.ts';
import { percentile } from '../measuring/summarize.ts';
import type { Load } from './load.ts';

/** Whichever ends first. A compiler is done with a program after calls, not after seconds. */
const WARM_UP = { callsMax: 20_000, seconds: 10 };

export interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of all processes of the serving side, per call. */
  readonly cpuMs: number;
}

export interface ThroughputPlan {
  readonly inFlight: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp?: { readonly callsMax: number; readonly seconds: number };
  /** The requests of each configuration, made of its usual request. */
  request?(usual: ClientPlan): ClientPlan;
}

export interface Samples {
  readonly taken: ReadonlyMap<Configuration, readonly Sample[]>;
  /** Why a configuration was not measured to the end: it lost a call, or refused one. */
  readonly failures: ReadonlyMap<Configuration, string>;
}

/**
 * The first configuration before and after all others, round by round: a machine that slows down slows all of them, and
 * what two measurements of the same differ by is known. Each is warmed up before, until its compiler is done with it.
 */
export async function measureThroughput(
  load: Load,
  configurations: readonly Configuration[],
  { inFlight, rounds, seconds, warmUp = WARM_UP, request = (usual) => usual }: ThroughputPlan,
): Promise<Samples> {
  const [first] = configurations;
  const order = first ? [...configurations, first] : [];
  const taken = new Map<Configuration, Sample[]>(configurations.map((configuration) => [configuration, []]));
  const failures = new Map<Configuration, string>();
  /** A configuration that loses a call is left out from then on, and the others continue. */
  const attempt = async (configuration: Configuration, work: (client: ClientPlan) => Promise<void>) => {
    if (failures.has(configuration)) return;
    await work(request(configuration.client)).catch((error: unknown) => {
      failures.set(configuration, error instanceof Error ? error.message : String(error));
    });
  };
  for (const configuration of configurations) {
    await attempt(configuration, async (client) => {
      await load.run({ ...client, ...warmUp, inFlight, named: false });
    });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const configuration of order) {
      await attempt(configuration, async (client) => {
        const before = await cpuMs(configuration.pids());
        const { perSecond, p50, p99, calls } = await load.run({ ...client, inFlight, seconds, named: false });
        const spent = (await cpuMs(configuration.pids())) - before;
        taken.get(configuration)?.push({ perSecond, p50, p99, cpuMs: spent / calls });
      });
    }
  }
  return { taken, failures };
}

export interface ThroughputRow extends Sample {
  readonly configuration: Configuration;
  /** (fastest − slowest) ÷ median of the calls per second. */
  readonly spread: number;
}

/** Calls that one second of CPU time, over all processes of the configuration, answers. */
export function perCpuSecond({ cpuMs: spent }: Pick<Sample, 'cpuMs'>): number {
  return 1_000 / spent;
}

/** Medians of what was measured to the end. */
export function summarizeSamples(samples: Samples): ThroughputRow[] {
  const whole = [...samples.taken].filter(([configuration]) => !samples.failures.has(configuration));
  return whole.map(([configuration, taken]) => {
    const median = (pick: (sample: Sample) => number) => percentile(taken.map(pick), 0.5);
    const rates = taken.map(({ perSecond }) => perSecond);
    const perSecond = median((sample) => sample.perSecond);
    return {
      configuration,
      perSecond,
      p50: median((sample) => sample.p50),
      p99: median((sample) => sample.p99),
      cpuMs: median((sample) => sample.cpuMs),
      spread: (Math.max(...rates) - Math.min(...rates)) / perSecond,
    };
  });
}

/**
 * The largest difference of two measurements of the same thing in one round, as a ratio of at least 1. @param samples
 * two of each round, one after the other
 */
export function noiseOf<S>(samples: readonly S[], of: (sample: S) => number): number {
  const ratios: number[] = [];
  for (let index = 0; index + 1 < samples.length; index += 2) {
    const [before, after] = [samples[index], samples[index + 1]];
    if (before && after) ratios.push(of(before) / of(after));
  }
  return Math.max(1, ...ratios.map((ratio) => Math.max(ratio, 1 / ratio)));
}

export type Verdict = 'met' | 'missed' | 'within the noise';

/** A ratio below its target counts as missed only when the noise cannot explain it. */
export function judge(ratio: number, target: number, noise: number): Verdict {
  if (ratio >= target) return 'met';
  return ratio * noise >= target ? 'within the noise' : 'missed';
}
