/** One connection to a supervisor that comes back by itself. */

import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import {
  type Frame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  keepAlive,
  readPeerName,
  SUPERVISOR_FRAMES,
  writeInTurn,
} from '@patchbay/sandbox-protocol/wire';
import type { SupervisorTarget } from './supervisor-target.ts';

const RECONNECT_MS = { first: 20, most: 1_000 };
/** To a machine that is cut off a connection attempt would take minutes. */
const OPEN_MS_MAX = 2_000;

export interface ConnectionEvents {
  onFrame(frame: Frame): void;
  /** Frames may be sent from now on. */
  onReady(): void;
  /** The connection broke; what was sent over it has no answer. */
  onLost(): void;
}

export class SupervisorConnection {
  readonly #target: SupervisorTarget;
  readonly #identity: TlsIdentity | undefined;
  readonly #events: ConnectionEvents;
  #opening: Socket | null = null;
  #socket: Socket | null = null;
  #problem = 'not connected yet';
  #certificatesEnd: Date | null = null;
  #pauseMs = RECONNECT_MS.first;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(target: SupervisorTarget, identity: TlsIdentity | undefined, events: ConnectionEvents) {
    this.#target = target;
    this.#identity = identity;
    this.#events = events;
    this.#open();
  }

  /** The socket, or null while nothing may be sent. */
  get current(): Socket | null {
    return this.#socket;
  }

  /** Why there is no connection; null while there is one. */
  get problem(): string | null {
    return this.#socket ? null : this.#problem;
  }

  /** When a certificate of the last connection between machines runs out, ours or theirs. */
  get certificatesEnd(): Date | null {
    return this.#certificatesEnd;
  }

  /** Writes and waits until the kernel takes more: a slow supervisor slows its callers instead of filling their memory. */
  async write(socket: Socket, frame: Buffer): Promise<void> {
    if (writeInTurn(socket, frame) || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go);
        socket.off('close', go);
        resolve();
      };
      socket.on('drain', go);
      socket.on('close', go);
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#opening?.destroy();
    this.#socket?.destroy();
  }

  #open(): void {
    const socket = openSocket(this.#target, this.#identity);
    const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
    const late = setTimeout(() => socket.destroy(new Error('no answer')), OPEN_MS_MAX);
    this.#opening = socket;
    socket.setMaxListeners(0);
    // Nothing is sent before the supervisor's first frame, which declares its versions. Between machines there is a
    // second reason: the server of TLS 1.3 verifies our certificate only after we are connected, and a call sent before
    // could be lost with an unknown outcome.
    socket.once('secureConnect', () => {
      this.#certificatesEnd = certificatesEnd(socket, this.#identity);
      keepAlive(socket);
    });
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) {
          if (frame.type === SUPERVISOR_FRAMES.heartbeat) continue;
          const isFirst = this.#opening === socket;
          if (isFirst && frame.type !== SUPERVISOR_FRAMES.status) throw new Error('it does not speak as a supervisor');
          this.#events.onFrame(frame);
          if (isFirst) this.#onReady(socket, late);
        }
      } catch (error) {
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on('error', (error) => {
      this.#problem = error.message; // close follows
    });
    socket.on('close', () => {
      clearTimeout(late);
      this.#onClose(socket);
    });
  }

  #onReady(socket: Socket, late: NodeJS.Timeout): void {
    clearTimeout(late);
    this.#opening = null;
    this.#socket = socket;
    this.#pauseMs = RECONNECT_MS.first;
    this.#problem = 'the connection was closed';
    this.#events.onReady();
  }

  #onClose(socket: Socket): void {
    this.#opening = null;
    if (this.#socket === socket) {
      this.#socket = null;
      this.#events.onLost();
    }
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#open(), this.#pauseMs);
    this.#pauseMs = Math.min(RECONNECT_MS.most, this.#pauseMs * 2);
  }
}

/** @returns a socket that emits `connect` (same machine) or `secureConnect` (proved) */
function openSocket(target: SupervisorTarget, identity: TlsIdentity | undefined): Socket {
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
    // Host names prove nothing here: the host id in the certificate does.
    checkServerIdentity: (_host, { subjectaltname }) => objectToPeer(target.id, subjectaltname),
  });
  socket.setNoDelay(true);
  return socket;
}

/** When the first of the two certificates of a connection runs out; null on one machine. */
function certificatesEnd(socket: Socket, identity: TlsIdentity | undefined): Date | null {
  if (!(socket instanceof TLSSocket) || identity === undefined) return null;
  const theirs = Date.parse(socket.getPeerCertificate().valid_to);
  const ours = new X509Certificate(identity.certificate).validToDate.getTime();
  return new Date(Math.min(theirs, ours));
}

function objectToPeer(expectedId: string, subjectAltName: string | undefined): Error | undefined {
  const name = readPeerName(subjectAltName);
  if (name?.role === 'supervisor' && name.id === expectedId) return undefined;
  const found = name ? `${name.role} ${name.id}` : 'no member of this installation';
  return new Error(`its certificate names ${found}, not supervisor ${expectedId}`);
}
