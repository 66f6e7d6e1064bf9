/** Which documents of the repository are pages of the site, and where. */
import { globSync } from 'node:fs';

/** Path of the site at every installation. */
export const SITE_BASE = '/-/docs/';

/** The icon of the dashboard, which is the site's as well. */
export const ICON = 'apps/dashboard/src/app/icon.svg';

/** Documents about the repository, then the README of each folder that has one. */
const DOCUMENTS = [
  '*.md',
  'docs/**/*.md',
  '{apps,examples,infra,packages}/*/README.md',
  '{bench,test,tools}/README.md',
];

/** Paths of all documents, relative to `root`, the checkout, in a fixed order. */
export function listDocuments(root: string): string[] {
  return globSync(DOCUMENTS, { cwd: root, exclude: ['**/node_modules'] }).sort();
}

/**
 * Where a document is on the site, as a Markdown path: `docs/runbooks/README.md` is `runbooks/index.md`. The documents
 * of `docs/` come first; those outside of it keep their folder.
 */
export function pageOf(document: string): string {
  if (document === 'README.md') return 'overview.md';
  const file = document.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
  return file.includes('/') ? file : file.toLowerCase();
}
