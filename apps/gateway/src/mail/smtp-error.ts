import { AppError } from '@patchbay/foundation';
import { MailError } from './mail-channel.ts';

/** nodemailer's description of a failure. */
interface SmtpFailure {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly originalCode?: unknown;
}

/** Commands whose refusal is about the receiver or the text; every other one concerns the server and our account there. */
const ABOUT_THE_MAIL: ReadonlySet<unknown> = new Set(['RCPT TO', 'DATA']);

/**
 * Why a mail was not accepted, in words without an address or a credential: the server's own text may hold both. A 5yz
 * reply about this receiver or this text is final; a refused sender or sign-in is for the operator to mend, and retried.
 * Pure.
 *
 * @see RFC 5321 §4.2.1
 */
export function toMailError(error: unknown): MailError {
  if (error instanceof MailError) return error;
  if (error instanceof AppError)
    return new MailError(error.detail, { fault: 'server', permanent: false, cause: error });
  const { code, command, responseCode, originalCode }: SmtpFailure =
    typeof error === 'object' && error !== null ? error : {};
  const isAboutMail = ABOUT_THE_MAIL.has(command) && typeof responseCode === 'number';
  const permanent = isAboutMail && responseCode >= 500 && responseCode !== 503;
  const answer =
    typeof responseCode === 'number' ? `answers ${responseCode}` : `failed (${originalCode ?? code ?? 'unknown'})`;
  const step = typeof command === 'string' ? ` to ${command}` : '';
  return new MailError(`the mail server ${answer}${step}`, {
    fault: isAboutMail ? 'mail' : 'server',
    permanent,
    cause: error,
  });
}
