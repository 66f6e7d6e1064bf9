/** How VitePress builds the site. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformerStyleToClass } from '@shikijs/transformers';
import { defineConfig } from 'vitepress';
import { headingId } from './links.ts';
import { addDocuments } from './markdown.ts';
import { addressOf, type Documents, errorsSection, folderSection, readerSections } from './navigation.ts';
import { ICON, listDocuments, SITE_BASE } from './pages.ts';

export const PACKAGE = path.resolve(import.meta.dirname, '..');
const ROOT = path.resolve(PACKAGE, '../..');
/** The documents under the paths of their pages: the generator resolves its own modules from where a page is. */
export const PAGES = path.join(PACKAGE, 'dist/pages');
/** Colours of code, which would else be attributes that the content security policy forbids. */
const CODE_STYLES = 'code.css';

/** Styles that the generator and its theme put into attributes; style.css and the theme's own script set the same. */
const STYLE_ATTRIBUTES = / style="(position:relative;|--vp-vh:0px;)"/g;

export function siteConfig() {
  const documents: Documents = new Map(
    listDocuments(ROOT).map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')]),
  );
  const codeStyles = transformerStyleToClass({ classPrefix: 'code-' });
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

  return defineConfig({
    title: 'Patchbay',
    titleTemplate: ':title · Patchbay',
    description: 'The documentation of this installation of Patchbay.',
    lang: 'en',
    base: SITE_BASE,
    srcDir: PAGES,
    cacheDir: path.join(PACKAGE, 'node_modules/.vitepress'),
    cleanUrls: true,
    // A change of colours would else add a style element, which the content security policy forbids.
    appearance: { disableTransition: false },
    // The list of chunks is a file of its own instead of a script within each page.
    metaChunk: true,
    head: [
      ['link', { rel: 'stylesheet', href: `${SITE_BASE}${CODE_STYLES}` }],
      ['link', { rel: 'icon', type: 'image/svg+xml', href: `${SITE_BASE}${path.basename(ICON)}` }],
    ],
    transformHtml: removeStyleAttributes,
    vite: {
      envDir: PACKAGE,
      logLevel: 'error',
      // The index of the search is the largest; it is fetched by who searches.
      build: { chunkSizeWarningLimit: 4_000 },
    },
    markdown: {
      html: false,
      linkify: false,
      anchor: { slugify: headingId },
      codeTransformers: [codeStyles],
      config: (markdown) => addDocuments(markdown, { root: ROOT, documents }),
    },
    buildEnd: ({ outDir }) => writeFileSync(path.join(outDir, CODE_STYLES), codeStyles.getCSS()),
    themeConfig: {
      search: { provider: 'local' },
      outline: { level: [2, 3] },
      // A page has neighbours for one reader, and other ones for another.
      docFooter: { prev: false, next: false },
      nav: [
        { text: 'Authors', link: addressOf('docs/authors.md') },
        { text: 'Operators', link: addressOf('docs/runbooks/README.md') },
        { text: 'Contributors', link: addressOf('CONTRIBUTING.md') },
        { text: 'Reviewers', link: addressOf('docs/threat-model.md') },
        { text: 'Errors', link: addressOf('docs/errors/README.md') },
        { text: releaseOf(version, documents), link: addressOf('CHANGELOG.md') },
      ],
      sidebar: {
        '/runbooks/': folderSection('runbooks', documents),
        '/adr/': folderSection('adr', documents),
        '/errors/': errorsSection(documents),
        '/': readerSections(documents),
      },
    },
  });
}

/** Releases are told apart by the date of their entry in the changelog. */
function releaseOf(version: string, documents: Documents): string {
  const date = /^## (\d{4}-\d{2}-\d{2})$/m.exec(documents.get('CHANGELOG.md') ?? '')?.[1];
  return date === undefined ? version : `${version} · ${date}`;
}

function removeStyleAttributes(html: string): string {
  return html.replaceAll(STYLE_ATTRIBUTES, '');
}
