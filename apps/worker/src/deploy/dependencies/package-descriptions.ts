import { AppError } from '@patchbay/foundation';
import type { ChosenVersions, RegistryVersion } from './choose-version.ts';
import { PACKAGES_MAX } from './package-plan.ts';
import type { ReadingThreads } from './reading-threads.ts';
import { fetchDescription, type RegistryOptions } from './registry.ts';

const MEBIBYTE = 1024 * 1024;

/** How many descriptions are held at once, whichever deploys they are for, and how large each may be. */
interface Lane {
  readonly atOnce: number;
  readonly bytesMax: number;
}

export interface DescriptionBounds {
  /** Most descriptions are small. One that is not is fetched again in the other lane. */
  readonly small: Lane;
  readonly large: Lane;
  /** Names of packages that one deploy may ask for. */
  readonly namesMax: number;
  /** Bytes of all descriptions of one deploy. */
  readonly totalBytesMax: number;
  /** Bytes that one deploy keeps of them, as JSON. */
  readonly keptBytesMax: number;
}

/** The lanes bound what one worker holds of descriptions: 12 × 1 MiB and 2 × 32 MiB. */
export const DESCRIPTION_BOUNDS: DescriptionBounds = {
  small: { atOnce: 12, bytesMax: MEBIBYTE },
  large: { atOnce: 2, bytesMax: 32 * MEBIBYTE },
  namesMax: PACKAGES_MAX,
  totalBytesMax: 1024 * MEBIBYTE,
  keptBytesMax: 32 * MEBIBYTE,
};

/** The registry's descriptions of packages, for all deploys of a worker: fetched a few at once; only what is needed of each is kept. */
export class PackageDescriptions {
  readonly registry: RegistryOptions;
  readonly #reading: ReadingThreads;
  readonly #bounds: DescriptionBounds;
  readonly #small: Places;
  readonly #large: Places;

  constructor(registry: RegistryOptions, reading: ReadingThreads, bounds: DescriptionBounds = DESCRIPTION_BOUNDS) {
    this.registry = registry;
    this.#reading = reading;
    this.#bounds = bounds;
    this.#small = new Places(bounds.small.atOnce);
    this.#large = new Places(bounds.large.atOnce);
  }

  /** Results of one deploy. */
  open(): DescribedPackages {
    return new DescribedPackages(this.#bounds, async (name, ranges, meter) => {
      const { small, large } = this.#bounds;
      const read = ({ bytesMax }: Lane) => this.#read({ name, ranges, bytesMax, meter });
      const found = await this.#small.within(() => read(small).catch(onlyIfTooLarge));
      return found ?? this.#large.within(() => read(large));
    });
  }

  async #read(asked: {
    readonly name: string;
    readonly ranges: readonly string[];
    readonly bytesMax: number;
    meter(bytes: number): void;
  }): Promise<ChosenVersions> {
    const { name, ranges, bytesMax, meter } = asked;
    const bytes = await fetchDescription(this.registry, name, { bytesMax, meter });
    return this.#reading.read('description', bytes, { name, ranges });
  }
}

function onlyIfTooLarge(error: unknown): null {
  if (error instanceof AppError && error.code === 'deploy.package_too_large') return null;
  throw error;
}

/** So many at once; the others wait in order. */
class Places {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      // The place goes over as it is to who waits.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

type Choose = (name: string, ranges: readonly string[], meter: (bytes: number) => void) => Promise<ChosenVersions>;

/** The versions that one deploy chose so far. */
export class DescribedPackages {
  readonly #bounds: DescriptionBounds;
  readonly #choose: Choose;
  readonly #chosen = new Map<string, Map<string, RegistryVersion | null>>();
  #totalBytes = 0;
  #keptBytes = 0;

  constructor(bounds: DescriptionBounds, choose: Choose) {
    this.#bounds = bounds;
    this.#choose = choose;
  }

  /**
   * Chooses a version for every range of every name that has none yet.
   *
   * @throws AppError `deploy.too_many_packages` before anything is asked; `deploy.package_not_found`,
   * `deploy.package_too_large`, `deploy.registry_unavailable`
   */
  async choose(wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    const names = new Set([...this.#chosen.keys(), ...wanted.keys()]);
    if (names.size > this.#bounds.namesMax) throw new AppError('deploy.too_many_packages');
    const queue = [...wanted];
    let failure: unknown = null;
    const work = async () => {
      for (let next = queue.pop(); next !== undefined && failure === null; next = queue.pop()) {
        const [name, ranges] = next;
        await this.#chooseOf(name, [...ranges]).catch((error: unknown) => {
          failure ??= error;
        });
      }
    };
    await Promise.all(Array.from({ length: this.#bounds.small.atOnce }, work));
    if (failure !== null) throw failure;
  }

  /** The version chosen earlier for a range; null where none fits, undefined without a choice. */
  find(name: string, range: string): RegistryVersion | null | undefined {
    return this.#chosen.get(name)?.get(range);
  }

  async #chooseOf(name: string, ranges: readonly string[]): Promise<void> {
    const known = this.#chosen.get(name) ?? new Map<string, RegistryVersion | null>();
    this.#chosen.set(name, known);
    const open = ranges.filter((range) => !known.has(range));
    if (open.length === 0) return;
    const chosen = await this.#choose(name, open, (bytes) => this.#meter(bytes));
    for (const [range, version] of chosen) {
      this.#keptBytes += JSON.stringify(version).length;
      known.set(range, version);
    }
    if (this.#keptBytes > this.#bounds.keptBytesMax) {
      throw new AppError('deploy.package_too_large', {
        detail: `The registry's descriptions of the dependencies are larger than ${this.#bounds.keptBytesMax / MEBIBYTE} MB.`,
      });
    }
  }

  #meter(bytes: number): void {
    this.#totalBytes += bytes;
    if (this.#totalBytes <= this.#bounds.totalBytesMax) return;
    throw new AppError('deploy.package_too_large', {
      detail: `The descriptions of the dependencies have more than ${this.#bounds.totalBytesMax / MEBIBYTE} MB together. Add a lockfile: with one nothing has to be looked up.`,
    });
  }
}
