/**
 * Whether a pattern matches every text in time that grows no faster than the text, in an engine that backtracks, as V8
 * does. Compatibility with RE2 is no proof: RE2 accepts `^(a+)+$`.
 */
import recheck from 'recheck/lib/browser.js';
import { type PatternShape, shapeOf } from './pattern-shape.ts';

export type PatternRuling =
  | { readonly kind: 'linear' }
  | { readonly kind: 'invalid' | 'slow' | 'undecided'; readonly reason: string };

/** More ways than this through counted repetitions is too slow, although it is a constant. */
const WAYS_MAX = 10_000;
const ANALYSIS_MS = 5_000;
const LINEAR: PatternRuling = { kind: 'linear' };

/**
 * Decides one pattern, in at most about ten seconds. The automaton is exact for endless repetitions and ignores counted
 * ones, although `^(a{1,50}){1,50}$` is not harmless. So a pattern is linear when it still is with every count made
 * endless; or when it is unchanged and its counts leave few alternatives.
 */
export function decidePattern(pattern: string): PatternRuling {
  let shape: PatternShape;
  try {
    shape = shapeOf(pattern);
  } catch (error) {
    return { kind: 'invalid', reason: error instanceof Error ? error.message : String(error) };
  }
  if (shape.undecidable !== null) return { kind: 'undecided', reason: `it ${shape.undecidable}` };
  if (shape.widened !== null) {
    const widened = analyse(shape.widened);
    if (widened.kind === 'linear' || shape.widened === pattern) return widened;
  }
  if (shape.ways > WAYS_MAX)
    return { kind: 'slow', reason: 'its counted repetitions can be combined in too many ways' };
  return analyse(pattern);
}

function analyse(pattern: string): PatternRuling {
  const options = { checker: 'automaton', timeout: ANALYSIS_MS, recallTimeout: -1 } as const;
  const found = recheck.checkSync(pattern, 'u', options);
  if (found.status === 'safe') return LINEAR;
  if (found.status === 'vulnerable') return { kind: 'slow', reason: `it is ${timeOf(found.complexity)}` };
  const { kind } = found.error;
  return { kind: 'undecided', reason: kind === 'timeout' ? 'it is too large to analyse' : `analysis result ${kind}` };
}

function timeOf(complexity: { readonly type: string; readonly degree?: number }): string {
  return complexity.type === 'polynomial' ? `polynomial of degree ${complexity.degree}` : complexity.type;
}
