import { describe, expect, it } from 'vitest';
import { describeRisks, isOpenUnconfirmed, refuseRisks, writingToolsOf } from './open-access.ts';

const tool = (name: string, annotations?: unknown) => ({ name, ...(annotations !== undefined && { annotations }) });

describe('tools that may write', () => {
  it('every tool without a read-only annotation counts as one that may write', () => {
    const tools = [
      tool('read', { readOnlyHint: true }),
      tool('silent'),
      tool('write', { readOnlyHint: false }),
      tool('odd', 'readOnlyHint'),
      tool('harmless', { destructiveHint: false }),
    ];
    expect(writingToolsOf({ tools })).toEqual(['silent', 'write', 'odd', 'harmless']);
  });

  it('a dynamic connector may have any tool that writes, and one without a version has none', () => {
    expect(writingToolsOf({ tools: [], dynamic: true })).toEqual(['*']);
    for (const nothing of [null, undefined, {}, { tools: 'x' }, []]) expect(writingToolsOf(nothing)).toEqual([]);
  });
});

describe('what an open connector gives away', () => {
  it('an open connector without secrets and writing tools gives nothing away', () => {
    expect(describeRisks({ secrets: 0, writingTools: [] })).toBeNull();
    expect(() => refuseRisks({ slug: 'weather' }, { secrets: 0, writingTools: [] })).not.toThrow();
  });

  it.each([
    [{ secrets: 1, writingTools: [] }, 'its secret'],
    [{ secrets: 2, writingTools: ['a'] }, 'its 2 secrets, and tools that write (a)'],
    [{ secrets: 0, writingTools: ['a', 'b', 'c', 'd', 'e'] }, 'tools that write (a, b, c and 2 more)'],
    [{ secrets: 0, writingTools: ['*'] }, 'tools it lists while it runs'],
  ])('the risks of an open connector are described in words: %j', (risks, words) => {
    expect(describeRisks(risks)).toBe(words);
    expect(() => refuseRisks({ slug: 'weather' }, risks)).toThrow(
      expect.objectContaining({ code: 'connectors.open_not_confirmed', detail: expect.stringContaining(words) }),
    );
  });
});

describe('an open connector', () => {
  it('an open connector is unconfirmed until a person confirms it, and a closed one never is', () => {
    expect(isOpenUnconfirmed({ authMode: 'none', openConfirmedAt: null })).toBe(true);
    expect(isOpenUnconfirmed({ authMode: 'none', openConfirmedAt: new Date() })).toBe(false);
    expect(isOpenUnconfirmed({ authMode: 'api_key', openConfirmedAt: null })).toBe(false);
  });
});
