import type { Change, ChangeFeed } from '@patchbay/domain/changes';

/** Access that a stream depends on. */
export interface LeaseTerms<Access> {
  /** Whether the change can end the access, or change what it is for. */
  concerns(change: Change, access: Access): boolean;
  /** Finds out again. Throws when there is none any more. */
  reauthorize(): Promise<Access>;
  /** Still permitted, perhaps something else than before. Throwing ends the lease as well. */
  renewed?(now: Access, before: Access): void;
  /** Not permitted any more, and why. Called once; the lease has ended. */
  lost(error: unknown): void;
}

export interface Lease<Access> {
  /** As last found out. */
  readonly access: Access;
  /** Gives it back; nothing is called after that. */
  end(): void;
}

/** Together: access is looked up again after at most 30 s, with or without a change. */
const RENEW_AFTER_MS = 25_000;
const LOOK_EVERY_MS = 5_000;

interface Held {
  readonly renewedAtMs: number;
  concerns(change: Change): boolean;
  renew(): void;
}

/**
 * Every stream is a lease: the access behind it is asked for again whenever it may have changed, and the stream
 * ends when it is gone.
 */
export class Leases {
  readonly #held = new Set<Held>();
  readonly #stop: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout;

  constructor(changes: Pick<ChangeFeed, 'onChange' | 'onStale'>) {
    this.#stop = [
      changes.onChange((change) => this.#renew((one) => one.concerns(change))),
      changes.onStale(() => this.#renew(() => true)),
    ];
    this.#timer = setInterval(() => {
      const due = performance.now() - RENEW_AFTER_MS;
      this.#renew((one) => one.renewedAtMs <= due);
    }, LOOK_EVERY_MS).unref();
  }

  /** Access is looked up again at once: changes since the last look-up were not reported. */
  hold<Access>(access: Access, terms: LeaseTerms<Access>): Lease<Access> {
    const lease = new HeldLease(access, terms, () => this.#held.delete(lease));
    this.#held.add(lease);
    lease.renew();
    return lease;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#stop) unsubscribe();
    this.#held.clear();
  }

  #renew(which: (one: Held) => boolean): void {
    for (const one of this.#held) if (which(one)) one.renew();
  }
}

class HeldLease<Access> implements Lease<Access>, Held {
  access: Access;
  renewedAtMs = performance.now();
  readonly #terms: LeaseTerms<Access>;
  readonly #forget: () => void;
  #isOver = false;
  #isRenewing = false;
  /** Something happened during a renewal: its answer may be from before. */
  #isDoubtful = false;

  constructor(access: Access, terms: LeaseTerms<Access>, forget: () => void) {
    this.access = access;
    this.#terms = terms;
    this.#forget = forget;
  }

  concerns(change: Change): boolean {
    return this.#terms.concerns(change, this.access);
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
        const before = this.access;
        this.access = now;
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
