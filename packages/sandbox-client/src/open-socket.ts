/** Opens the way to a supervisor and proves who is at its other end before a byte of a call can go there (S16). */
import { X509Certificate } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import { readPeerName } from '@patchbay/sandbox-protocol/wire';
import type { SupervisorTarget } from './supervisor-target.ts';

/** @returns a socket that emits `connect` (same machine) or `secureConnect` (proved) */
export function openSocket(target: SupervisorTarget, identity: TlsIdentity | undefined): Socket {
  if ('socketPath' in target) return connect(target.socketPath);
  if (identity === undefined)
    throw new Error(`supervisor ${target.id} is on another machine and there is no certificate`);
  const { authority, certificate, key } = identity;
  const socket = connectTls({
    host: target.host,
    port: target.port,
    ca: authority,
    cert: certificate,
    key: key.reveal(),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    // Names of machines say nothing here: the host id in the certificate does.
    checkServerIdentity: (_host, { subjectaltname }) => objectToPeer(target.id, subjectaltname),
  });
  socket.setNoDelay(true);
  return socket;
}

/** When the first of the two certificates of a connection runs out; null on one machine. */
export function certificatesEnd(socket: Socket, identity: TlsIdentity | undefined): Date | null {
  if (!(socket instanceof TLSSocket) || identity === undefined) return null;
  const theirs = Date.parse(socket.getPeerCertificate().valid_to);
  const ours = new X509Certificate(identity.certificate).validToDate.getTime();
  return new Date(Math.min(theirs, ours));
}

function objectToPeer(expectedId: string, subjectAltName: string | undefined): Error | undefined {
  const name = readPeerName(subjectAltName);
  if (name?.role === 'supervisor' && name.id === expectedId) return undefined;
  const found = name ? `${name.role} ${name.id}` : 'nobody of this installation';
  return new Error(`its certificate names ${found}, not supervisor ${expectedId}`);
}
