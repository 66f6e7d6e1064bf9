import { AppError } from '@patchbay/foundation';

export interface StreamLimits {
  /** Streams open at once, in this process. */
  readonly principalMax: number;
  readonly organizationMax: number;
}

/** Places for long streams: few per caller, so that idle ones of one caller do not crowd out everybody (security S30). */
export interface StreamPlaces {
  /** @returns gives the place back; calling it again does nothing @throws AppError limits.streams */
  take(owner: { readonly limitKey: string; readonly organizationId: string }): () => void;
}

export function createStreamPlaces(limits: StreamLimits): StreamPlaces {
  const taken = new Map<string, number>();
  const count = (key: string, change: number) => {
    const next = (taken.get(key) ?? 0) + change;
    if (next === 0) taken.delete(key);
    else taken.set(key, next);
  };
  return {
    take({ limitKey, organizationId }) {
      const principal = `principal ${limitKey}`;
      const organization = `organization ${organizationId}`;
      const isFull =
        (taken.get(principal) ?? 0) >= limits.principalMax || (taken.get(organization) ?? 0) >= limits.organizationMax;
      if (isFull) throw new AppError('limits.streams', { retryAfterSeconds: 10 });
      count(principal, 1);
      count(organization, 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        count(principal, -1);
        count(organization, -1);
      };
    },
  };
}
