/**
 * Decides which organization may take a warm sandbox from the pool. Half of it is kept for organizations that have not
 * taken one lately, so that one which starts a lot leaves the others their fast first call.
 */
export class FairShare {
  readonly #windowMs: number;
  readonly #takes = new Map<string, number[]>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes one of `waiting` for the organization; false when it has to start its own. */
  take(organizationId: string, pool: { readonly waiting: number; readonly size: number }, nowMs: number): boolean {
    if (pool.waiting === 0) return false;
    const recent = this.#recent(organizationId, nowMs);
    const half = Math.ceil(pool.size / 2);
    if (recent.length >= half && pool.waiting <= pool.size - half) return false;
    this.#takes.set(organizationId, [...recent, nowMs].slice(-half));
    return true;
  }

  #recent(organizationId: string, nowMs: number): readonly number[] {
    for (const [id, takes] of this.#takes) {
      if (nowMs - (takes.at(-1) ?? 0) >= this.#windowMs) this.#takes.delete(id);
    }
    return (this.#takes.get(organizationId) ?? []).filter((at) => nowMs - at < this.#windowMs);
  }
}
