import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer, type RequestOptions, request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An answer as the test reads it. */
export interface FrontAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A TLS proxy before an installation, as Caddy is in production: one certificate, everything passed to one port. */
export interface TlsFront {
  readonly port: number;
  /** Asks through the front and trusts its certificate alone. */
  ask(path: string, options?: Pick<RequestOptions, 'method' | 'headers'> & { body?: string }): Promise<FrontAnswer>;
  close(): Promise<void>;
}

export async function startTlsFront(
  certificate: { readonly cert: string; readonly key: string },
  upstreamPort: number,
): Promise<TlsFront> {
  const server = createServer(certificate, (incoming, outgoing) => {
    const forwarded = { 'x-forwarded-for': incoming.socket.remoteAddress ?? '', 'x-forwarded-proto': 'https' };
    const inner = request(
      {
        host: '127.0.0.1',
        port: upstreamPort,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, ...forwarded },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    inner.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(inner);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ask: (path, { body, ...options } = {}) =>
      new Promise((resolve, reject) => {
        const asked = requestTls(
          { ...options, host: 'localhost', lookup: toLoopback, port, path, ca: certificate.cert, agent: false },
          (answer) => {
            text(answer).then(
              (read) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read }),
              reject,
            );
          },
        );
        asked.on('error', reject);
        asked.end(body);
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const toLoopback: NonNullable<RequestOptions['lookup']> = (_name, options, found) => {
  if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};

/** Valid for a century, for the name `localhost`; of the tests alone. */
export const LOCALHOST_CERTIFICATE = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUO7y4REPRgkG/rYvP/2k/uYy8u10wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTExMTkzNFoYDzIxMjYxMDI4
MTExOTM0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS434aW38spNG6KANqBxEAvwGrTARxVQbME2796LWpFqVJkm5JjStkr
zXeoIzA/DYqlkC36eUL3G1SBxPnNIG0Qo2kwZzAdBgNVHQ4EFgQUGeU00IIZvLp2
FuLFKCjIS6I7SpgwHwYDVR0jBBgwFoAUGeU00IIZvLp2FuLFKCjIS6I7SpgwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgOqMO231ZAEMnjRiY0dAjEVevep/+3Vzz0AZZijXQMQYCIH5e7/X8ti8o
aeveWWelBSzj+TsEVMFQxzMtFfKSaodl
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDiPu4Sv81OHc1m5J
Q81helCqRXLd+zuBZP1Af3tdvlmhRANCAAS434aW38spNG6KANqBxEAvwGrTARxV
QbME2796LWpFqVJkm5JjStkrzXeoIzA/DYqlkC36eUL3G1SBxPnNIG0Q
-----END PRIVATE KEY-----`,
};
