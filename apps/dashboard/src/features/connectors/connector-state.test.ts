import { describe, expect, it } from 'vitest';
import { connectorState } from './connector-state.ts';

const live = { versionId: 'ver_1', number: 1, activatedAt: '2026-11-21T12:00:00Z' };

describe('connectorState', () => {
  it('the state of a connector shows that the old version serves while a newer one fails', () => {
    const latest = { versionId: 'ver_2', number: 2, state: 'failed' as const };
    expect(connectorState({ live, latest })).toEqual({
      label: 'Live · version 1',
      color: 'teal',
      note: 'Version 2: failed',
    });
  });

  it('the state of a connector does not mention older versions after a rollback', () => {
    const latest = { versionId: 'ver_1', number: 1, state: 'active' as const };
    expect(connectorState({ live, latest }).note).toBeNull();
  });

  it.each([
    ['building', 'Deploying'],
    ['failed', 'Deploy failed'],
    ['held', 'Held'],
    ['published', 'Published, not active'],
  ] as const)('calls a connector without a live version, its newest %s, "%s"', (state, label) => {
    expect(connectorState({ live: null, latest: { versionId: 'ver_1', number: 1, state } }).label).toBe(label);
  });

  it('a connector without a version is not shown as deploying', () => {
    expect(connectorState({ live: null, latest: null }).label).toBe('No version yet');
  });
});
