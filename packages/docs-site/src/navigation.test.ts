import { describe, expect, it } from 'vitest';
import { addressOf, type Documents, errorsSection, folderSection, readerSections, titleOf } from './navigation.ts';

const INDEX = `# Documentation

An [overview](../README.md).

## You write

1. [authors.md](authors.md): how?
   More in [limits](limits.md).
2. [examples](../examples): what?
3. [authors.md](authors.md#limits): again?

All of it: [runbooks](runbooks/README.md).

## Nothing here

Prose alone.
`;

const DOCUMENTS: Documents = new Map([
  ['README.md', '# Patchbay'],
  ['docs/README.md', INDEX],
  ['docs/authors.md', '# Writing `connectors`.\n'],
  ['docs/errors/README.md', '# Errors\n\n## edge\n\n## start\n'],
  ['docs/limits.md', '# Limits'],
  ['docs/runbooks/README.md', '# Runbooks'],
  ['docs/runbooks/install.md', '# Installing'],
]);

describe('the navigation', () => {
  it('the navigation has a section per reader with the pages of its list, once each and in order', () => {
    expect(readerSections(DOCUMENTS)).toEqual([
      {
        text: 'You write',
        collapsed: false,
        items: [
          { text: 'Writing connectors', link: '/authors' },
          { text: 'Limits', link: '/limits' },
        ],
      },
    ]);
  });

  it('the navigation shows the pages of a folder below its index', () => {
    expect(folderSection('runbooks', DOCUMENTS)).toEqual([
      { text: 'All documents', link: '/' },
      { text: 'Runbooks', link: '/runbooks/', items: [{ text: 'Installing', link: '/runbooks/install' }] },
    ]);
  });

  it('the navigation shows the groups of errors instead of every code', () => {
    expect(errorsSection(DOCUMENTS)[1]?.items).toEqual([
      { text: 'edge', link: '/errors/#edge' },
      { text: 'start', link: '/errors/#start' },
    ]);
  });

  it('the title of a page is its first heading, without markup', () => {
    expect([titleOf('text\n# A `b`.\n# C'), titleOf('none')]).toEqual(['A b', '']);
  });

  it.each([
    ['docs/README.md', '/'],
    ['docs/runbooks/README.md', '/runbooks/'],
    ['CHANGELOG.md', '/changelog'],
    ['packages/cli/README.md', '/packages/cli/'],
  ])('the address of %s is %s', (document, address) => {
    expect(addressOf(document)).toBe(address);
  });
});
