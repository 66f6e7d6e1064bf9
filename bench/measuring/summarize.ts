/** Times of one run, in milliseconds. */
export interface Measured {
  readonly totalMs: number;
  readonly laps: Readonly<Record<string, number>>;
}

export interface Summary {
  readonly p50: number;
  readonly p95: number;
  readonly min: number;
  readonly max: number;
  /** (p95 − p50) / p50: how far the slow ones are off. */
  readonly spread: number;
}

/** Runs the work; `lap` ends a part of it. */
export async function measure(work: (lap: (name: string) => void) => Promise<void>): Promise<Measured> {
  const laps: Record<string, number> = {};
  const startedAt = performance.now();
  let lapAt = startedAt;
  await work((name) => {
    const now = performance.now();
    laps[name] = now - lapAt;
    lapAt = now;
  });
  return { totalMs: performance.now() - startedAt, laps };
}

/** The value at this share of the sorted values, by nearest rank. @throws RangeError without values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('percentile: there are no values');
  return value;
}

/** @throws RangeError without values */
export function summarize(values: readonly number[]): Summary {
  const at = (share: number) => percentile(values, share);
  const [p50, p95] = [at(0.5), at(0.95)];
  return { p50, p95, min: at(0), max: at(1), spread: (p95 - p50) / p50 };
}
