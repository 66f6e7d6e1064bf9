import { describe, expect, it } from 'vitest';
import type { StepResult } from '../steps/step-log.ts';
import { renderReport } from './render-report.ts';
import { createReport } from './report.ts';

const step = (given: Partial<StepResult> & Pick<StepResult, 'step'>): StepResult => ({
  way: null,
  revision: null,
  state: 'passed',
  because: null,
  findings: [],
  ms: 1,
  ...given,
});
const modern = { way: 'dcr', revision: '2026-07-28' } as const;
const legacy = { way: 'dcr', revision: '2025-11-25' } as const;
const sound = [
  step({ step: 'reach' }),
  step({ step: 'challenge' }),
  step({ step: 'token', way: 'dcr' }),
  step({ step: 'discover', ...modern }),
  step({ step: 'call', ...modern }),
  step({ step: 'initialize', ...legacy }),
  step({ step: 'call', ...legacy }),
  step({ step: 'session', ...legacy }),
];
const report = (steps: readonly StepResult[]) => createReport({ url: 'https://mcp.example/mcp', steps, requests: {} });
const states = (steps: readonly StepResult[]) =>
  Object.fromEntries(report(steps).matrix.map(({ revision, client, state }) => [`${revision} ${client}`, state]));

describe('a report', () => {
  it('names the first failure, before warnings that came earlier', () => {
    const { first, ok } = report([
      step({ step: 'resource', state: 'warned', findings: [{ rule: 'resource.path', received: '404' }] }),
      step({ step: 'server', state: 'failed', findings: [{ rule: 'server.s256', received: 'missing' }] }),
      step({ step: 'token', state: 'failed', findings: [{ rule: 'token.slow', received: '' }] }),
    ]);
    expect([first?.rule, ok]).toEqual(['server.s256', false]);
  });

  it('of a server without findings connects every client in every way that was tried', () => {
    expect(report(sound)).toMatchObject({ first: null, ok: true, findings: [], directory: [] });
    expect(new Set(Object.values(states(sound)))).toEqual(new Set(['connects']));
  });

  it('concerns those clients alone that fail by a rule', () => {
    const cors = step({ step: 'cors', state: 'warned', findings: [{ rule: 'cors.metadata', received: '/' }] });
    expect(states([...sound, cors])).toMatchObject({
      '2026-07-28 browser': 'connects_with_warnings',
      '2026-07-28 claude': 'connects',
    });
    const slow = step({ step: 'token', way: 'dcr', state: 'failed', findings: [{ rule: 'token.slow', received: '' }] });
    expect(states([...sound, slow])).toMatchObject({ '2025-11-25 claude': 'fails', '2025-11-25 sdk': 'connects' });
  });

  it('concerns that revision alone in which a finding came up', () => {
    const failed = step({
      step: 'initialize',
      ...legacy,
      state: 'failed',
      findings: [{ rule: 'initialize.refused', received: '401' }],
    });
    expect(states([...sound.slice(0, 5), failed])).toMatchObject({
      '2026-07-28 claude': 'connects',
      '2025-11-25 claude': 'fails',
    });
  });

  it('does not take what was not tried for a connection', () => {
    const skipped = step({ step: 'authorize', way: 'dcr', state: 'not_tried', because: 'it needs a person' });
    expect(new Set(Object.values(states([step({ step: 'reach' }), skipped])))).toEqual(new Set(['not_tried']));
  });
});

describe('a rendered report', () => {
  const failing = report([
    step({ step: 'server', state: 'failed', findings: [{ rule: 'server.s256', received: 'missing' }] }),
    step({ step: 'directory', state: 'warned', findings: [{ rule: 'directory.hints', received: 'look' }] }),
  ]);

  it('begins with the failing step, its fix and its source, and has the directory last', () => {
    const lines = renderReport(failing, { width: 100 });
    expect(lines[0]).toBe('The first failing step at https://mcp.example/mcp:');
    expect(lines.findIndex((line) => line.includes('Do  '))).toBeLessThan(lines.indexOf('Steps'));
    expect(lines.join('\n')).toMatch(
      /Source {4}MCP 2026-07-28, basic\/authorization \(specification, 2026-07-28\); rule server\.s256/,
    );
    expect(lines.indexOf('Before the directory of Claude')).toBeGreaterThan(lines.indexOf('Clients'));
  });

  it('has a table of clients where there is room, and a line for each where there is not', () => {
    const wide = renderReport(report(sound), { width: 140 });
    expect(wide.find((line) => line.includes('Claude Code') && line.includes('ChatGPT'))).toBeDefined();
    const narrow = renderReport(failing, { width: 60 });
    expect(narrow).toContain('    Claude Code: FAILS');
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(60 + 20);
  });

  it('states what was not tried where nothing failed', () => {
    const skipped = step({ step: 'authorize', way: 'dcr', state: 'not_tried', because: 'it needs a person' });
    expect(renderReport(report([step({ step: 'reach' }), skipped]), { width: 80 }).slice(0, 2)).toEqual([
      'No finding at https://mcp.example/mcp.',
      'Not all was tried: A person signs in and allows it: registration (DCR) (it needs a person).',
    ]);
  });
});
