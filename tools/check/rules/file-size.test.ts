import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { fileSize } from './file-size.ts';

const lines = (count: number, first = 'export {};') => `${first}\n${'export {};\n'.repeat(count - 1)}`;
const PART = 'packages/mcp/src/part.ts';
const WHOLE = 'packages/mcp/src/whole.ts';

describe('file-size', () => {
  it('refuses a file of more than 250 lines and lets a test have 600', async () => {
    expect(await objections(fileSize, { 'packages/mcp/src/a.ts': lines(251) })).toEqual([
      'packages/mcp/src/a.ts 251 lines, at most 250',
    ]);
    expect(await objections(fileSize, { 'packages/mcp/test/a.spec.ts': lines(600) })).toEqual([]);
    expect(await objections(fileSize, { 'packages/mcp/test/a.spec.ts': lines(601) })).toHaveLength(1);
  });

  it('refuses a file of fewer than 45 lines that one other file uses and no test', async () => {
    const files = { [PART]: lines(44), [WHOLE]: lines(60, "import { a } from './part.ts';") };
    expect(await objections(fileSize, files)).toEqual([
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
    expect(await objections(fileSize, files)).toEqual([]);
  });
});
