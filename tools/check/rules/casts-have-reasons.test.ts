import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { castsHaveReasons } from './casts-have-reasons.ts';

describe('casts-have-reasons', () => {
  it.each([
    ['as', 'const x = y as string;'],
    ['!', 'const x = y!;'],
    ['any', 'function f(x: any) {}'],
    ['as unknown as', 'const x = y as unknown as string;'],
  ])('refuses `%s` without a reason', async (_, text) => {
    expect((await objections(castsHaveReasons, { 'packages/mcp/src/a.ts': text })).length).toBeGreaterThan(0);
  });

  it('accepts `as const`, and a cast with its reason on the line, above the statement or inside it', async () => {
    const text = [
      'export const A = [1] as const;',
      'const b = y as string; // the map was filled from the same list',
      '// the map was filled from the same list',
      'const c = y as string;',
      'const d = call(',
      '  // the map was filled from the same list',
      '  y as string,',
      ');',
    ].join('\n');
    expect(await objections(castsHaveReasons, { 'packages/mcp/src/a.ts': text })).toEqual([]);
  });

  it('does not take the comment of another statement for a reason', async () => {
    const text = '// about a\nconst a = 1;\n\nconst b = y as string;';
    expect(await objections(castsHaveReasons, { 'packages/mcp/src/a.ts': text })).toHaveLength(1);
  });
});
