import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, within } from '@patchbay/foundation';
import type { z } from 'zod';
import type { KeyIds, KeySource } from './key-source.ts';
import { type KeyholderOperation, keyholderAnswer } from './keyholder-protocol.ts';
import { VaultError } from './vault-error.ts';

/** A keyholder that starts again is back within this time. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

type Answer = z.output<typeof keyholderAnswer>;
type Fields = Readonly<Record<string, string | number>>;

/** The connection was lost before the answer; every operation may be sent again. */
class Lost extends Error {}

/**
 * The keyholder at a unix socket. It connects with the first request and again after a break.
 *
 * @param ownPatienceMs how long a request waits for a keyholder that is away
 */
export function connectKeyholder(socketPath: string, ownPatienceMs = PATIENCE_MS): KeySource {
  let connection: Connection | undefined;
  let isClosed = false;

  async function ask(operation: KeyholderOperation, fields: Fields = {}, patienceMs = ownPatienceMs): Promise<Answer> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        if (connection === undefined || connection.isLost) connection = new Connection(socketPath);
        const left = Math.max(1, deadline - performance.now());
        return settle(await within(left, connection.send(operation, fields), () => new Lost('no answer in time')));
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        if (isClosed || performance.now() + RETRY_MS >= deadline) throw away(`the keyholder is away: ${error.message}`);
        await delay(RETRY_MS);
      }
    }
  }

  const bytesOf = (answer: Answer): Uint8Array => {
    if ('bytes' in answer) return answer.bytes;
    throw away('the keyholder answered something else');
  };
  const keyIds = async (patienceMs?: number): Promise<KeyIds> => {
    const answer = await ask('keyIds', {}, patienceMs);
    if ('keyIds' in answer) return answer.keyIds;
    throw away('the keyholder answered something else');
  };
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

  return {
    keyIds: () => keyIds(),
    wrap: async (organizationId, dataKey) => bytesOf(await ask('wrap', { organizationId, bytes: base64(dataKey) })),
    unwrap: async (organizationId, wrapped) => bytesOf(await ask('unwrap', { organizationId, bytes: base64(wrapped) })),
    deriveKey: async (purpose, keyId, context = '') => bytesOf(await ask('deriveKey', { purpose, keyId, context })),
    withhold: async (organizationId) => void (await ask('withhold', { organizationId })),
    release: async (organizationId) => void (await ask('release', { organizationId })),
    destroy: async (organizationId) => void (await ask('destroy', { organizationId })),
    ping: async () => void (await keyIds(1_000)),
    close() {
      isClosed = true;
      connection?.end();
    },
  };
}

function settle(answer: Answer): Answer {
  if (!('error' in answer)) return answer;
  if (answer.error === 'refused') throw new VaultError();
  throw away(answer.error === 'throttled' ? 'the keyholder holds this process back' : 'the keyholder failed');
}

function away(internal: string): AppError {
  return new AppError('data.unavailable', { internal, retryAfterSeconds: 2 });
}

class Connection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #next = 0;
  #lost: Lost | undefined;

  constructor(socketPath: string) {
    this.#socket = connect(socketPath);
    // A process that is done does not wait for its keyholder.
    this.#socket.unref();
    this.#socket.on('error', (error) => this.#lose(error.message));
    this.#socket.on('close', () => this.#lose('the connection ended'));
    const lines = createInterface({ input: this.#socket });
    lines.on('error', () => {}); // the socket reports it
    lines.on('line', (line) => this.#onLine(line));
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  send(operation: KeyholderOperation, fields: Fields): Promise<Answer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const id = this.#next++;
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(id, waiting);
    this.#socket.write(`${JSON.stringify({ ...fields, id, operation })}\n`);
    return waiting.promise;
  }

  end(): void {
    this.#socket.destroy();
  }

  #onLine(line: string): void {
    const answer = parse(line);
    // A peer that does not keep to the protocol is not the keyholder.
    if (answer === null) {
      this.end();
      return;
    }
    this.#waiting.get(answer.id)?.resolve(answer);
    this.#waiting.delete(answer.id);
  }

  #lose(reason: string): void {
    this.#lost ??= new Lost(reason);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#lost);
    this.#waiting.clear();
  }
}

function parse(line: string): Answer | null {
  try {
    return keyholderAnswer.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
