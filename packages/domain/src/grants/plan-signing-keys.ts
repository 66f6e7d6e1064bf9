import { OAUTH_LIMITS } from '@patchbay/foundation/limits';

/** A key's times. It is published when it is made, signs from `activeAt`, and is published until it retires. */
export interface SigningKeyTimes {
  readonly kid: string;
  readonly activeAt: Date;
}

export interface SigningKeyPlan {
  /** The key that signs now; null when none is active yet. */
  readonly sign: string | null;
  /** When a key that is missing begins to sign; null when none is missing. */
  readonly create: Date | null;
  /** Keys whose last token has expired. */
  readonly retire: readonly string[];
}

const DAY_MS = 86_400_000;
const LIFE_MS = OAUTH_LIMITS.signingKeyLife.value * DAY_MS;
/** A new key is published for this long before it signs: verifiers elsewhere cache the set of keys. */
export const PUBLISH_AHEAD_MS = DAY_MS;
/** A little more than the life of the last token that a key can have signed. */
const KEEP_AFTER_MS = OAUTH_LIMITS.accessToken.value * 1000 + 600_000;

/** Decides about the keys that are neither retired nor damaged. Pure. */
export function planSigningKeys(keys: readonly SigningKeyTimes[], now: Date): SigningKeyPlan {
  const at = now.getTime();
  const byAge = [...keys].sort((one, other) => one.activeAt.getTime() - other.activeAt.getTime());
  const newest = byAge.at(-1);
  const current = byAge.findLast(({ activeAt }) => activeAt.getTime() <= at);
  const retire = byAge.filter((_, index) => {
    const next = byAge[index + 1];
    return next !== undefined && next.activeAt.getTime() + KEEP_AFTER_MS <= at;
  });
  return {
    sign: current?.kid ?? null,
    create: createAt(newest, at),
    retire: retire.map(({ kid }) => kid),
  };
}

function createAt(newest: SigningKeyTimes | undefined, at: number): Date | null {
  if (newest === undefined) return new Date(at);
  const due = newest.activeAt.getTime() + LIFE_MS;
  if (at < due - PUBLISH_AHEAD_MS) return null;
  // After a long stop the old key continues to sign until the new one has been published long enough.
  return new Date(Math.max(due, at + PUBLISH_AHEAD_MS));
}
