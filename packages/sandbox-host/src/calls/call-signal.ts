/**
 * Ends one call early: at its deadline, or when its caller disconnects. Without AbortSignal.any, whose weak references
 * per call cost measurable time on the path of every warm call.
 */
export class CallSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal;
  readonly #onCallerLeft = () => this.#controller.abort(this.#caller.reason);

  /** `late` makes the reason when the time is over. */
  constructor(caller: AbortSignal, deadlineMs: number, late: () => unknown) {
    this.#caller = caller;
    this.#timer = setTimeout(() => this.#controller.abort(late()), deadlineMs);
    if (caller.aborted) this.#onCallerLeft();
    else caller.addEventListener('abort', this.#onCallerLeft, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The call is over, however it ended. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#onCallerLeft);
  }
}
