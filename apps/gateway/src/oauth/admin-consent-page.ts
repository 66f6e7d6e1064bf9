import { renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';

/** The facts of the page on which a person lets a program administer for them. */
export interface AdminConsentView {
  readonly client: { readonly name: string; readonly isCommandLine: boolean };
  /** Where the answer goes: the redirect's host, or the address from which a code was asked for. */
  readonly answer: { readonly kind: 'redirect' | 'device'; readonly to: string };
  /** Names of the organizations that the person is in now; those that the grant is limited to, if it is. */
  readonly organizations: readonly string[];
  readonly isLimited: boolean;
  readonly person: { readonly name: string; readonly email: string };
  readonly scopes: readonly { readonly name: string; readonly text: string }[];
  /** In words: `90 days after the last use`. */
  readonly lasts: string;
  readonly endAt: string;
  readonly formToken: string;
}

const NAMED_MAX = 5;

export function renderAdminConsentPage(view: AdminConsentView): string {
  const { client, person, answer } = view;
  const name = escapeHtml(client.name);
  return renderDocument(
    `Let ${client.name} administer as you?`,
    `
<p><q>${name}</q> asks to use the <strong>administration of Patchbay</strong> as you.</p>
<p class="warning">Continue only if you started this yourself a moment ago${
      client.isCommandLine ? ', with <code>patchbay login</code>' : ''
    }. No support needs it to help you.</p>
<dl>
<dt>Program</dt><dd><q>${name}</q>${client.isCommandLine ? '<br><span class="note">Any program on the computer can use this name.</span>' : ''}</dd>
<dt>${answer.kind === 'device' ? 'Asked from' : 'Sends the answer to'}</dt><dd><code>${escapeHtml(answer.to)}</code></dd>
<dt>Organizations</dt><dd>${escapeHtml(organizationsText(view))}</dd>
<dt>Signed in as</dt><dd>${escapeHtml(person.name)} · ${escapeHtml(person.email)}</dd>
</dl>
<form method="post">
<input type="hidden" name="formToken" value="${escapeHtml(view.formToken)}">
<fieldset><legend>It may, as far as your roles allow</legend>
${view.scopes.map(renderScope).join('\n')}
</fieldset>
<p class="note">It never creates keys, changes roles or approves anything for you. This lasts ${escapeHtml(view.lasts)}. You can
end it at any time at <code>${escapeHtml(view.endAt)}</code>.</p>
<div class="actions">
<button type="submit" name="answer" value="allow">Allow</button>
<button class="plain" type="submit" name="answer" value="deny">Deny</button>
</div>
<p class="note">Not you? <button class="link" type="submit" name="answer" value="switch">Sign in as another person</button></p>
</form>`,
  );
}

function organizationsText({ organizations, isLimited }: AdminConsentView): string {
  if (organizations.length === 0) return 'none yet, and those you join';
  const named = organizations.slice(0, NAMED_MAX).join(', ');
  const more = organizations.length - NAMED_MAX;
  const all = more > 0 ? `${named} and ${more} more` : named;
  return isLimited ? all : `${all}; also those you join later`;
}

function renderScope({ name, text }: AdminConsentView['scopes'][number]): string {
  return `<label class="choice"><input type="checkbox" name="scope:${escapeHtml(name)}" value="yes" checked>
<span>${escapeHtml(text)}<br><span class="note"><code>${escapeHtml(name)}</code></span></span></label>`;
}
