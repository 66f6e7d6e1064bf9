import { percentile } from '../measuring/summarize.ts';

/** The growth of one measure after the warm-up that does not count as a leak. */
export interface Allowance {
  /** Share of its level after the warm-up. */
  readonly share: number;
  /** In its own unit, for measures that are small. */
  readonly least: number;
  /** The bound that the platform itself sets: it may rise up to there, and before that there is no result. */
  readonly bound?: number;
}

export interface Growth {
  readonly early: number;
  readonly late: number;
  readonly allowed: number;
  readonly grows: boolean;
  /** Whether it rises, but is still below the bound that the platform holds it to. */
  readonly isBelowBound: boolean;
}

/**
 * Whether a measure rises after its first third, the warm-up. Medians of the second and the last third are compared:
 * one sample taken in a bad moment decides nothing.
 *
 * @param values in the order they were taken @throws RangeError for fewer than three
 */
export function judgeGrowth(values: readonly number[], { share, least, bound }: Allowance): Growth {
  const third = Math.floor(values.length / 3);
  const early = percentile(values.slice(third, 2 * third), 0.5);
  const late = percentile(values.slice(2 * third), 0.5);
  const allowed = Math.max(early * share, least);
  const rises = late - early > allowed;
  const isBelowBound = rises && bound !== undefined && late <= bound;
  return { early, late, allowed, isBelowBound, grows: rises && !isBelowBound };
}
