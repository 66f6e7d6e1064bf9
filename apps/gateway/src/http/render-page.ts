import { renderDocument } from './document.ts';
import { escapeHtml } from './escape-html.ts';

/** A page that the gateway itself shows, sent by `sendDocument`. */
export interface PlainPage {
  readonly title: string;
  readonly text: string;
  readonly link?: { readonly href: string; readonly label: string };
}

export function renderPage(page: PlainPage): string {
  const link = page.link ? `<p><a href="${escapeHtml(page.link.href)}">${escapeHtml(page.link.label)}</a></p>` : '';
  return renderDocument(page.title, `<p>${escapeHtml(page.text)}</p>${link}`);
}

/** Whether a person is looking: browsers name text/html, MCP clients do not. */
export function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false;
}
