import { createGuardedConnect } from '@patchbay/egress/guarded-connect';
import type { Secret } from '@patchbay/foundation';
import { MAIL_LIMITS } from '@patchbay/foundation/limits';
import { createTransport } from 'nodemailer';
import type { MailChannel } from './mail-channel.ts';
import { toMailError } from './smtp-error.ts';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: Secret;
  /** The sender, as in the mail. */
  readonly from: string;
  /** Host name of the installation, for EHLO and the Message-ID. */
  readonly hostname: string;
}

const DEADLINE_MS = MAIL_LIMITS.mailAttempt.value * 1000;
const SUBMISSION_PORT = 587;
const TLS_PORT = 465;

/**
 * Mail through the operator's server, and through no other: the one host whose address may be private. A password is
 * sent over TLS only.
 *
 * @see RFC 5321, RFC 3207 (STARTTLS), RFC 8314 §3 (implicit TLS)
 */
export function createSmtpChannel({ url, from, hostname }: SmtpOptions): MailChannel {
  const server = new URL(url.reveal());
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const secure = server.protocol === 'smtps:';
  const port = Number(server.port || (secure ? TLS_PORT : SUBMISSION_PORT));
  const connect = createGuardedConnect({ trustedHosts: new Set([host.toLowerCase()]) });
  const user = decodeURIComponent(server.username);
  const pass = decodeURIComponent(server.password);
  const transport = createTransport({
    host,
    port,
    secure,
    name: hostname,
    requireTLS: user !== '' && !secure,
    ...(user !== '' && { auth: { user, pass } }),
    connectionTimeout: DEADLINE_MS,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
    // Ours: nothing of nodemailer's resolves a name or reads a proxy's variable.
    getSocket: (_options, done) => {
      connect({ host, port, timeoutMs: DEADLINE_MS }).then(
        (connection) => done(null, { connection }),
        (error: Error) => done(error, false),
      );
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    kind: 'smtp',
    async send({ id, to, subject, text }, closing) {
      const signal = AbortSignal.any([closing, AbortSignal.timeout(DEADLINE_MS)]);
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          messageId: `<${id}@${hostname}>`,
          // No answer of a vacation program, and nothing that a mail server rewrites.
          headers: { 'auto-submitted': 'auto-generated' },
          textEncoding: 'quoted-printable',
          signal,
        });
      } catch (error) {
        throw toMailError(error);
      }
    },
  };
}
