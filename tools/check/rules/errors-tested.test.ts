import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { errorsTested } from './errors-tested.ts';

describe('errors-tested', () => {
  const codes = async () => ['mcp.bad_body', 'mcp.slow'];
  const named = { 'packages/mcp/src/a.test.ts': "expect(code).toBe('mcp.bad_body');" };

  it('refuses an error code that no test names, even if the code itself names it', async () => {
    const files = { 'packages/mcp/src/a.ts': "throw new AppError('mcp.slow');", ...named };
    expect(await objections(errorsTested(codes, {}), files)).toEqual([
      'packages/foundation/src/catalog/index.ts no test names mcp.slow',
    ]);
    expect(await objections(errorsTested(codes, { 'mcp.slow': 'takes minutes' }), files)).toEqual([]);
  });

  it('refuses an exception for an error code that has a test or is gone', async () => {
    const untested = { 'mcp.slow': 'takes minutes', 'mcp.bad_body': 'once', 'mcp.gone': 'long ago' };
    expect(await objections(errorsTested(codes, untested), named)).toEqual([
      'packages/foundation/src/catalog/index.ts mcp.bad_body is gone or has a test; take it off the list',
      'packages/foundation/src/catalog/index.ts mcp.gone is gone or has a test; take it off the list',
    ]);
  });
});
