import { formatLimit, MAIL_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import { renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';

/** The way of mail, for the reader of a page. */
export type MailChannelKind = 'smtp' | 'terminal' | 'off';

const alert = (problem: string | null) =>
  problem === null ? '' : `<p role="alert"><strong>${escapeHtml(problem)}</strong></p>`;
const hidden = (formToken: string) => `<input type="hidden" name="formToken" value="${escapeHtml(formToken)}">`;

/** The page that asks for a link to a new password. */
export function renderForgotPage(view: {
  readonly formToken: string;
  readonly email: string;
  readonly problem: string | null;
  readonly channel: MailChannelKind;
}): string {
  const how =
    view.channel === 'terminal'
      ? 'This installation has no mail server: a link is shown in the terminal that Patchbay was started in.'
      : 'We send a link to the address of your account.';
  return renderDocument(
    'Forgot your password?',
    `${alert(view.problem)}
<p>${how} It works for ${formatLimit(MAIL_LIMITS.resetLink)}.</p>
<form method="post" autocomplete="on">
${hidden(view.formToken)}
<p><label>E-mail address<br><input name="email" type="email" required maxlength="254" value="${escapeHtml(view.email)}" autocomplete="username"></label></p>
<p><button type="submit">Ask for the link</button></p>
</form>
<p><a href="/dashboard/sign-in">Back to sign-in</a></p>`,
  );
}

/** The same whether or not there is an account. */
export function renderAskedPage(email: string, channel: MailChannelKind): string {
  const where =
    channel === 'terminal'
      ? 'This installation has no mail server: the link is shown in the terminal that Patchbay was started in, and in the file mail.txt of its data directory.'
      : 'It can take a few minutes. Look into the folder for spam too.';
  return renderDocument(
    'Look for a mail',
    `<p>If ${escapeHtml(email)} has an account here, a link to a new password is on its way.</p>
<p>${where}</p>
<p><a href="/dashboard/sign-in">Back to sign-in</a></p>`,
  );
}

/** For an installation that cannot send a link. */
export function renderMailOffPage(): string {
  return renderDocument(
    'Passwords cannot be reset here',
    `<p>This installation sends no mail, so it cannot send you a link to a new password.</p>
<p>Ask its operator: mail works once PATCHBAY_SMTP_URL and PATCHBAY_MAIL_FROM are set.</p>
<p><a href="/dashboard/sign-in">Back to sign-in</a></p>`,
  );
}

/** The form behind a link from a mail. */
export function renderPasswordPage(view: {
  readonly formToken: string;
  readonly email: string;
  /** Whether the link is the first proof of the address. */
  readonly isFirstProof: boolean;
  readonly problem: string | null;
}): string {
  const email = escapeHtml(view.email);
  const { min, max } = PASSWORD_CHARACTERS;
  const effect = view.isFirstProof
    ? `<p>With this you confirm that ${email} is your address. If another person used the account before, they lose it: all
browsers are signed out, and the earlier password, passkeys, API keys and connected clients end.</p>`
    : `<p>All browsers that are signed in to ${email} are signed out.</p>`;
  return renderDocument(
    view.isFirstProof ? 'Confirm your address' : 'Choose a new password',
    `${alert(view.problem)}
${effect}
<form method="post" autocomplete="on">
${hidden(view.formToken)}
<input type="hidden" name="username" value="${email}" autocomplete="username">
<p><label>New password (at least ${min} characters)<br><input name="password" type="password" required minlength="${min}" maxlength="${max}" autocomplete="new-password"></label></p>
<p><button type="submit">${view.isFirstProof ? 'Confirm and set the password' : 'Set the password'}</button></p>
</form>`,
  );
}

export function renderPasswordSetPage(email: string): string {
  return renderDocument(
    'Your password is set',
    `<p>You can sign in as ${escapeHtml(email)} now.</p>
<p><a href="/dashboard/sign-in">Sign in</a></p>`,
  );
}
