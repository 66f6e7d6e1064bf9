import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { errorsDocumented } from './errors-documented.ts';

describe('errors-documented', () => {
  const page = (body = 'The request failed, as described here.') =>
    `# x\n\n## What happened\n\n${body}\n\n## Why\n\n${body}\n\n## What to do\n\n${body}\n`;
  const rule = errorsDocumented(async () => ['mcp.bad_body']);

  it('refuses an error code without a page, and a page without an error code', async () => {
    expect(await objections(rule, {})).toEqual(['docs/errors/mcp/bad_body.md the code has no page']);
    const files = { 'docs/errors/mcp/bad_body.md': page(), 'docs/errors/mcp/gone.md': page() };
    expect(await objections(rule, files)).toEqual(['docs/errors/mcp/gone.md no such code in the catalogue']);
  });

  it('refuses a page of an error whose sections are missing or empty', async () => {
    const files = { 'docs/errors/mcp/bad_body.md': page('-') };
    expect(await objections(rule, files)).toHaveLength(3);
  });

  it('refuses a page of an error with a further section, or with its sections in another order', async () => {
    const further = `${page()}\n## Notes\n\nSomething else.\n`;
    const [, happened, why, act] = page().split('\n## ');
    const swapped = ['# x\n', why, happened, act].join('\n## ');
    for (const text of [further, swapped]) {
      expect(await objections(rule, { 'docs/errors/mcp/bad_body.md': text })).toEqual([
        'docs/errors/mcp/bad_body.md sections of a page are What happened, Why, What to do, in this order',
      ]);
    }
  });
});
