import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import type { RegistryPackage } from './package-plan.ts';
import { bodyOf, type RegistryOptions, requestRegistry } from './registry.ts';

const TARBALL_BYTES_MAX = DEPLOY_LIMITS.package.value;
const TOTAL_BYTES_MAX = DEPLOY_LIMITS.packagesTogether.value;
const PARALLEL = 12;
const NO_DATE = new Date(0);
const USE_NOTED_EVERY_MS = 10 * 60 * 1000;

export interface FetchedPackages {
  readonly fetched: number;
  readonly bytes: number;
  /** Packages published less than the given age ago. */
  readonly young: readonly string[];
}

/**
 * Package tarballs by their sha512: `<two hex digits>/<hex>.tgz`. Filled by the worker alone, read-only in build
 * sandboxes. It is shared by all organizations, which is safe because a name is the hash of its content: other bytes
 * never get the same name, and sandboxes cannot list folders (mode 0711), so that the packages of others stay unknown.
 */
export class PackageStore {
  readonly #directory: string;
  readonly #registry: RegistryOptions;
  /** One download per package, however many deploys wait for it. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(directory: string, registry: RegistryOptions) {
    this.#directory = directory;
    this.#registry = registry;
  }

  /** Makes every package available. @throws AppError `deploy.integrity_mismatch`, `deploy.registry_unavailable` … */
  async ensure(packages: readonly RegistryPackage[], youngerThanMs: number): Promise<FetchedPackages> {
    const unique = [...new Map(packages.map((item) => [item.integrity, item])).values()];
    const queue = [...unique];
    const young: string[] = [];
    let [fetched, bytes] = [0, 0];
    const work = async () => {
      for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
        const file = this.#file(item.integrity);
        if (!(await exists(file))) {
          await this.#fetchOnce(item, file);
          fetched += 1;
        }
        const { size, mtimeMs } = await this.#use(file);
        bytes += size;
        if (bytes > TOTAL_BYTES_MAX) throw new AppError('deploy.package_too_large');
        if (Date.now() - mtimeMs < youngerThanMs) young.push(`${item.name}@${item.version}`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, unique.length) }, work));
    return { fetched, bytes, young };
  }

  /** Notes the use, for `trimPackageStore`: sandboxes mount the store read-only and leave no trace. */
  async #use(file: string) {
    const found = await stat(file);
    if (Date.now() - found.atimeMs > USE_NOTED_EVERY_MS) await utimes(file, new Date(), found.mtime);
    return found;
  }

  #file(integrity: string): string {
    const hex = hexOf(integrity);
    return path.join(this.#directory, hex.slice(0, 2), `${hex}.tgz`);
  }

  #fetchOnce(item: RegistryPackage, file: string): Promise<void> {
    const running = this.#running.get(item.integrity);
    if (running) return running;
    const started = this.#fetch(item, file).finally(() => this.#running.delete(item.integrity));
    this.#running.set(item.integrity, started);
    return started;
  }

  async #fetch(item: RegistryPackage, file: string): Promise<void> {
    const response = await requestRegistry(this.#registry, item.tarball, 'application/octet-stream');
    if (response.status === 404) {
      throw new AppError('deploy.package_not_found', { detail: `The registry has no ${item.name}@${item.version}.` });
    }
    await makeFolder(this.#directory);
    await makeFolder(path.dirname(file));
    const temporary = path.join(this.#directory, `.incoming-${randomUUID()}`);
    try {
      const actual = await writeHashed(temporary, bodyOf(response, TARBALL_BYTES_MAX));
      if (actual !== item.integrity) {
        throw new AppError('deploy.integrity_mismatch', {
          detail: `${item.name}@${item.version} does not match the lockfile's integrity.`,
        });
      }
      // The file's date is the day of publication, where the registry provides it: findings point out the youngest
      // packages.
      const published = new Date(response.headers.get('last-modified') ?? Number.NaN);
      const date = Number.isNaN(published.getTime()) ? NO_DATE : published;
      await utimes(temporary, new Date(), date);
      await chmod(temporary, 0o444);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw asDiskError(error, this.#directory);
    }
  }
}

/** `sha512-<base64>` as the hexadecimal name of the file. The builder computes the same. */
export function hexOf(integrity: string): string {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}

async function writeHashed(file: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha512');
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return `sha512-${hash.digest('base64')}`;
}

/** Enterable and not listable for others. The process's umask must not decide. */
async function makeFolder(folder: string): Promise<void> {
  if (await exists(folder)) return;
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function asDiskError(error: unknown, directory: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new AppError('deploy.package_store_full', { cause: error, internal: `${code} below ${directory}` });
}
