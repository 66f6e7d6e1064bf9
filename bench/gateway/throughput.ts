import { percentile } from '../summarize.ts';
import type { Configuration } from './configuration.ts';
import type { Load } from './load.ts';
import { cpuMs } from './process-tree.ts';

const WARM_UP_SECONDS = 4;

export interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the serving side, per call. */
  readonly cpuMs: number;
}

export interface ThroughputPlan {
  readonly inFlight: number;
  readonly rounds: number;
  readonly seconds: number;
}

export type Samples = ReadonlyMap<Configuration, readonly Sample[]>;

/**
 * The first configuration before and after all others, round by round: a machine that slows down slows all of them, and
 * what two measurements of the same differ by is known. Each is warmed up before, until its compiler is done with it.
 */
export async function measureThroughput(
  load: Load,
  configurations: readonly Configuration[],
  { inFlight, rounds, seconds }: ThroughputPlan,
): Promise<Samples> {
  const [first] = configurations;
  const order = first ? [...configurations, first] : [];
  const samples = new Map<Configuration, Sample[]>(configurations.map((configuration) => [configuration, []]));
  for (const { client } of configurations)
    await load.run({ ...client, inFlight, seconds: WARM_UP_SECONDS, named: false });
  for (let round = 0; round < rounds; round += 1) {
    for (const configuration of order) {
      const before = await cpuMs(configuration.pids());
      const result = await load.run({ ...configuration.client, inFlight, seconds, named: false });
      const { perSecond, p50, p99, calls } = result;
      const spent = (await cpuMs(configuration.pids())) - before;
      samples.get(configuration)?.push({ perSecond, p50, p99, cpuMs: spent / calls });
    }
  }
  return samples;
}

export interface ThroughputRow extends Sample {
  readonly configuration: Configuration;
  /** (fastest − slowest) ÷ median of the calls per second. */
  readonly spread: number;
}

/** Medians. @throws RangeError for a configuration that was never measured */
export function summarizeSamples(samples: Samples): ThroughputRow[] {
  return [...samples].map(([configuration, taken]) => {
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

/** What two measurements of one configuration in one round differ by at most, as a ratio of at least 1. */
export function noiseOf(samples: readonly Sample[]): number {
  const ratios: number[] = [];
  for (let index = 0; index + 1 < samples.length; index += 2) {
    const [before, after] = [samples[index], samples[index + 1]];
    if (before && after) ratios.push(before.perSecond / after.perSecond);
  }
  return Math.max(1, ...ratios.map((ratio) => Math.max(ratio, 1 / ratio)));
}

export type Verdict = 'met' | 'missed' | 'within the noise';

/** A ratio below its target counts as missed only when the noise cannot explain it. */
export function judge(ratio: number, target: number, noise: number): Verdict {
  if (ratio >= target) return 'met';
  return ratio * noise >= target ? 'within the noise' : 'missed';
}
