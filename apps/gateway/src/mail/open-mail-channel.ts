import type { Secret } from '@patchbay/foundation';
import { showToOperator } from '@patchbay/foundation/process';
import type { MailChannel } from './mail-channel.ts';
import { createSmtpChannel } from './smtp-channel.ts';

/** The setting of PATCHBAY_SMTP_URL and PATCHBAY_MAIL_FROM; null without. */
export type MailSettings = { readonly url: Secret; readonly from: string } | null;

/**
 * How this installation sends mail: by the operator's server; without one, on a local origin, to the terminal of the
 * person who started it. Null: not at all.
 */
export function openMailChannel(settings: MailSettings, origin: string): MailChannel | null {
  const { protocol, hostname } = new URL(origin);
  if (settings !== null) return createSmtpChannel({ ...settings, hostname });
  // Plain http is accepted for the name `localhost` alone.
  return protocol === 'http:' ? terminalChannel : null;
}

/**
 * For an installation on the machine of its only user: the person who started it sees the mail, in the terminal and in
 * a file that the launcher keeps. Nothing of it reaches a log.
 */
const terminalChannel: MailChannel = {
  kind: 'terminal',
  async send({ to, subject, text }) {
    showToOperator(`Mail to ${to}: ${subject}\n${text.replace(/^(?=.)/gm, '  ')}`, { keep: true });
  },
};
