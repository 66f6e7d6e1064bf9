import { describe, expect, it } from 'vitest';
import { type ProbeFindings, probeReport } from './probe-report.ts';
import type { ProbedAttempt } from './run-attempts.ts';

const held: ProbedAttempt = { name: 'read a file of the host', expected: 'ENOENT', got: 'ENOENT', outcome: 'held' };
const through: ProbedAttempt = { ...held, name: 'connect to the host', got: 'connected', outcome: 'got through' };
const report = (findings: Partial<ProbeFindings>) =>
  probeReport({ attempts: [held], reducedBy: [], without: new Set(), ...findings });

describe('the report of the isolation probe', () => {
  it('reports missing isolation with each attempt that got through and its result', () => {
    expect(report({ attempts: [through, held] })).toEqual({
      isolation: { state: 'missing', missing: ['connect to the host (connected)'] },
      limits: { state: 'full', reasons: [] },
    });
  });

  it('reports a layer that is switched off as missing isolation even where no attempt got through', () => {
    expect(report({ without: new Set(['seccomp']) }).isolation).toEqual({
      state: 'missing',
      missing: ['seccomp (switched off)'],
    });
  });

  it('reports weaker limits, of the host or switched off, as reduced limits and complete isolation', () => {
    expect(report({ reducedBy: ['not root'], without: new Set(['cgroups']) })).toEqual({
      isolation: { state: 'complete', missing: [] },
      limits: { state: 'reduced', reasons: ['not root', 'cgroups (switched off)'] },
    });
  });

  it('reports complete isolation and full limits where every attempt was held and nothing is off', () => {
    expect(report({})).toEqual({
      isolation: { state: 'complete', missing: [] },
      limits: { state: 'full', reasons: [] },
    });
  });
});
