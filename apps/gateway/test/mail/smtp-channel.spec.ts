import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Secret } from '@patchbay/foundation';
import { afterEach, describe, expect, it } from 'vitest';
import { createSmtpChannel } from '../../src/mail/smtp-channel.ts';
import { MailServer } from './mail-server.ts';

const MAIL = { id: 'dlv_1', to: 'bob@people.example', subject: 'Hello', text: 'A text with ünïcode.\n' };
const OPEN = new AbortController().signal;

let server: MailServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const refusal = (code: number) => (_at: unknown, _session: unknown, done: (error: Error) => void) =>
  done(Object.assign(new Error('no, said to bob@people.example'), { responseCode: code }));

describe('mail by a server of the operator', () => {
  it.each([
    ['an unknown receiver', { onRcptTo: refusal(550) }, 'mail', true],
    ['a receiver it is too busy for', { onRcptTo: refusal(451) }, 'mail', false],
    ['a sender it does not allow', { onMailFrom: refusal(553) }, 'server', false],
  ] as const)(
    'a mail server that refuses %s is reported without addresses',
    async (_what, options, fault, permanent) => {
      server = await MailServer.start(options);
      const failure = await server
        .channel()
        .send(MAIL, OPEN)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'MailError', fault, permanent });
      expect(String(failure)).not.toContain('bob');
      expect(server.received).toEqual([]);
    },
  );

  it('a refused text is permanent, and a text refused for now is not', async () => {
    const replies = [554, 452];
    server = await MailServer.start({
      onData: (stream, _session, done) => {
        stream.on('end', () => done(Object.assign(new Error('no'), { responseCode: replies.shift() ?? 250 })));
        stream.resume();
      },
    });
    const channel = server.channel();
    await expect(channel.send(MAIL, OPEN)).rejects.toMatchObject({ fault: 'mail', permanent: true });
    await expect(channel.send(MAIL, OPEN)).rejects.toMatchObject({ fault: 'mail', permanent: false });
  });

  it('a connection that is dropped or refused is a fault of the server, to be tried again', async () => {
    const dropping = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(dropping, 'listening');
    const { port } = dropping.address() as AddressInfo; // it listens on a port
    const channel = createSmtpChannel({
      url: new Secret(`smtp://127.0.0.1:${port}`),
      from: 'a@b.example',
      hostname: 'localhost',
    });
    await expect(channel.send(MAIL, OPEN)).rejects.toMatchObject({ fault: 'server', permanent: false });
    dropping.close();
    await once(dropping, 'close');
    await expect(channel.send(MAIL, OPEN)).rejects.toMatchObject({ fault: 'server', permanent: false });
  });

  it('a server that hangs is let go of when the sender closes', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const { port } = hanging.address() as AddressInfo; // it listens on a port
    const url = new Secret(`smtp://127.0.0.1:${port}`);
    const closing = new AbortController();
    const connected = once(hanging, 'connection');
    const sending = createSmtpChannel({ url, from: 'a@b.example', hostname: 'localhost' }).send(MAIL, closing.signal);
    const [socket] = await connected;
    closing.abort();
    await expect(sending).rejects.toMatchObject({ fault: 'server', permanent: false });
    socket.destroy();
    hanging.close();
  });

  it('a password is not sent to a server without TLS, nor to one with an unknown certificate', async () => {
    const tried: string[] = [];
    const onAuth: NonNullable<Parameters<typeof MailServer.start>[0]>['onAuth'] = (auth, _session, done) => {
      tried.push(String(auth.password));
      done(null, { user: 'u' });
    };
    server = await MailServer.start({ onAuth, allowInsecureAuth: true, authOptional: false });
    await expect(server.channel('user:secret@').send(MAIL, OPEN)).rejects.toMatchObject({ fault: 'server' });
    await server.close();
    server = await MailServer.start({ onAuth, secure: true, authOptional: false });
    await expect(server.channel('user:secret@', 'smtps').send(MAIL, OPEN)).rejects.toMatchObject({ fault: 'server' });
    expect(tried).toEqual([]);
  });

  it('a mail arrives as it was written, with its id as Message-ID, marked as automatic', async () => {
    server = await MailServer.start();
    await server.channel().send(MAIL, OPEN);
    const mail = await server.mailTo(MAIL.to);
    expect(mail).toMatchObject({
      from: 'no-reply@patchbay.example',
      messageId: '<dlv_1@localhost>',
      subject: MAIL.subject,
      text: expect.stringContaining(MAIL.text.trim()),
    });
    expect(mail.raw).toMatch(/^auto-submitted: auto-generated/im);
  });
});
