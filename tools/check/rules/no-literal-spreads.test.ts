import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { noLiteralSpreads } from './no-literal-spreads.ts';

describe('no-literal-spreads', () => {
  it('refuses a spread of an object literal inside an object literal, in tests too', async () => {
    const text = 'const a = 1;\nexport const one = {\n  ...{ a, b: 2 },\n  c: 3,\n};\n';
    expect(
      await objections(noLiteralSpreads, { 'packages/mcp/src/a.ts': text, 'apps/worker/test/b.spec.ts': text }),
    ).toEqual([
      'packages/mcp/src/a.ts:3 write these properties without a spread of a literal',
      'apps/worker/test/b.spec.ts:3 write these properties without a spread of a literal',
    ]);
  });

  it('accepts spreads of values, of conditions and into calls', async () => {
    const text = `export const one = { ...base, ...(x && { a: 1 }), ...(y ? { b: 2 } : {}) };
      export const list = [...[1, 2], ...more];
      call(...arguments_);`;
    expect(await objections(noLiteralSpreads, { 'packages/mcp/src/a.ts': text })).toEqual([]);
  });
});
