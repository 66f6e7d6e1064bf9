/** Pings to a sandbox that have no pong yet. */
export class PingWatch {
  readonly #waiting = new Map<number, NodeJS.Timeout>();
  #count = 0;

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Returns the number that the pong has to carry. Without it in time, `onMissing` is called. */
  start(missingMs: number, onMissing: () => void): number {
    this.#count += 1;
    this.#waiting.set(this.#count, setTimeout(onMissing, missingMs));
    return this.#count;
  }

  /** False for a pong without a ping. */
  takePong(number: number): boolean {
    const timer = this.#waiting.get(number);
    clearTimeout(timer);
    return this.#waiting.delete(number);
  }

  stop(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
  }
}
