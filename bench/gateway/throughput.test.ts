import { describe, expect, it } from 'vitest';
import { judge, noiseOf } from './throughput.ts';

const sample = (rate: number) => ({ perSecond: rate });
const perSecond = (measured: { perSecond: number }) => measured.perSecond;

describe('judge', () => {
  it('reports a benchmark’s target as missed only when the noise cannot explain it', () => {
    expect(judge(0.7, 1, 1.2)).toBe('missed');
    expect(judge(0.9, 1, 1.2)).toBe('within the noise');
    expect(judge(1.01, 1, 1.2)).toBe('met');
  });
});

describe('noiseOf', () => {
  it('noise is the worst ratio of two measurements in one round, whichever came first', () => {
    expect(noiseOf([sample(100), sample(125), sample(300), sample(200)], perSecond)).toBe(1.5);
  });

  it('noise is 1 for one measurement, which cannot differ from itself', () => {
    expect(noiseOf([sample(100)], perSecond)).toBe(1);
  });
});
