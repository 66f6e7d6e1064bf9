/** The supervisors this process knows, and who gets what. */
import { AppError } from '@patchbay/foundation';
import type { SandboxClientOptions } from './sandbox-client.ts';
import { SupervisorLink } from './supervisor-link.ts';
import type { SupervisorTarget } from './supervisor-target.ts';

/** The time that a request waits for a free supervisor before it fails. */
const READY_WAIT_MS = 4_000;

type Choose = (hosts: readonly SupervisorLink[]) => SupervisorLink | null;

interface Waiter {
  readonly choose: Choose;
  resolve(host: SupervisorLink): void;
  reject(error: unknown): void;
}

export class SupervisorHosts {
  readonly #options: SandboxClientOptions;
  readonly #links = new Set<SupervisorLink>();
  readonly #waiting = new Set<Waiter>();
  #targets: readonly SupervisorTarget[] = [];
  #connected: readonly SupervisorLink[] = [];
  #closed = false;

  constructor(options: SandboxClientOptions) {
    this.#options = options;
    options.supervisors.follow((targets) => this.#follow(targets));
  }

  /** Every host that is looked for or connected. */
  get all(): readonly SupervisorLink[] {
    return [...this.#links];
  }

  /** Those there is a connection to. */
  get connected(): readonly SupervisorLink[] {
    return this.#connected;
  }

  /** The host that is chosen among the connected ones; waits while there is none. @throws AppError `sandbox.unavailable` */
  find(choose: Choose, signal?: AbortSignal): Promise<SupervisorLink> {
    const found = choose(this.#connected);
    if (found) return Promise.resolve(found);
    if (this.#closed) return Promise.reject(new AppError('sandbox.unavailable', { internal: 'the client is closed' }));
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const waiter: Waiter = {
        choose,
        resolve: (host) => settle(() => resolve(host)),
        reject: (error) => settle(() => reject(error)),
      };
      const onAbort = () => waiter.reject(signal?.reason);
      const timer = setTimeout(() => waiter.reject(this.#unavailable()), READY_WAIT_MS);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  close(): void {
    this.#closed = true;
    this.#options.supervisors.close();
    for (const link of this.#links) link.close();
    for (const waiter of [...this.#waiting]) waiter.reject(new AppError('sandbox.unavailable'));
  }

  #follow(targets: readonly SupervisorTarget[]): void {
    this.#targets = targets;
    this.#dropForgotten();
    for (const target of targets) {
      if (![...this.#links].some((link) => link.target.id === target.id)) this.#add(target);
    }
  }

  #add(target: SupervisorTarget): void {
    const link = new SupervisorLink(target, this.#options, {
      onReady: () => this.#onReady(),
      onLost: () => this.#onLost(),
    });
    this.#links.add(link);
  }

  /**
   * A host whose entry disappeared or moved is dropped when its connection ends, never before: a list that was emptied
   * or forged removes no host that answers.
   */
  #dropForgotten(): void {
    for (const link of [...this.#links]) {
      if (link.problem === null || this.#targets.some((target) => link.isFor(target))) continue;
      link.close();
      this.#links.delete(link);
    }
  }

  #onReady(): void {
    this.#connected = this.all.filter((link) => link.problem === null);
    for (const waiter of [...this.#waiting]) {
      const host = waiter.choose(this.#connected);
      if (host) waiter.resolve(host);
    }
  }

  #onLost(): void {
    this.#connected = this.all.filter((link) => link.problem === null);
    if (!this.#closed) this.#follow(this.#targets);
  }

  #unavailable(): AppError {
    const internal = this.all.map(({ hostId, problem, state }) => `${hostId}: ${problem ?? state}`).join('; ');
    return new AppError('sandbox.unavailable', {
      retryAfterSeconds: 1,
      internal: internal || 'no supervisor is known',
    });
  }
}
