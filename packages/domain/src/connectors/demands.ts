/** Demands of a connector on the sign-in behind a caller. */
export interface Demands {
  readonly secondFactor: boolean;
  /** The age of the sign-in at most; null for any age. */
  readonly signInMinutes: number | null;
  /** Ids of API keys that are accepted although no key proves a sign-in. */
  readonly exemptKeys: readonly string[];
}

/** How a person signed in. */
export interface SignInProof {
  /** Null where it is not known: such a sign-in is fresh for nothing. */
  readonly signedInAt: Date | null;
  readonly secondFactor: boolean;
}

export type UnmetDemand = 'second_factor' | 'fresh_sign_in';

export const NO_DEMANDS: Demands = Object.freeze({ secondFactor: false, signInMinutes: null, exemptKeys: [] });

export function hasDemands({ secondFactor, signInMinutes }: Demands): boolean {
  return secondFactor || signInMinutes !== null;
}

/**
 * The first demand that the sign-in does not meet; null when it meets all. The age comes first: a new sign-in proves the
 * second factor on the way. Pure.
 */
export function unmetDemand(
  demands: Demands,
  { signedInAt, secondFactor }: SignInProof,
  now: Date,
): UnmetDemand | null {
  const { signInMinutes } = demands;
  if (signInMinutes !== null) {
    const age = signedInAt === null ? Number.POSITIVE_INFINITY : now.getTime() - signedInAt.getTime();
    if (age > signInMinutes * 60_000) return 'fresh_sign_in';
  }
  return demands.secondFactor && !secondFactor ? 'second_factor' : null;
}
