import { DASHBOARD_PAGES } from '@patchbay/foundation';
import { renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';
import { claudeCodeGuide, claudeGuide, messagesApiGuide } from './claude-guides.ts';
import type { ClientGuide, Step } from './client-guide.ts';
import { CONNECT_ASSETS } from './connect-assets.ts';
import { bundleGuide, cursorGuide, vsCodeGuide } from './editor-guides.ts';
import type { ConnectSubject } from './subject.ts';

/**
 * The page with steps for giving an MCP URL to a client. Everything on it works without script, but for the
 * copy buttons. To be sent with `CONNECT_ASSETS`.
 */
export function renderConnectPage(subject: ConnectSubject): string {
  const { title, url, organization } = subject;
  return renderDocument(
    `Connect to ${title}`,
    `
<p class="lead">MCP server of <strong>${escapeHtml(organization)}</strong></p>
<div class="url">${copyable(url, 'the URL')}</div>
${howToSignIn(subject)}
${toolList(subject)}
<h2>Choose your client</h2>
${guidesFor(subject).map(renderGuide).join('\n')}
<p role="status" class="visually-hidden"></p>`,
    CONNECT_ASSETS,
  );
}

/** Guides that lead somewhere come first. */
function guidesFor(subject: ConnectSubject): readonly ClientGuide[] {
  const guides = [
    claudeGuide(subject),
    claudeCodeGuide(subject),
    cursorGuide(subject),
    vsCodeGuide(subject),
    bundleGuide(subject),
    messagesApiGuide(subject),
  ].filter((guide) => guide !== null);
  return guides.toSorted((one, other) => Number(one.obstacle !== null) - Number(other.obstacle !== null));
}

function howToSignIn({ authMode, origin, organization }: ConnectSubject): string {
  if (authMode === 'none') return '<p class="note">Anyone may use it. It asks for no sign-in.</p>';
  const whose = `member of ${escapeHtml(organization)}`;
  if (authMode === 'oauth') {
    return `<p class="note">Your client asks you once to sign in, as a ${whose}, and to choose what it may do.</p>`;
  }
  const keys = escapeHtml(`${origin}${DASHBOARD_PAGES.newApiKey}?kind=mcp`);
  return `<p class="note">It asks for an API key of a ${whose}. Owners and admins <a href="${keys}">create one</a>; put it where the steps have <code>YOUR_KEY</code>.</p>`;
}

/** The author's words, so they are quoted. */
function toolList({ tools }: ConnectSubject): string {
  if (tools.length === 0) return '';
  return `<p class="note">Its tools: ${tools.map((tool) => `<q>${escapeHtml(tool)}</q>`).join(', ')}.</p>`;
}

function renderGuide({ name, hint, source, obstacle, link, steps }: ClientGuide, index: number): string {
  const [label, documentation] = [escapeHtml(name), escapeHtml(source.url)];
  const button = link && `<a class="button" href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a>`;
  const body =
    obstacle === null
      ? `${button ?? ''}<ol>${steps.map((step) => renderStep(step, name)).join('')}</ol>`
      : `<p class="warning">${escapeHtml(obstacle)}</p>`;
  const shownHint = obstacle === null ? hint : `${hint} · cannot connect`;
  return `<details name="client"${index === 0 ? ' open' : ''}>
<summary><h3>${label}</h3><span>${escapeHtml(shownHint)}</span></summary>
<div class="guide">${body}
<p class="source"><a href="${documentation}" rel="noreferrer">${label}: the vendor’s documentation</a></p>
</div></details>`;
}

function renderStep({ text, copy }: Step, client: string): string {
  return `<li>${escapeHtml(text)}${copy === undefined ? '' : copyable(copy, `for ${client}`)}</li>`;
}

/** The button is shown by the script that makes it work. */
function copyable(text: string, what: string): string {
  const label = escapeHtml(what);
  return `<div class="copyable"><pre><code>${escapeHtml(text)}</code></pre><button type="button" class="plain" aria-label="Copy ${label}" hidden>Copy</button></div>`;
}
