import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { escapeHtml } from './escape-html.ts';

/** The look of every page that the gateway itself shows: light or dark as the reader's system, from a phone upwards. */
const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1a1b1e, #e9ecef); --dim: light-dark(#5c6068, #a6abb3);
  --line: light-dark(#d5d9de, #43464c); --page: light-dark(#f6f7f9, #17181a); --card: light-dark(#fff, #212327);
  --act: light-dark(#4263eb, #4c6ef5); --bad: light-dark(#c92a2a, #ff8787); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 6vh auto; padding: 1.75rem 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
a { color: var(--act); }
label { display: block; font-weight: 600; }
small { color: var(--dim); font-weight: 400; }
input:not([type=hidden], [type=checkbox], [type=radio]) { width: 100%; margin-top: .25rem; padding: .55rem .7rem;
  border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; font: inherit; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--act); outline-offset: 2px; }
button { padding: .6rem 1.2rem; border: 1px solid var(--act); border-radius: 8px; background: var(--act); color: #fff;
  font: inherit; font-weight: 600; cursor: pointer; }
button.plain { border-color: var(--line); background: none; color: inherit; }
[role=alert] { color: var(--bad); }
pre { padding: .7rem .9rem; border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap; }
ul { padding-left: 1.2rem; }
@media (max-width: 30rem) { main { margin: 0; padding: 1.25rem; } }
`;

const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** A whole document. `body` is HTML whose values are escaped already; it has no script, and no style but this one. */
export function renderDocument(title: string, body: string): string {
  const heading = escapeHtml(title);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${heading}</title><style>${STYLE}</style></head>
<body><main><h1>${heading}</h1>
${body}
</main></body>
</html>
`;
}

/**
 * Sends such a document under a policy that allows its own style, by hash, and nothing else.
 *
 * @param formAction where its forms may be sent, as a source list; a redirect that answers a form counts too
 * @see https://www.w3.org/TR/CSP3/#directive-form-action
 */
export function sendDocument(reply: FastifyReply, html: string, formAction = "'none'"): FastifyReply {
  const policy = `default-src 'none'; style-src ${STYLE_SOURCE}; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`;
  return reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(html);
}
