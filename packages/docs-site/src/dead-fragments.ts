import path from 'node:path';
import { SITE_BASE } from './pages.ts';

const LINK = /<a [^>]*href="([^"#]*)#([^"]+)"/g;
const ID = /\sid="([^"]+)"/g;

/**
 * Links to sections that do not exist; the generator itself only looks for pages.
 *
 * @param pages the HTML of each page by its file below the site, `runbooks/index.html`
 * @returns each as `authors.html: /-/docs/limits#no-such`
 */
export function deadFragments(pages: ReadonlyMap<string, string>): string[] {
  const ids = new Map([...pages].map(([name, html]) => [name, new Set([...html.matchAll(ID)].map(([, id]) => id))]));
  return [...pages].flatMap(([name, html]) =>
    [...html.matchAll(LINK)]
      .filter(([, address = '', id = '']) => {
        const target = ids.get(fileOf(address, name));
        return target !== undefined && !target.has(decodeURIComponent(id));
      })
      .map(([, address, id]) => `${name}: ${address}#${id}`),
  );
}

/** An address without its ending is the file of that name; one that ends in `/` is its index. */
function fileOf(address: string, from: string): string {
  if (address === '') return from;
  const file = address.startsWith(SITE_BASE)
    ? address.slice(SITE_BASE.length)
    : path.posix.join(path.posix.dirname(from), address);
  return file === '' || file.endsWith('/') ? `${file}index.html` : `${file}.html`;
}
