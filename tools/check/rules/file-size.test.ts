import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { SourceTree } from '../source-tree.ts';
import { fileSize } from './file-size.ts';

const rule = fileSize({ short: 0, long: 0 });
const lines = (count: number, first = 'export {};') => `${first}\n${'export {};\n'.repeat(count - 1)}`;
const PART = 'packages/mcp/src/part.ts';
const WHOLE = 'packages/mcp/src/whole.ts';

describe('file-size', () => {
  it('refuses a file of more than 250 lines and lets a test have 600', async () => {
    expect(await objections(rule, { 'packages/mcp/src/a.ts': lines(251) })).toEqual([
      'packages/mcp/src/a.ts 251 lines, at most 250',
    ]);
    expect(await objections(rule, { 'packages/mcp/test/a.spec.ts': lines(600) })).toEqual([]);
    expect(await objections(rule, { 'packages/mcp/test/a.spec.ts': lines(601) })).toHaveLength(1);
  });

  it('refuses a file of fewer than 45 lines that one other file uses and no test', async () => {
    const files = { [PART]: lines(44), [WHOLE]: lines(60, "import { a } from './part.ts';") };
    expect(await objections(rule, files)).toEqual([
      `${PART} 44 lines, no test, and used by ${WHOLE} alone; make it a part of that file`,
    ]);
  });

  it.each([
    ['has 45 lines', { [PART]: lines(45) }],
    ['has a second importer', { 'packages/mcp/src/other.ts': "import { a } from './part.ts';\n" }],
    ['has a test of its own', { 'packages/mcp/src/part.test.ts': "import { a } from './part.ts';\n" }],
    ['would make its importer too long', { [WHOLE]: lines(207, "import { a } from './part.ts';") }],
    ['is a program that nothing imports', { [WHOLE]: lines(60) }],
    ['is re-exported by an index', { [WHOLE]: lines(60), 'packages/mcp/src/index.ts': "export * from './part.ts';\n" }],
    ['is exported by an entry of its package', { [WHOLE]: "export { a } from './part.ts';\n" }],
    ['is loaded only when it is needed', { [WHOLE]: lines(60, "export const load = () => import('./part.ts');") }],
    ['runs in the browser for a page that does not', { [PART]: lines(20, "'use client';") }],
  ])('accepts a short file that %s', async (_name, changed) => {
    const files = { [PART]: lines(44), [WHOLE]: lines(60, "import { a } from './part.ts';"), ...changed };
    expect(await objections(rule, files)).toEqual([]);
  });

  it('accepts as many files out of bounds as the rule allows, and prints how many there are', async () => {
    const long = { 'packages/mcp/src/a.ts': lines(251) };
    const one = fileSize({ short: 0, long: 1 });
    expect(await objections(one, { ...long, 'packages/mcp/src/b.ts': lines(251) })).toHaveLength(2);
    expect(await objections(one, long)).toEqual([]);
    expect(one.note?.(SourceTree.of(long))).toBe('1 too long and 0 too short');
    expect(one.note?.(SourceTree.of({}))).toMatch(/^0 too long and 0 too short; lower the numbers/);
  });
});
