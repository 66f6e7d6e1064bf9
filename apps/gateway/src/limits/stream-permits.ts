import { AppError } from '@patchbay/foundation';

export interface StreamLimits {
  /** Streams open at once, in this process. */
  readonly principalMax: number;
  readonly organizationMax: number;
}

/** Permits for long streams: few per caller, so that idle ones of one caller do not crowd out others. */
export class StreamPermits {
  readonly #limits: StreamLimits;
  readonly #taken = new Map<string, number>();

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** @returns gives the permit back; calling it again does nothing @throws AppError limits.streams */
  take(owner: { readonly limitKey: string; readonly organizationId: string }): () => void {
    const principal = `principal ${owner.limitKey}`;
    const organization = `organization ${owner.organizationId}`;
    const isFull =
      this.#of(principal) >= this.#limits.principalMax || this.#of(organization) >= this.#limits.organizationMax;
    if (isFull) throw new AppError('limits.streams', { retryAfterSeconds: 10 });
    this.#count(principal, 1);
    this.#count(organization, 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#count(principal, -1);
      this.#count(organization, -1);
    };
  }

  #of(key: string): number {
    return this.#taken.get(key) ?? 0;
  }

  #count(key: string, change: number): void {
    const next = this.#of(key) + change;
    if (next === 0) this.#taken.delete(key);
    else this.#taken.set(key, next);
  }
}
