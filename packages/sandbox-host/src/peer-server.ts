/**
 * The listener of a supervisor for gateways and workers on other machines: TLS 1.3, and on both sides a certificate of
 * the platform's own authority. It gives full control of a supervisor, so every peer but a gateway or a worker is
 * refused before a byte is read.
 */
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { PeerName } from '@patchbay/sandbox-protocol';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import { readPeerName } from '@patchbay/sandbox-protocol/wire';

const HANDSHAKE_MS_MAX = 5_000;
/** Processes, not calls: each gateway and worker holds one. */
const CONNECTIONS_MAX = 256;

export interface PeerServerOptions {
  readonly identity: TlsIdentity;
  onConnection(socket: TLSSocket, peer: PeerName): void;
  /** A peer was refused; `address` is only as trustworthy as the network. */
  onRefused(reason: string, address: string | undefined): void;
}

/** The listener, not listening yet. */
export function createPeerServer(options: PeerServerOptions): Server {
  const { authority, certificate, key } = options.identity;
  const server = createServer({
    ca: authority,
    cert: certificate,
    key: key.reveal(),
    minVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: HANDSHAKE_MS_MAX,
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {}); // close follows
    const judged = judge(socket);
    if ('objection' in judged) {
      options.onRefused(judged.objection, socket.remoteAddress);
      return void socket.destroy();
    }
    socket.setNoDelay(true);
    options.onConnection(socket, judged.peer);
  });
  server.on('tlsClientError', (error, socket) => options.onRefused(error.message, socket.remoteAddress));
  return server;
}

function judge(socket: TLSSocket): { readonly peer: PeerName } | { readonly objection: string } {
  // A resumed session repeats an old judgement: the certificate may have run out since.
  if (socket.isSessionReused()) return { objection: 'it resumed a session instead of showing its certificate' };
  const peer = readPeerName(socket.getPeerCertificate().subjectaltname);
  if (peer === null) return { objection: 'its certificate names no member of this installation' };
  if (peer.role === 'supervisor') return { objection: `its certificate is of a supervisor, ${peer.id}` };
  return { peer };
}
