import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Secret } from '@patchbay/foundation';
import { waitFor } from '@patchbay/testing';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { MailChannel } from '../../src/mail/index.ts';
import { createSmtpChannel } from '../../src/mail/smtp-channel.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly raw: string;
}

/** A mail server on loopback. `options` replaces what it does at a step of the protocol. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, session, done) => {
        text(stream).then((raw) => {
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          this.received.push({ from, to: rcptTo.map(({ address }) => address), ...readMail(raw) });
          done();
        }, done);
      },
      ...options,
    });
    // A client that is refused, or whose process ends, breaks its connection off.
    this.#server.on('error', () => {});
  }

  static async start(options: SMTPServerOptions = {}): Promise<MailServer> {
    const started = new MailServer(options);
    const listener = started.#server.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return started;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port; // it listens on a port
  }

  url(credentials = '', protocol = 'smtp'): string {
    return `${protocol}://${credentials}127.0.0.1:${this.port}`;
  }

  /** The channel of an installation that hands its mail to this server. */
  channel(credentials = '', protocol = 'smtp'): MailChannel {
    const url = new Secret(this.url(credentials, protocol));
    return createSmtpChannel({ url, from: 'Patchbay <no-reply@patchbay.example>', hostname: 'localhost' });
  }

  /** The mail with this position among those to the address, once it is there. */
  async mailTo(address: string, position = 0): Promise<ReceivedMail> {
    const found = () => this.received.filter(({ to }) => to.includes(address))[position];
    return waitFor(async () => found(), { what: `mail ${position + 1} to ${address}` });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** The path of the first link in the mail. */
export function linkIn({ text: body }: Pick<ReceivedMail, 'text'>): string {
  const link = /^https?:\/\/\S+$/m.exec(body)?.[0];
  if (link === undefined) throw new Error(`no link in: ${body}`);
  return new URL(link).pathname;
}

function readMail(raw: string) {
  const [head = '', ...body] = raw.split('\r\n\r\n');
  const header = (name: string) =>
    new RegExp(`^${name}: (.*)$`, 'im').exec(head.replaceAll(/\r\n\s+/g, ' '))?.[1] ?? '';
  return { messageId: header('message-id'), subject: header('subject'), text: unquote(body.join('\r\n\r\n')), raw };
}

/** @see RFC 2045 §6.7 */
function unquote(quoted: string): string {
  const bytes = quoted
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString().replaceAll('\r\n', '\n');
}
