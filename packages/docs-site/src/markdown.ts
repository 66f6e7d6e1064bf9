/** Documents are written for hosts of repositories; this makes them pages of the site without changing them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { resolveLink } from './links.ts';
import { type Documents, titleOf } from './navigation.ts';
import { pageOf } from './pages.ts';

type Token = ReturnType<MarkdownRenderer['parse']>[number];

export interface Site {
  /** The checkout. */
  readonly root: string;
  readonly documents: Documents;
}

const FILE_NAME = /^[\w./-]+\.md$/;

/** Adds what differs to the Markdown parser. */
export function addDocuments(markdown: MarkdownRenderer, site: Site): void {
  const documentOf = new Map([...site.documents.keys()].map((document) => [pageOf(document), document]));
  markdown.core.ruler.push('patchbay-documents', ({ tokens, env }) => {
    const from = documentOf.get(env.relativePath) ?? '';
    for (const token of tokens) {
      if (token.type === 'code_block') drawAsFence(token);
      if (token.type === 'th_open' || token.type === 'td_open') alignByClass(token);
      rewriteLinks(token.children ?? [], from, site);
    }
  });
  // The page becomes a template, in which these would begin an expression.
  const { escapeHtml } = markdown.utils;
  markdown.renderer.rules.text = (tokens, index) =>
    escapeHtml(tokens[index]?.content ?? '').replaceAll('{{', '&#123;&#123;');
}

/** An indented block looks like one between fences, and no part of it is a template. */
function drawAsFence(token: Token): void {
  token.type = 'fence';
  token.tag = 'code';
  token.info = '';
}

/** The content security policy allows no style in an attribute. */
function alignByClass(token: Token): void {
  const align = /text-align:(\w+)/.exec(token.attrGet('style') ?? '')?.[1];
  if (align === undefined) return;
  token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
  token.attrJoin('class', `align-${align}`);
}

/** @throws Error when a link leads to nothing */
function rewriteLinks(tokens: Token[], from: string, { root, documents }: Site): void {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'link_open') continue;
    const link = resolveLink(token.attrGet('href') ?? '', from, documents);
    if (link.kind === 'page') {
      token.attrSet('href', link.href);
      nameByTitle(tokens[index + 1], documents.get(link.document) ?? '');
    }
    if (link.kind !== 'source') continue;
    if (!existsSync(path.join(root, link.path)))
      throw new Error(`${from} links to ${link.path}, which does not exist.`);
    nameSource(token, closingOf(tokens, index), link.path);
  }
}

/** Where a document is called by its file, a reader of the site finds the heading of the page. */
function nameByTitle(token: Token | undefined, text: string): void {
  const title = titleOf(text);
  if (token?.type === 'text' && FILE_NAME.test(token.content) && title !== '') token.content = title;
}

function closingOf(tokens: readonly Token[], opening: number): Token | undefined {
  return tokens.slice(opening).find(({ type }) => type === 'link_close');
}

/** A file that no installation serves is named instead of linked. */
function nameSource(opening: Token, closing: Token | undefined, file: string): void {
  opening.type = 'source_open';
  opening.tag = 'span';
  opening.attrs = [
    ['class', 'source'],
    ['title', `${file} in the repository`],
  ];
  if (closing === undefined) return;
  closing.type = 'source_close';
  closing.tag = 'span';
}
