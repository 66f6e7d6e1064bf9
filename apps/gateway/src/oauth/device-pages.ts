/** The pages on which a person types a code that a program shows, in the look of our other pages. @see RFC 8628 §3.3 */
import { formatLimit, OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import { documentPolicy, renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';
import { shownName } from './client-metadata.ts';
import { readDeviceInfo } from './device-request.ts';

/** Where codes are typed. */
export const DEVICE_PATH = '/-/device';

const PROBLEMS: Readonly<Record<string, string>> = {
  NoCodeError: 'Type the code that the program shows.',
  NotFoundError: `There is no such code, or it is older than ${formatLimit(OAUTH_LIMITS.deviceCode)}. Look at it again, or let the program show a new one.`,
  ExpiredError: 'The code has expired. Let the program show a new one.',
  AlreadyUsedError: 'The code was used already. Let the program show a new one.',
  AbortedError: 'Nothing was allowed. You can close this window.',
};

/** Asks for the code. It is never filled in: the sender of an address with a code in it would answer for the reader. */
export function showCodeInput(context: KoaContextWithOIDC, form: string, problem?: Error | errors.OIDCProviderError) {
  const text = problem === undefined ? null : (PROBLEMS[problem.name] ?? 'The page was too old. Type the code again.');
  show(
    context,
    'Connect a program',
    `
<p>Type the code that <code>patchbay login</code> shows in <strong>your own</strong> terminal.</p>
<p class="warning">If you were sent a code, close this page: its sender would act as you.</p>
${text === null ? '' : `<p role="alert">${escapeHtml(text)}</p>`}
<form method="post" action="${DEVICE_PATH}">
<input type="hidden" name="xsrf" value="${xsrfOf(form)}">
<label>Code<input name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required autofocus></label>
<div class="actions"><button type="submit">Continue</button></div>
</form>`,
  );
}

/** Shows who asked for the code, before a person signs in for it. */
export function showCodeConfirmation(
  context: KoaContextWithOIDC,
  form: string,
  of: { readonly clientName: string | undefined; readonly deviceInfo: unknown; readonly userCode: string },
) {
  const { address } = readDeviceInfo(of.deviceInfo);
  const code = escapeHtml(of.userCode);
  show(
    context,
    'Is this your program?',
    `
<dl>
<dt>Program</dt><dd><q>${escapeHtml(shownName(of.clientName))}</q></dd>
<dt>Code</dt><dd><code>${code}</code></dd>
<dt>Asked from</dt><dd><code>${escapeHtml(address ?? 'an unknown address')}</code></dd>
<dt>You are at</dt><dd><code>${escapeHtml(context.ip)}</code></dd>
</dl>
<p class="warning">Continue only if this code is in a terminal in front of you, and the address is of that computer.</p>
<form method="post" action="${DEVICE_PATH}">
<input type="hidden" name="xsrf" value="${xsrfOf(form)}">
<input type="hidden" name="user_code" value="${code}">
<div class="actions">
<button type="submit" name="confirm" value="yes">Continue</button>
<button class="plain" type="submit" name="abort" value="yes">Not mine</button>
</div>
</form>`,
  );
}

export function showConnected(context: KoaContextWithOIDC) {
  show(context, 'Signed in', '<p>The program continues by itself. You can close this window.</p>');
}

function show(context: KoaContextWithOIDC, title: string, body: string): void {
  context.status = 200;
  context.set({
    'content-security-policy': documentPolicy("'self'"),
    // With no referrer a browser would name the origin of the form `null`.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  context.type = 'html';
  context.body = renderDocument(title, body);
}

/** The provider's own form holds the text that proves its page. */
function xsrfOf(form: string): string {
  return /name="xsrf" value="([0-9a-f]+)"/.exec(form)?.[1] ?? '';
}
