import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { documentsReachable } from './documents-reachable.ts';

describe('documents-reachable', () => {
  it('refuses every page when there is no docs/README.md', async () => {
    expect(await objections(documentsReachable, { 'docs/a.md': '' })).toEqual([
      'docs/a.md no link leads here from docs/README.md',
    ]);
  });

  it('refuses a page that only an unreachable page links to', async () => {
    const files = { 'docs/README.md': '', 'docs/a.md': '[b](b.md)', 'docs/b.md': '[a](a.md)' };
    expect(await objections(documentsReachable, files)).toHaveLength(2);
  });

  it('follows links to files, to anchors in them and to folders with a README', async () => {
    const files = {
      'docs/README.md': '[a](a.md#part) and [errors](errors/)',
      'docs/a.md': '',
      'docs/errors/README.md': '[x](edge/x.md)',
      'docs/errors/edge/x.md': '',
      'README.md': 'outside of docs',
    };
    expect(await objections(documentsReachable, files)).toEqual([]);
  });
});
