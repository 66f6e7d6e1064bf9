import { percentile } from '../summarize.ts';

/** What one measure may grow by after the warm-up before it counts as a leak. */
export interface Allowance {
  /** Share of its level after the warm-up. */
  readonly share: number;
  /** In its own unit, for measures that are small. */
  readonly least: number;
}

export interface Growth {
  readonly early: number;
  readonly late: number;
  readonly allowed: number;
  readonly grows: boolean;
}

/**
 * Whether a measure rises after its first third, the warm-up. Medians of the second and the last third are compared:
 * one sample taken in a bad moment decides nothing.
 *
 * @param values in the order they were taken @throws RangeError for fewer than three
 */
export function judgeGrowth(values: readonly number[], { share, least }: Allowance): Growth {
  const third = Math.floor(values.length / 3);
  const early = percentile(values.slice(third, 2 * third), 0.5);
  const late = percentile(values.slice(2 * third), 0.5);
  const allowed = Math.max(early * share, least);
  return { early, late, allowed, grows: late - early > allowed };
}
