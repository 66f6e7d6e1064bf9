import { CallSlots } from './call-slots.ts';

/** The number of processes that may start at once for one organization; only its own further first calls wait. */
export class StartSlots {
  readonly #perOrganization: number;
  readonly #waitingMax: number;
  readonly #slots = new Map<string, CallSlots>();

  constructor(perOrganization: number, waitingMax: number) {
    this.#perOrganization = perOrganization;
    this.#waitingMax = waitingMax;
  }

  /** Starts that run now and that calls wait for, of all organizations. */
  get inside(): number {
    return [...this.#slots.values()].reduce((sum, slots) => sum + slots.inside, 0);
  }

  /** @throws AppError `sandbox.queue_full`; the signal's reason when it aborts first */
  async run<T>(organizationId: string, signal: AbortSignal, start: () => Promise<T>): Promise<T> {
    const slots = this.#slots.get(organizationId) ?? new CallSlots(this.#perOrganization, this.#waitingMax);
    this.#slots.set(organizationId, slots);
    const leave = await slots.acquire(signal);
    try {
      return await start();
    } finally {
      leave();
      if (slots.inside === 0 && slots.waiting === 0) this.#slots.delete(organizationId);
    }
  }
}
