/** One connection to a supervisor's socket that comes back by itself. */
import { connect, type Socket } from 'node:net';
import { AppError } from '@patchbay/foundation';
import { type Frame, FrameReader, HOST_FRAME_BYTES_MAX } from '../protocol/frame.ts';
import { writeInTurn } from '../protocol/write-in-turn.ts';

const RECONNECT_MS = { first: 20, most: 1_000 };

export interface ConnectionEvents {
  onFrame(frame: Frame): void;
  /** The connection broke; what was sent over it has no answer. */
  onLost(): void;
}

interface Waiter {
  resolve(socket: Socket): void;
  reject(error: unknown): void;
}

export class SupervisorConnection {
  readonly #socketPath: string;
  readonly #events: ConnectionEvents;
  readonly #waiting = new Set<Waiter>();
  #socket: Socket | null = null;
  #pauseMs = RECONNECT_MS.first;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(socketPath: string, events: ConnectionEvents) {
    this.#socketPath = socketPath;
    this.#events = events;
    this.#open();
  }

  /** The socket, or null while there is none. */
  get current(): Socket | null {
    return this.#socket;
  }

  /** Waits for a connection. @throws AppError `sandbox.unavailable` after the wait */
  ready(waitMs: number, signal?: AbortSignal): Promise<Socket> {
    if (this.#socket) return Promise.resolve(this.#socket);
    if (this.#closed) return Promise.reject(new AppError('sandbox.unavailable', { internal: 'the client is closed' }));
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const waiter: Waiter = {
        resolve: (socket) => settle(() => resolve(socket)),
        reject: (error) => settle(() => reject(error)),
      };
      const onAbort = () => waiter.reject(signal?.reason);
      const timer = setTimeout(
        () => waiter.reject(new AppError('sandbox.unavailable', { retryAfterSeconds: 1 })),
        waitMs,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
    });
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
    this.#socket?.destroy();
    for (const waiter of [...this.#waiting]) waiter.reject(new AppError('sandbox.unavailable'));
  }

  #open(): void {
    const socket = connect(this.#socketPath);
    const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
    socket.setMaxListeners(0);
    socket.on('connect', () => {
      this.#socket = socket;
      this.#pauseMs = RECONNECT_MS.first;
      for (const waiter of [...this.#waiting]) waiter.resolve(socket);
    });
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) this.#events.onFrame(frame);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => {}); // close follows
    socket.on('close', () => this.#onClose(socket));
  }

  #onClose(socket: Socket): void {
    if (this.#socket === socket) {
      this.#socket = null;
      this.#events.onLost();
    }
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#open(), this.#pauseMs);
    this.#pauseMs = Math.min(RECONNECT_MS.most, this.#pauseMs * 2);
  }
}
