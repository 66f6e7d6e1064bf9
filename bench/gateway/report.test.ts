import { describe, expect, it } from 'vitest';
import type { Configuration } from '../measuring/configuration.ts';
import { inTurnLines, throughputLines } from './report.ts';

const configuration = (name: string, family: Configuration['family']): Configuration => ({
  name,
  family,
  pids: () => [],
  stop: async () => {},
  client: { url: 'http://127.0.0.1:1/', headers: {}, message: {}, session: false },
});
const sample = (perSecond: number, cpuMs: number) => ({ perSecond, cpuMs, p50: 1, p99: 2 });

const ours = configuration('Patchbay', 'patchbay');
const slow = configuration('slow SDK', 'sdk');
const fast = configuration('fast SDK', 'sdk');
const hops = configuration('bare HTTP, two hops', 'bare');

describe('throughputLines', () => {
  const taken = new Map([
    [ours, [sample(500, 2), sample(550, 2.5)]],
    [slow, [sample(100, 9)]],
    [fast, [sample(1_000, 1)]],
    [hops, [sample(4_000, 0.5)]],
  ]);

  it('reports ratios of calls per second and of CPU time separately, each with its own noise', () => {
    expect(throughputLines('16 in flight', { taken, failures: new Map() }).slice(-6)).toEqual([
      "  Patchbay's calls per second; two runs of it differ by 1.10 ×",
      '    0.50 × fast SDK (target 1: missed)',
      '    0.13 × bare HTTP, two hops',
      "  Patchbay's calls per second of CPU time; two runs of it differ by 1.25 ×",
      '    0.50 × fast SDK (target 0.9: missed)',
      '    0.25 × bare HTTP, two hops',
    ]);
  });

  it('shows the measurements of other servers and the reason why ours was not measured', () => {
    const lines = throughputLines('16 in flight', { taken, failures: new Map([[ours, 'no answer']]) }).join('\n');
    expect(lines).toMatch(/fast SDK +1000\/s/);
    expect(lines).toMatch(/Patchbay +not measured: no answer/);
    expect(lines).not.toContain('target');
  });
});

describe('inTurnLines', () => {
  it('compares calls to several connectors with calls to one, and two runs of one with each other', () => {
    const turns = new Map([
      [1, [sample(100, 1), sample(80, 1)]],
      [10, [sample(40, 2)]],
    ]);
    const lines = inTurnLines(16, turns).join('\n');
    expect(lines).toMatch(/10 connectors +0\.50 × per second +0\.50 × per CPU-second/);
    expect(lines).toContain('two runs of one connector differ by 1.25 × per second, 1.00 × per CPU-second');
  });
});
