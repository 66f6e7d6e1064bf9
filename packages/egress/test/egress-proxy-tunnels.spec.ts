import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { givenProvider, HOST } from './given-grant.ts';
import { TEST_AUTHORITY } from './local-authority.ts';
import { withEgressProxy } from './with-egress-proxy.ts';

const here = withEgressProxy();

describe('a tunnel', () => {
  const rules = () => [{ host: HOST, port: here.port, tunnel: true }];

  const tunnelled = (sni: string, target = `${HOST}:${here.port}`) =>
    new Promise<string>((resolve) => {
      const socket: Socket = connect(here.socketPath, () =>
        socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`),
      );
      socket.on('error', () => {});
      socket.once('data', (head) => {
        if (!String(head).startsWith('HTTP/1.1 200')) return resolve(String(head).split('\r\n')[0] ?? '');
        const tls = connectTls(
          { socket, servername: sni, ca: [TEST_AUTHORITY], checkServerIdentity: () => undefined },
          () => tls.write(`GET /tunnelled HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`),
        );
        tls.once('data', (text) => resolve(String(text).split('\r\n')[0] ?? ''));
        tls.on('error', (error) => resolve(`failed: ${error.message.slice(0, 40)}`));
      });
    });

  it('a tunnel carries TLS to a declared host', async () => {
    await here.start({ rules });
    expect(await tunnelled(HOST)).toBe('HTTP/1.1 200 OK');
    expect(here.seen[0]?.url).toBe('/tunnelled');
  });

  it('refuses an undeclared tunnel, and plain requests to a host that is declared for tunnels', async () => {
    await here.start();
    expect(await tunnelled(HOST)).toBe('HTTP/1.1 403 Refused');
    await here.stop();
    await here.start({ rules });
    expect(await here.ask(here.at('/'))).toMatchObject({ status: 403, body: expect.stringContaining('tunnel') });
    expect(await tunnelled(HOST, `${HOST}:1`)).toBe('HTTP/1.1 403 Refused');
  });

  it('closes a tunnel when the ClientHello names another host', async () => {
    await here.start({ rules });
    expect(await tunnelled('fronted.example')).toMatch(/^failed/);
    expect(here.refusals.at(-1)).toContain('egress.tunnel_refused');
    expect(here.seen).toEqual([]);
  });

  it('closes a tunnel that does not begin with TLS, and one that begins with nothing', async () => {
    await here.start({ rules, limits: { connectMs: 200 } });
    expect(
      await here.raw(`CONNECT ${HOST}:${here.port} HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n`),
    ).not.toContain('hello');
    await here.raw(`CONNECT ${HOST}:${here.port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(here.refusals).toEqual([
      expect.stringContaining('does not begin with a TLS handshake'),
      expect.stringContaining('no ClientHello came in time'),
    ]);
  });

  it('never opens a tunnel to a host of a provider, whether or not a credential was issued', async () => {
    await here.start({ rules });
    here.calls.assign([givenProvider()]);
    expect(await tunnelled(HOST)).toBe('HTTP/1.1 403 Refused');
  });
});
