import type { Change, ChangeFeed } from '@patchbay/domain/changes';

/** What a stream lives on. */
export interface LeaseTerms<Permission> {
  /** Whether the change can end the permission, or change what it is for. */
  concerns(change: Change, permission: Permission): boolean;
  /** Finds out again. Throws when there is no permission any more. */
  reauthorize(): Promise<Permission>;
  /** Still permitted, perhaps something else than before. Throwing ends the lease as well. */
  renewed?(now: Permission, before: Permission): void;
  /** Not permitted any more, and why. Called once; the lease has ended. */
  lost(error: unknown): void;
}

export interface Lease<Permission> {
  /** As last found out. */
  readonly permission: Permission;
  /** Gives it back; nothing is called after that. */
  end(): void;
}

/** Every lease of this process. */
export interface Leases {
  /** The permission is asked for again at once: what changed since it was found out was told to nobody. */
  hold<Permission>(permission: Permission, terms: LeaseTerms<Permission>): Lease<Permission>;
  close(): void;
}

/** Together: a permission is looked at again after at most 30 s, whatever was or was not announced. */
const RENEW_AFTER_MS = 25_000;
const LOOK_EVERY_MS = 5_000;

interface Held {
  readonly renewedAtMs: number;
  concerns(change: Change): boolean;
  renew(): void;
}

/**
 * Every stream is a lease: the permission behind it is asked for again whenever it may have changed, and the stream
 * ends when it is gone (security S30).
 */
export function createLeases(changes: Pick<ChangeFeed, 'onChange' | 'onStale'>): Leases {
  const held = new Set<Held>();
  const stop = [
    changes.onChange((change) => {
      for (const one of held) if (one.concerns(change)) one.renew();
    }),
    changes.onStale(() => {
      for (const one of held) one.renew();
    }),
  ];
  const look = setInterval(() => {
    const due = performance.now() - RENEW_AFTER_MS;
    for (const one of held) if (one.renewedAtMs <= due) one.renew();
  }, LOOK_EVERY_MS).unref();

  return {
    hold(permission, terms) {
      const lease = new HeldLease(permission, terms, () => held.delete(lease));
      held.add(lease);
      lease.renew();
      return lease;
    },
    close() {
      clearInterval(look);
      for (const unsubscribe of stop) unsubscribe();
      held.clear();
    },
  };
}

class HeldLease<Permission> implements Lease<Permission>, Held {
  permission: Permission;
  renewedAtMs = performance.now();
  readonly #terms: LeaseTerms<Permission>;
  readonly #forget: () => void;
  #isOver = false;
  #isRenewing = false;
  /** Something happened during a renewal: its answer may be from before. */
  #isDoubtful = false;

  constructor(permission: Permission, terms: LeaseTerms<Permission>, forget: () => void) {
    this.permission = permission;
    this.#terms = terms;
    this.#forget = forget;
  }

  concerns(change: Change): boolean {
    return this.#terms.concerns(change, this.permission);
  }

  renew(): void {
    this.#isDoubtful = true;
    if (!this.#isRenewing) void this.#renewUntilSure();
  }

  end(): void {
    this.#isOver = true;
    this.#forget();
  }

  async #renewUntilSure(): Promise<void> {
    this.#isRenewing = true;
    while (this.#isDoubtful && !this.#isOver) {
      this.#isDoubtful = false;
      try {
        const now = await this.#terms.reauthorize();
        if (this.#isOver) break;
        const before = this.permission;
        this.permission = now;
        this.renewedAtMs = performance.now();
        this.#terms.renewed?.(now, before);
      } catch (error) {
        if (this.#isOver) break;
        this.end();
        this.#terms.lost(error);
      }
    }
    this.#isRenewing = false;
  }
}
