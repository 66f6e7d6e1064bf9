import { ACCOUNT_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import { renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';

export interface SetupValues {
  readonly name?: string;
  readonly email?: string;
  readonly organizationName?: string;
  readonly slug?: string;
}

/** The form that creates the first owner. */
export function renderSetupPage(view: {
  readonly formToken: string;
  readonly values: SetupValues;
  readonly problem: string | null;
}): string {
  const field = (label: string, name: keyof SetupValues, attributes: string) =>
    `<p><label>${label}<br><input name="${name}" required value="${escapeHtml(view.values[name] ?? '')}" ${attributes}></label></p>`;
  return renderDocument(
    'Set up Patchbay',
    `${view.problem === null ? '' : `<p role="alert"><strong>${escapeHtml(view.problem)}</strong></p>`}
<p>This creates the first account and its organization. The link works once.</p>
<form method="post" autocomplete="on">
<input type="hidden" name="formToken" value="${escapeHtml(view.formToken)}">
${field('Your name', 'name', `maxlength="${ACCOUNT_LIMITS.displayName.value}" autocomplete="name"`)}
${field('E-mail address', 'email', 'type="email" maxlength="254" autocomplete="username"')}
<p><label>Password (at least ${PASSWORD_CHARACTERS.min} characters)<br><input name="password" type="password" required minlength="${PASSWORD_CHARACTERS.min}" maxlength="${PASSWORD_CHARACTERS.max}" autocomplete="new-password"></label></p>
${field('Name of the organization', 'organizationName', `maxlength="${ACCOUNT_LIMITS.displayName.value}" autocomplete="organization"`)}
${field('URL slug (a–z, 0–9, hyphens)', 'slug', 'minlength="2" maxlength="32" pattern="[a-z0-9]+(-[a-z0-9]+)*" title="Lower-case letters a–z, digits, and single hyphens between them" autocapitalize="none"')}
<p><button type="submit">Create</button></p>
</form>`,
  );
}

/** The form that joins an organization. */
export function renderInvitationPage(view: {
  readonly formToken: string;
  readonly invitation: {
    readonly email: string;
    readonly role: string;
    readonly organizationName: string;
    readonly isMailed: boolean;
  };
  /** Whether the address has to be proved. */
  readonly provesAddresses: boolean;
  readonly name: string;
  /** Whether the account has a second factor. */
  readonly asksCode: boolean;
  readonly problem: string | null;
}): string {
  const { email, role, organizationName } = view.invitation;
  return renderDocument(
    `Join ${organizationName}`,
    `${view.problem === null ? '' : `<p role="alert"><strong>${escapeHtml(view.problem)}</strong></p>`}
<p>You were invited as ${escapeHtml(role)}, with the address ${escapeHtml(email)}.</p>
${entryText(view.provesAddresses, view.invitation.isMailed)}
<form method="post" autocomplete="on">
<input type="hidden" name="formToken" value="${escapeHtml(view.formToken)}">
<input type="hidden" name="username" value="${escapeHtml(email)}" autocomplete="username">
<p><label>Your name<br><input name="name" required value="${escapeHtml(view.name)}" maxlength="${ACCOUNT_LIMITS.displayName.value}" autocomplete="name"></label></p>
<p><label>Password (at least ${PASSWORD_CHARACTERS.min} characters)<br><input name="password" type="password" required minlength="${PASSWORD_CHARACTERS.min}" maxlength="${PASSWORD_CHARACTERS.max}"></label></p>
${view.asksCode ? CODE_FIELD : ''}<p><button type="submit">Join</button></p>
</form>${view.provesAddresses && !view.invitation.isMailed ? mailForm(view.formToken, email) : ''}`,
  );
}

function entryText(provesAddresses: boolean, isMailed: boolean): string {
  if (!provesAddresses) return '<p>If you have an account here, give its password; otherwise choose one.</p>';
  if (!isMailed) return '<p>If you have an account here and its address is confirmed, give its password.</p>';
  return `<p>If you have an account here and its address is confirmed, give its password; otherwise choose one. With this you
confirm that the address is yours: if another person used the account before, they lose it.</p>`;
}

const mailForm = (token: string, email: string) => `
<h2>No confirmed account?</h2>
<form method="post">
<input type="hidden" name="formToken" value="${escapeHtml(token)}">
<p>We send a link to ${escapeHtml(email)}. It proves that the address is yours.</p>
<p><button type="submit" name="answer" value="mail">Send me the link</button></p>
</form>`;

const CODE_FIELD =
  '<p><label>Code of your authenticator app<br><input name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="6"></label></p>\n';

export function renderMessagePage(title: string, text: string): string {
  return renderDocument(title, `<p>${escapeHtml(text)}</p>`);
}
