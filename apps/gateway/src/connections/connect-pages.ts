import type { ProviderFacts } from '@patchbay/domain/connections';
import { renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';
import type { ConnectContext, ProviderNeed } from './connect-context.ts';

/**
 * The page on which a person connects accounts: one section per provider, one after the other. Words and hosts are the
 * catalogue's or the owner's; a connector contributes its name and nothing else.
 */
export function renderConnectPage(context: ConnectContext, formToken: string, hasSaved: boolean): string {
  const { organization, person, needs, ownerKind, returnTo } = context;
  const whose = ownerKind === 'organization' ? `the accounts of ${organization.name}` : 'your accounts';
  const isDone = needs.every((need) => serves(need));
  const back =
    returnTo.kind === 'consent'
      ? { href: `/-/oauth/interaction/${returnTo.uid}`, label: isDone ? 'Continue' : 'Continue without' }
      : { href: '/dashboard', label: 'Back to the dashboard' };
  return renderDocument(
    `Connect ${whose}`,
    `${hasSaved ? '<p role="status"><strong>Connected.</strong></p>' : ''}
<p>Signed in to ${escapeHtml(organization.name)} as ${escapeHtml(person.name)} · ${escapeHtml(person.email)}.
Connectors use an account in your name, and never see its password, key or token.</p>
${needs.map((need) => renderNeed(need, context, formToken)).join('\n')}
${needs.length === 0 ? NOTHING : ''}
<p><a href="${escapeHtml(back.href)}">${back.label}</a></p>`,
  );
}

const NOTHING = `<p>You have connected no account in this organization. The address of this page names what to connect, as in
<code>?provider=github</code>; a connector that needs an account leads you here.</p>`;

/** Whether the connectors that need the provider are all served. */
function serves({ present, connectors }: ProviderNeed): boolean {
  const active = present.filter(({ status }) => status === 'active');
  const isServed = (id: string) => active.some(({ connectorIds }) => connectorIds.includes(id));
  return connectors.length === 0 ? active.length > 0 : connectors.every(({ id }) => isServed(id));
}

function renderNeed(need: ProviderNeed, context: ConnectContext, formToken: string): string {
  const { facts, connectors } = need;
  const users = connectors.map(({ name }) => `<q>${escapeHtml(name)}</q>`).join(', ');
  const own =
    facts.source === 'own'
      ? ` <span class="note">(entered by an owner of ${escapeHtml(context.organization.name)})</span>`
      : '';
  const action = `/-/connections/${context.organization.slug}/${facts.id}${queryOf(context.address)}`;
  const form = (parts: string) => `<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="formToken" value="${escapeHtml(formToken)}">
${parts}
</form>`;
  return `<section>
<h2>${escapeHtml(facts.name)}${own}</h2>
${users === '' ? '' : `<p>For ${users}.</p>`}
${renderPresent(need, form)}
${renderOAuth(need, form)}
${renderKey(facts, form)}
</section>`;
}

function renderPresent({ present, connectors }: ProviderNeed, form: (parts: string) => string): string {
  return present
    .map(({ id, accountLabel, status, connectorIds }) => {
      const label = escapeHtml(accountLabel);
      if (status !== 'active') return `<p class="warning">${label}: connect it again.</p>`;
      const isServed = connectors.every((connector) => connectorIds.includes(connector.id));
      if (isServed) return `<p>Uses <strong>${label}</strong>.</p>`;
      return form(`<input type="hidden" name="connection" value="${escapeHtml(id)}">
<div class="actions"><button class="plain" type="submit" name="action" value="confirm">Use ${label}</button></div>`);
    })
    .join('\n');
}

function renderOAuth({ facts, scopes, present }: ProviderNeed, form: (parts: string) => string): string {
  const { oauth, registration } = facts;
  if (oauth === null) return '';
  if (registration?.clientId == null) {
    return facts.key === null ? '<p class="warning">An owner has to register an OAuth application first.</p>' : '';
  }
  const host = new URL(oauth.endpoints?.authorization ?? oauth.issuer ?? 'https://unknown.invalid').host;
  const meanings = scopes.map((name) => {
    const known = oauth.scopes.find((scope) => scope.name === name);
    return `<li>${escapeHtml(known?.means ?? name)}</li>`;
  });
  const asks = meanings.length === 0 ? '' : `<p>It will be asked for:</p><ul>${meanings.join('')}</ul>`;
  const another = present.length === 0 ? '' : ' another account';
  return form(`${asks}${renderCustomer(facts)}
<div class="actions"><button type="submit" name="action" value="oauth">Connect${another} at ${escapeHtml(host)}</button></div>`);
}

/** The host that a key goes to is shown before it is pasted; of a customer's own host, what all of them share. */
function renderKey(facts: ProviderFacts, form: (parts: string) => string): string {
  const { key } = facts;
  if (key === null || key.account === null) return '';
  const { host } = new URL(key.account.request.url);
  const shared = host.replace('{customer}.', '');
  const to = `${shared === host ? '' : 'your host at '}<strong>${escapeHtml(shared)}</strong>`;
  const page = escapeHtml(key.madeAt ?? '');
  const madeAt = page === '' ? '' : ` You make one at <a href="${page}" target="_blank" rel="noreferrer">${page}</a>.`;
  const user =
    key.placement.in === 'basic' && key.placement.username !== null
      ? `<label>${escapeHtml(key.placement.username)}<input name="user" required maxlength="320" autocomplete="off"></label>`
      : '';
  return form(`<p>Paste a key of ${escapeHtml(facts.name)}. It is sent to ${to} and nowhere else.${madeAt}</p>
${renderCustomer(facts)}${user}
<label>${escapeHtml(key.label)}<input name="key" type="password" required maxlength="16000" autocomplete="off"></label>
<div class="actions"><button type="submit" name="action" value="key">Test and connect</button></div>`);
}

function renderCustomer({ perCustomerHost }: ProviderFacts): string {
  if (perCustomerHost === null) return '';
  return `<label>${escapeHtml(perCustomerHost.asks)}<input name="customer" required maxlength="63" autocomplete="off"></label>`;
}

function queryOf(address: string): string {
  const at = address.indexOf('?');
  return at < 0 ? '' : address.slice(at);
}
