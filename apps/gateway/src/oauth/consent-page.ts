import type { FastifyReply } from 'fastify';
import { renderDocument, sendDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';

/** The facts of a consent page. Texts of clients and connectors are quoted as theirs. */
export interface ConsentView {
  readonly client: {
    readonly name: string;
    /** The host that published the client's metadata document; null when anyone could have chosen the name. */
    readonly provedHost: string | null;
  };
  /** The host the answer goes to, or the scheme of the program that it opens. */
  readonly redirect: string;
  readonly resource: {
    readonly name: string;
    readonly organization: string;
    readonly url: string;
    readonly versionNumber: number | null;
  };
  readonly person: { readonly name: string; readonly email: string };
  readonly scopes: readonly { readonly name: string; readonly text: string; readonly description: string | null }[];
  readonly days: number;
  /** Absolute URL of the page with the person's grants. */
  readonly endAt: string;
  readonly formToken: string;
}

const TOOL_SCOPE_TEXTS: Readonly<Record<string, string>> = {
  'tools:read': 'Read: use tools that only look things up',
  'tools:write': 'Change: use tools that create, change, send or delete',
};

/** A scope in words; of one that a connector declares, its name. */
export function scopeText(scope: string): string {
  return TOOL_SCOPE_TEXTS[scope] ?? scope;
}

export function renderConsentPage(view: ConsentView): string {
  const { client, resource, person, redirect } = view;
  const name = escapeHtml(client.name);
  const organization = escapeHtml(resource.organization);
  const preview = resource.versionNumber === null ? '' : ` (preview of version ${resource.versionNumber})`;
  return renderDocument(
    `Allow ${client.name}?`,
    `
<p><q>${name}</q> asks to use <strong>${escapeHtml(resource.name)}</strong>${preview} of
<strong>${organization}</strong> as you.</p>
<dl>
<dt>Client</dt><dd>${provedBy(client)}</dd>
<dt>Sends the answer to</dt><dd><code>${escapeHtml(redirect)}</code></dd>
<dt>MCP server</dt><dd><code>${escapeHtml(resource.url)}</code></dd>
<dt>Signed in as</dt><dd>${escapeHtml(person.name)} · ${escapeHtml(person.email)}</dd>
</dl>
<form method="post">
<input type="hidden" name="formToken" value="${escapeHtml(view.formToken)}">
<fieldset><legend>It may</legend>
${view.scopes.map(renderScope).join('\n')}
</fieldset>
<p class="note">It uses no account of yours at another service.</p>
<p class="note">This lasts ${view.days} days after the last use. You can end it at any time at
<a href="${escapeHtml(view.endAt)}" target="_blank" rel="noreferrer">Connected clients</a>, and so can an owner or admin of ${organization}.</p>
<div class="actions">
<button type="submit" name="answer" value="allow">Allow</button>
<button class="plain" type="submit" name="answer" value="deny">Deny</button>
</div>
<p class="note">Not you? <button class="link" type="submit" name="answer" value="switch">Sign in as another person</button></p>
</form>`,
  );
}

function provedBy({ name, provedHost }: ConsentView['client']): string {
  const quoted = `<q>${escapeHtml(name)}</q>`;
  return provedHost === null
    ? `${quoted}<br><span class="warning">This name is not proved. Continue only if you started this yourself.</span>`
    : `${quoted}<br><span>Published by ${escapeHtml(provedHost)}</span>`;
}

function renderScope({ name, text, description }: ConsentView['scopes'][number]): string {
  const words = description === null ? '' : `<br><span class="note"><q>${escapeHtml(description)}</q></span>`;
  return `<label class="choice"><input type="checkbox" name="scope:${escapeHtml(name)}" value="yes" checked>
<span>${escapeHtml(text)}${words}</span></label>`;
}

/** @param formAction where its form may lead, as a source list */
export function sendConsent(reply: FastifyReply, html: string, formAction: string): FastifyReply {
  // With no referrer a browser would name the origin of the form `null`.
  reply.headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  return sendDocument(reply, html, formAction);
}
