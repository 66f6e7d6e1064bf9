import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { fileNames } from './file-names.ts';

describe('file-names', () => {
  it('refuses files and folders named utils or helpers, and names that are not kebab-case', async () => {
    expect(await objections(fileNames, { 'packages/mcp/src/utils.ts': '' })).toHaveLength(1);
    expect(await objections(fileNames, { 'packages/mcp/src/helpers/read.ts': '' })).toHaveLength(1);
    expect(await objections(fileNames, { 'packages/mcp/src/readBody.ts': '' })).toHaveLength(1);
    expect(await objections(fileNames, { 'apps/dashboard/src/app/[organization]/page.tsx': '' })).toEqual([]);
  });
});
