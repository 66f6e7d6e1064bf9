import { AppError } from '@patchbay/foundation';

/** Room for one call. Give it back exactly once, whatever happened. */
export interface Permit {
  release(): void;
}

export interface AdmissionLimits {
  /** Calls in flight at once, in this process. */
  readonly connectorMax: number;
  readonly organizationMax: number;
}

/** The scopes whose limits a call counts against. */
export interface AdmissionKey {
  readonly organizationId: string;
  readonly connectorId: string;
}

/** Concurrency per connector and organization, so that one slow connector cannot take every slot of the gateway. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #connectors = new Counts();
  readonly #organizations = new Counts();
  #inFlight = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Calls in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** @throws AppError limits.connector_busy, limits.organization_busy */
  admit({ organizationId, connectorId }: AdmissionKey): Permit {
    if (this.#connectors.of(connectorId) >= this.#limits.connectorMax) {
      throw new AppError('limits.connector_busy', { retryAfterSeconds: 1 });
    }
    if (this.#organizations.of(organizationId) >= this.#limits.organizationMax) {
      throw new AppError('limits.organization_busy', { retryAfterSeconds: 1 });
    }
    this.#count(organizationId, connectorId, 1);
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#count(organizationId, connectorId, -1);
      },
    };
  }

  #count(organizationId: string, connectorId: string, change: number): void {
    this.#inFlight += change;
    this.#connectors.add(connectorId, change);
    this.#organizations.add(organizationId, change);
  }
}

/** Counters that take no room at zero. */
class Counts {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, change: number): void {
    const next = this.of(key) + change;
    if (next === 0) this.#counts.delete(key);
    else this.#counts.set(key, next);
  }
}
