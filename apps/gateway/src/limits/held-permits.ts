/** A permit in one set of permits. */
export type PermitIn = readonly [set: string, permit: string];

interface Held {
  readonly sets: readonly string[];
  readonly sinceMs: number;
}

/** The permits that this gateway gave out and vouches for, and those released that Redis still has. */
export class HeldPermits {
  readonly #held = new Map<string, Held>();
  #released: PermitIn[] = [];

  /** @param onReleased called with the permits released in one turn of the event loop */
  hold(permit: string, held: Held, onReleased: (released: readonly PermitIn[]) => void): () => void {
    this.#held.set(permit, held);
    return () => {
      this.#held.delete(permit);
      if (this.#released.length === 0) setImmediate(() => onReleased(this.#takeReleased()));
      for (const set of held.sets) this.#released.push([set, permit]);
    };
  }

  isHeld(permit: string): boolean {
    return this.#held.has(permit);
  }

  /** Those that were held then already. */
  heldSince(ms: number): readonly PermitIn[] {
    return [...this.#held].flatMap(([permit, { sets, sinceMs }]) =>
      sinceMs <= ms ? sets.map((set): PermitIn => [set, permit]) : [],
    );
  }

  #takeReleased(): readonly PermitIn[] {
    const released = this.#released;
    this.#released = [];
    return released;
  }
}
