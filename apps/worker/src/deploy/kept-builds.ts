import type { StepResult } from './deploy-work.ts';

/** A build that has no place in the store yet. */
export interface KeptBuild {
  readonly artifact: Buffer;
  readonly output: NonNullable<StepResult['output']>;
  /** For the author's log, once it is stored. */
  readonly lines: readonly string[];
}

/** Together at most as much as a few artifacts of the greatest size. */
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * Builds whose artifact could not be stored, by version: the next attempt stores instead of building again. Source and
 * dependencies of a version never change, so its build stays right. A worker that dies forgets them, and builds again.
 */
export class KeptBuilds {
  readonly #builds = new Map<string, KeptBuild>();
  #bytes = 0;

  keep(versionId: string, build: KeptBuild): void {
    this.take(versionId);
    this.#builds.set(versionId, build);
    this.#bytes += build.artifact.byteLength;
    // A Map keeps the order of insertion: the first is the oldest.
    for (const oldest of this.#builds.keys()) {
      if (this.#bytes <= BYTES_MAX) return;
      this.take(oldest);
    }
  }

  /** Removes it: an attempt that does not store it keeps it again. */
  take(versionId: string): KeptBuild | undefined {
    const build = this.#builds.get(versionId);
    this.#builds.delete(versionId);
    this.#bytes -= build?.artifact.byteLength ?? 0;
    return build;
  }
}
