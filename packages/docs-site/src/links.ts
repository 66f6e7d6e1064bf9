import path from 'node:path';
import { pageOf } from './pages.ts';

export type Link =
  /** To a page of the site; the address begins with `/`, which is the site itself. */
  | { readonly kind: 'page'; readonly href: string; readonly document: string }
  /** To a file of the repository that no installation serves. */
  | { readonly kind: 'source'; readonly path: string }
  /** To another site, or within the page. */
  | { readonly kind: 'other' };

/**
 * The target of a relative link of a document on the site. A link to a folder leads to its README, as hosts of
 * repositories show it.
 *
 * @param from path of the document in the repository
 * @param documents paths of all documents of the site
 */
export function resolveLink(href: string, from: string, documents: Pick<ReadonlySet<string>, 'has'>): Link {
  if (/^([a-z][a-z0-9+.-]*:|#|\/)/i.test(href)) return { kind: 'other' };
  const [file = '', fragment] = href.split('#', 2);
  const target = path.posix.join(path.posix.dirname(from), decodeURI(file)).replace(/\/$/, '');
  const document = [target, `${target}/README.md`].find((candidate) => documents.has(candidate));
  if (document === undefined) return { kind: 'source', path: target };
  return { kind: 'page', document, href: `/${pageOf(document)}${fragment === undefined ? '' : `#${fragment}`}` };
}

/** The id of a heading as hosts of repositories derive it, so that a link to a section works there and here. */
export function headingId(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
