import { ERRORS, type ErrorCode } from '@patchbay/foundation';
import { renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';

/**
 * The page of an error code as HTML. `markdown` is the file below docs/errors, whose head already has code, status and
 * owner: it uses headings of one and two levels, paragraphs, lists and `code`; anything else is shown as text. Without
 * the file the page shows the catalogue's hint.
 */
export function renderErrorPage(code: ErrorCode, markdown: string): string {
  const { title, hint, status } = ERRORS[code];
  const brief = `<p><code>${code}</code> · HTTP ${status}</p>\n<p>${escapeHtml(hint)}</p>`;
  const body = markdown.trim() === '' ? brief : renderBlocks(markdown);
  return renderDocument(title, body);
}

function renderBlocks(markdown: string): string {
  return markdown
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== '' && !block.startsWith('# '))
    .map(renderBlock)
    .join('\n');
}

function renderBlock(block: string): string {
  if (block.startsWith('## ')) return `<h2>${renderText(block.slice(3))}</h2>`;
  if (block.startsWith('```')) return `<pre>${escapeHtml(block.replace(/^```\w*\n?|\n?```$/g, ''))}</pre>`;
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('- '))) {
    return `<ul>${lines.map((line) => `<li>${renderText(line.slice(2))}</li>`).join('')}</ul>`;
  }
  return `<p>${renderText(block)}</p>`;
}

/** Everything is escaped first, so that only our own tags remain. */
function renderText(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
