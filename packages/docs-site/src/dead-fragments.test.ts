import { describe, expect, it } from 'vitest';
import { deadFragments } from './dead-fragments.ts';

const page = (...links: string[]) =>
  ['<h2 id="here">', '<h2 id="größe">', ...links.map((href) => `<a class="x" href="${href}">a</a>`)].join('');

describe('links to sections', () => {
  it.each([
    ['#nothing', 'a.html'],
    ['/-/docs/b#nothing', 'a.html'],
    ['/-/docs/#nothing', 'a.html'],
    ['/-/docs/folder/#nothing', 'a.html'],
  ])('reports that the link %s leads to no section', (href, from) => {
    const pages = new Map([
      [from, page(href)],
      ['b.html', page()],
      ['index.html', page()],
      ['folder/index.html', page()],
    ]);
    expect(deadFragments(pages)).toEqual([`${from}: ${href}`]);
  });

  it('accepts links to sections that exist, encoded ones too, and ignores links to other sites', () => {
    const links = page('#here', '/-/docs/b#here', '/-/docs/b#gr%C3%B6%C3%9Fe', 'https://example.com/x#y');
    expect(
      deadFragments(
        new Map([
          ['a.html', links],
          ['b.html', page()],
        ]),
      ),
    ).toEqual([]);
  });
});
