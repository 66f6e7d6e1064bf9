import type { Socket } from 'node:net';
import { AppError } from '@patchbay/foundation';
import type { HandedStreams } from '../launch-bubblewrap.ts';

const STREAMS_WAITING_MAX = 1_024;
/** A start asks for its streams after it has opened them. */
const WAIT_MS = 5_000;

type Role = keyof HandedStreams;

interface Waiting {
  readonly sockets: Partial<Record<Role, Socket>>;
  readonly complete: PromiseWithResolvers<HandedStreams>;
  readonly late: NodeJS.Timeout;
}

/** Sockets that wait until the start they belong to has all three. One whose start never comes is closed. */
export class StreamTable {
  readonly #waiting = new Map<string, Waiting>();

  /** @throws Error when there are too many, or the stream is there already */
  add(token: string, role: Role, socket: Socket): void {
    const { sockets, complete } = this.#entry(token);
    if (sockets[role]) throw new Error('a stream was opened twice');
    sockets[role] = socket;
    const { link, stdout, stderr } = sockets;
    if (link && stdout && stderr) complete.resolve({ link, stdout, stderr });
  }

  /** Resolves when all three are there. @throws AppError `sandbox.start_failed` when they do not come */
  async take(token: string): Promise<HandedStreams> {
    const entry = this.#entry(token);
    try {
      return await entry.complete.promise;
    } finally {
      clearTimeout(entry.late);
      this.#waiting.delete(token);
    }
  }

  #entry(token: string): Waiting {
    const known = this.#waiting.get(token);
    if (known) return known;
    if (this.#waiting.size >= STREAMS_WAITING_MAX) throw new Error('too many streams wait for their start');
    const complete = Promise.withResolvers<HandedStreams>();
    complete.promise.catch(() => {}); // it is rejected to the caller of take()
    const sockets: Waiting['sockets'] = {};
    const late = setTimeout(() => {
      this.#waiting.delete(token);
      for (const socket of Object.values(sockets)) socket.destroy();
      complete.reject(new AppError('sandbox.start_failed', { internal: 'the streams of the sandbox did not come' }));
    }, WAIT_MS);
    const entry = { sockets, complete, late };
    this.#waiting.set(token, entry);
    return entry;
  }
}
