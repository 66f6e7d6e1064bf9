import { describe, expect, it } from 'vitest';
import { headingId, resolveLink } from './links.ts';

const DOCUMENTS = new Set([
  'README.md',
  'docs/README.md',
  'docs/authors.md',
  'docs/runbooks/README.md',
  'packages/vault/README.md',
]);

describe('a link of a document', () => {
  it.each([
    ['../apps/gateway/src/main.ts', 'apps/gateway/src/main.ts'],
    ['../packages', 'packages'],
    ['nothing.md', 'docs/nothing.md'],
  ])('the link %s leads to a file of the repository, which no page shows', (href, path) => {
    expect(resolveLink(href, 'docs/README.md', DOCUMENTS)).toEqual({ kind: 'source', path });
  });

  it.each(['https://example.com/a', 'mailto:a@example.com', '#section', '/dashboard'])('keeps the link %s', (href) => {
    expect(resolveLink(href, 'docs/README.md', DOCUMENTS)).toEqual({ kind: 'other' });
  });

  it.each([
    ['authors.md', 'docs/README.md', '/authors.md'],
    ['authors.md#limits', 'docs/README.md', '/authors.md#limits'],
    ['../authors.md', 'docs/runbooks/README.md', '/authors.md'],
    ['runbooks/', 'docs/README.md', '/runbooks/index.md'],
    ['../../docs/README.md', 'packages/vault/README.md', '/index.md'],
    ['packages/vault', 'README.md', '/packages/vault/index.md'],
    ['../README.md', 'docs/README.md', '/overview.md'],
  ])('the link %s in %s leads to the page %s', (href, from, page) => {
    expect(resolveLink(href, from, DOCUMENTS)).toMatchObject({ kind: 'page', href: page });
  });
});

describe('the id of a heading', () => {
  it.each([
    ['How to add an MCP method', 'how-to-add-an-mcp-method'],
    ["What's new?", 'whats-new'],
    ['A & b', 'a--b'],
    ['`api-keys`, groups_of', 'api-keys-groups_of'],
    ['Größe', 'größe'],
  ])('the id of the heading "%s" is %s, as hosts of repositories derive it', (text, id) => {
    expect(headingId(text)).toBe(id);
  });
});
