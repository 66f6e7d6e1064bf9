import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { fileSize } from './file-size.ts';

describe('file-size', () => {
  it('refuses a file of more than 400 lines and lets a test have 600', async () => {
    const long = 'export {};\n'.repeat(401);
    expect(await objections(fileSize, { 'packages/mcp/src/a.ts': long })).toEqual([
      'packages/mcp/src/a.ts 401 lines, at most 400',
    ]);
    expect(await objections(fileSize, { 'packages/mcp/test/a.spec.ts': long })).toEqual([]);
    expect(await objections(fileSize, { 'packages/mcp/test/a.spec.ts': 'export {};\n'.repeat(601) })).toHaveLength(1);
  });
});
