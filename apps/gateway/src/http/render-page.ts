import { renderDocument } from './document.ts';
import { escapeHtml } from './escape-html.ts';

/** A page that the gateway itself shows, sent by `sendDocument`. */
export interface PlainPage {
  readonly title: string;
  readonly text: string;
  readonly link?: { readonly href: string; readonly label: string };
  /** Steps to take, all of them or one of them; `copy` is text to copy. */
  readonly steps?: readonly { readonly text: string; readonly copy?: string }[];
}

export function renderPage(page: PlainPage): string {
  const link = page.link ? `<p><a href="${escapeHtml(page.link.href)}">${escapeHtml(page.link.label)}</a></p>` : '';
  const steps = (page.steps ?? []).map(
    ({ text, copy }) =>
      `<li><p>${escapeHtml(text)}</p>${copy === undefined ? '' : `<pre><code>${escapeHtml(copy)}</code></pre>`}</li>`,
  );
  const list = steps.length === 0 ? '' : `<ul>${steps.join('')}</ul>`;
  return renderDocument(page.title, `<p>${escapeHtml(page.text)}</p>${list}${link}`);
}

/** Whether a person is looking: browsers name text/html, MCP clients do not. */
export function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false;
}
