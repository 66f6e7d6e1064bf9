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

/** Whose room a call takes. */
export interface AdmissionKey {
  readonly organizationId: string;
  readonly connectorId: string;
}

export interface Admission {
  /** @throws AppError limits.connector_busy, limits.organization_busy */
  admit(key: AdmissionKey): Permit;
  /** Calls in flight. */
  inFlight(): number;
}

/** Concurrency per connector and organization, so that one slow connector cannot take every slot of the gateway. */
export function createAdmission(limits: AdmissionLimits): Admission {
  const connectors = new Counts();
  const organizations = new Counts();
  let inFlight = 0;
  return {
    admit({ organizationId, connectorId }) {
      if (connectors.of(connectorId) >= limits.connectorMax) {
        throw new AppError('limits.connector_busy', { retryAfterSeconds: 1 });
      }
      if (organizations.of(organizationId) >= limits.organizationMax) {
        throw new AppError('limits.organization_busy', { retryAfterSeconds: 1 });
      }
      connectors.add(connectorId, 1);
      organizations.add(organizationId, 1);
      inFlight++;
      let held = true;
      return {
        release() {
          if (!held) return;
          held = false;
          inFlight--;
          connectors.add(connectorId, -1);
          organizations.add(organizationId, -1);
        },
      };
    },
    inFlight: () => inFlight,
  };
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
