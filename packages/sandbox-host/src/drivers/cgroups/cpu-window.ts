/** CPU time within the last minute, from a counter that only grows. Pure: the clock is the caller's. */
const WINDOW_MS = 60_000;
const SAMPLE_EVERY_MS = 1_000;

export class CpuWindow {
  readonly #samples: { readonly at: number; readonly cpuMs: number }[] = [{ at: Number.NEGATIVE_INFINITY, cpuMs: 0 }];

  /** Takes the counter's value at a time and answers what was used in the minute before it, in milliseconds. */
  used(at: number, cpuMs: number): number {
    // The newest sample that is older than the window is where the window begins.
    while (this.#samples.length > 1 && (this.#samples[1]?.at ?? at) <= at - WINDOW_MS) this.#samples.shift();
    const since = this.#samples[0]?.cpuMs ?? 0;
    if (at - (this.#samples.at(-1)?.at ?? 0) >= SAMPLE_EVERY_MS) this.#samples.push({ at, cpuMs });
    return cpuMs - since;
  }
}
