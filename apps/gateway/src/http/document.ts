import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { escapeHtml } from './escape-html.ts';

/** The look of every page that the gateway itself shows: light or dark as the reader's system, from a phone upwards. */
const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1a1b1e, #e9ecef); --dim: light-dark(#5c6068, #a6abb3);
  --line: light-dark(#d5d9de, #43464c); --page: light-dark(#f6f7f9, #17181a); --card: light-dark(#fff, #212327);
  --act: #4263eb; --link: light-dark(#3b5bdb, #91a7ff); --bad: light-dark(#c92a2a, #ff8787);
  --warn: light-dark(#8a4b00, #f0b464); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 6vh auto; padding: 1.75rem 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
a { color: var(--link); }
label { display: block; font-weight: 600; }
small { color: var(--dim); font-weight: 400; }
input:not([type=hidden], [type=checkbox], [type=radio]) { width: 100%; margin-top: .25rem; padding: .55rem .7rem;
  border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; font: inherit; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
button { padding: .6rem 1.2rem; border: 1px solid var(--act); border-radius: 8px; background: var(--act); color: #fff;
  font: inherit; font-weight: 600; cursor: pointer; }
button.plain { border-color: var(--line); background: none; color: inherit; }
[role=alert] { color: var(--bad); }
pre { padding: .7rem .9rem; border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; }
ul { padding-left: 1.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 0 0 1.25rem; padding: 1rem 0;
  border: solid var(--line); border-width: 1px 0; }
dt { color: var(--dim); }
dd { margin: 0; }
fieldset { margin: 0 0 1rem; padding: 0; border: 0; }
legend { padding: 0; font-weight: 600; }
.choice { display: flex; gap: .65rem; align-items: baseline; padding: .35rem 0; font-weight: 400; }
.choice input { flex: none; width: 1.05rem; height: 1.05rem; margin: 0; accent-color: var(--act); transform: translateY(.15rem); }
.note { margin: .35rem 0; color: var(--dim); font-size: .9rem; }
.warning { color: var(--warn); }
.actions { display: flex; gap: .75rem; margin: 1.25rem 0 .75rem; }
.actions button { flex: 1; }
button.link { padding: 0; border: 0; background: none; color: var(--link); font-weight: 400; text-decoration: underline; }
@media (max-width: 30rem) { main { margin: 0; padding: 1.25rem; } dl { grid-template-columns: 1fr; gap: .1rem; }
  dd { margin-bottom: .6rem; } }
`;

/** Style and script that one kind of page adds. Constants, never values: the policy allows them by their hash. */
export interface DocumentAssets {
  readonly style?: string;
  readonly script?: string;
}

/**
 * A whole document. `body` is HTML whose values are escaped already; it has no script and style but the assets', which
 * `sendDocument` must be given too.
 */
export function renderDocument(title: string, body: string, { style, script }: DocumentAssets = {}): string {
  const heading = escapeHtml(title);
  const added = style === undefined ? '' : `<style>${style}</style>`;
  const last = script === undefined ? '' : `<script>${script}</script>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${heading}</title><style>${STYLE}</style>${added}</head>
<body><main><h1>${heading}</h1>
${body}
</main>${last}</body>
</html>
`;
}

/**
 * The policy that allows a document its own style and script, by hash, and nothing else.
 *
 * @param formAction where its forms may be sent, as a source list; a redirect that answers a form counts too
 * @see https://www.w3.org/TR/CSP3/#directive-form-action
 */
export function documentPolicy(formAction = "'none'", { style, script }: DocumentAssets = {}): string {
  const styles = [STYLE, style].filter((text) => text !== undefined).map(hashSource);
  const scripts = script === undefined ? '' : ` script-src ${hashSource(script)};`;
  return `default-src 'none'; style-src ${styles.join(' ')};${scripts} form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`;
}

/** @see https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Sends a document under its policy. */
export function sendDocument(
  reply: FastifyReply,
  html: string,
  formAction?: string,
  assets?: DocumentAssets,
): FastifyReply {
  const policy = documentPolicy(formAction, assets);
  return reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(html);
}
