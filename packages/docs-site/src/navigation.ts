/** The site's navigation. Its one source is the index by reader in `docs/README.md`. */
import { resolveLink } from './links.ts';
import { pageOf } from './pages.ts';

export interface NavigationItem {
  readonly text: string;
  readonly link?: string;
  readonly items?: NavigationItem[];
  readonly collapsed?: boolean;
}

/** Path and text of every document. */
export type Documents = ReadonlyMap<string, string>;

const INDEX = 'docs/README.md';
const LINK = /\[[^\]]+\]\(([^)\s]+)\)/g;

/** Each section of the index with the pages its list leads to, in its order. */
export function readerSections(documents: Documents): NavigationItem[] {
  return sectionsOf(documents.get(INDEX) ?? '')
    .map(({ heading, body }) => ({
      text: heading,
      collapsed: false,
      items: [...new Set(listEntries(body).flatMap((entry) => pagesOf(entry, documents)))].map((document) =>
        pageItem(document, documents),
      ),
    }))
    .filter(({ items }) => items.length > 0);
}

/** The pages of a folder below `docs/`, its index first, as the sidebar of all of them. */
export function folderSection(folder: string, documents: Documents): NavigationItem[] {
  const index = `docs/${folder}/README.md`;
  const pages = [...documents.keys()].filter((name) => name.startsWith(`docs/${folder}/`) && name !== index);
  return [
    { text: 'All documents', link: '/' },
    { ...pageItem(index, documents), items: pages.map((document) => pageItem(document, documents)) },
  ];
}

/** The groups of errors as sections of their index: a list of every code would be in every page. */
export function errorsSection(documents: Documents): NavigationItem[] {
  const index = 'docs/errors/README.md';
  const groups = sectionsOf(documents.get(index) ?? '');
  return [
    { text: 'All documents', link: '/' },
    {
      ...pageItem(index, documents),
      items: groups.map(({ heading }) => ({ text: heading, link: `${addressOf(index)}#${heading}` })),
    },
  ];
}

/** The text of the first heading. */
export function titleOf(text: string): string {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? '';
  return title.replaceAll('`', '').replace(/\.$/, '');
}

/** @returns `/runbooks/` for `docs/runbooks/README.md`, `/authors` for `docs/authors.md` */
export function addressOf(document: string): string {
  return `/${pageOf(document)}`.replace(/(index)?\.md$/, '');
}

function pageItem(document: string, documents: Documents): NavigationItem {
  return { text: titleOf(documents.get(document) ?? ''), link: addressOf(document) };
}

function sectionsOf(text: string): { heading: string; body: string }[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return { heading: section.slice(0, end).trim(), body: section.slice(end) };
    });
}

/** The entries of numbered lists, each on one line. */
function listEntries(body: string): string[] {
  return body
    .split(/^(?=\d+\. )/m)
    .filter((entry) => /^\d+\. /.test(entry))
    .map((entry) => entry.split(/\n(?! )/)[0] ?? '');
}

function pagesOf(entry: string, documents: Documents): string[] {
  return [...entry.matchAll(LINK)].flatMap(([, href = '']) => {
    const link = resolveLink(href, INDEX, documents);
    return link.kind === 'page' ? [link.document] : [];
  });
}
