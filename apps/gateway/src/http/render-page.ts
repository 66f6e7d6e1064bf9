import { escapeHtml } from './escape-html.ts';

/** Pages the gateway itself shows: no script, no style from anywhere, so the strict policy of every answer holds. */
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
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(page.title)}</title></head>
<body><main><h1>${escapeHtml(page.title)}</h1><p>${escapeHtml(page.text)}</p>${list}${link}</main></body>
</html>
`;
}

/** Whether a person is looking: browsers name text/html, MCP clients do not. */
export function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false;
}
