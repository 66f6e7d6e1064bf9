import type { InvocationNotification } from '@patchbay/sandbox-protocol';
import type { InvocationHeader, RawAnswer } from '@patchbay/sandbox-protocol/wire';

export type SandboxAnswer = Omit<RawAnswer, 'timings'>;

export interface CallInFlight {
  readonly invocation: InvocationHeader;
  resolve(answer: SandboxAnswer): void;
  reject(error: unknown): void;
  onNotification(notification: InvocationNotification): void;
}

/**
 * The calls that one sandbox works on. A cancelled call has no waiting caller any more; what still comes for it is
 * ignored until the sandbox has acknowledged the cancellation by answering a later ping.
 */
export class CallsInFlight {
  readonly #calls = new Map<string, CallInFlight>();
  /** Ids of cancelled calls, each with the number of the ping that acknowledges its end. */
  readonly #cancelled = new Map<string, number>();

  get size(): number {
    return this.#calls.size;
  }

  get requestIds(): string[] {
    return [...this.#calls.values()].map(({ invocation }) => invocation.context.requestId);
  }

  /** @param onAbort called when the signal aborts first; returns the number of the ping that acknowledges it */
  add(
    invocation: InvocationHeader,
    options: {
      readonly signal: AbortSignal;
      onAbort(): number;
      onNotification(notification: InvocationNotification): void;
    },
  ): Promise<SandboxAnswer> {
    const { signal, onNotification } = options;
    const { promise, resolve, reject } = Promise.withResolvers<SandboxAnswer>();
    const onAbort = () => {
      this.#calls.delete(invocation.id);
      this.#cancelled.set(invocation.id, options.onAbort());
      reject(signal.reason);
    };
    const settled = () => signal.removeEventListener('abort', onAbort);
    this.#calls.set(invocation.id, {
      invocation,
      onNotification,
      resolve: (answer) => {
        settled();
        resolve(answer);
      },
      reject: (error) => {
        settled();
        reject(error);
      },
    });
    signal.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  /** The call that a frame claims to belong to, or whether it was cancelled, or null: then the frame is a violation. */
  find(id: unknown): CallInFlight | 'cancelled' | null {
    if (typeof id !== 'string') return null;
    return this.#calls.get(id) ?? (this.#cancelled.has(id) ? 'cancelled' : null);
  }

  /** Its answer came. */
  remove({ invocation }: CallInFlight): void {
    this.#calls.delete(invocation.id);
  }

  /** @param ping the number that the sandbox answered */
  acknowledge(ping: number): void {
    for (const [id, since] of this.#cancelled) if (since <= ping) this.#cancelled.delete(id);
  }

  rejectAll(error: unknown): void {
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}
