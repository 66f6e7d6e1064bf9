import { readdirSync, readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;
/** One look costs a millisecond per hundred descriptors, of which each live sandbox has five. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Descriptors of this process that a child would inherit, from `first` on. bubblewrap passes them into the sandbox, so
 * the caller must cover each. Node opens its own with O_CLOEXEC; what is left came from whoever started us and is there
 * at the first look. The later ones are for what some library might open without it.
 */
export class InheritedDescriptors {
  readonly #first: number;
  #found: readonly number[] = [];
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(first: number) {
    this.#first = first;
  }

  now(): readonly number[] {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_AGAIN_MS) return this.#found;
    this.#lookedAtMs = nowMs;
    this.#found = readdirSync('/proc/self/fdinfo')
      .map(Number)
      .filter((descriptor) => descriptor >= this.#first && isInheritable(descriptor));
    return this.#found;
  }
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    return false; // closed while we looked: it was the one of the directory listing
  }
}
