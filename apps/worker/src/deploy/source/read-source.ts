import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS, formatLimit } from '@patchbay/foundation/limits';
import { SOURCE_LIMITS, type SourceFiles } from './source-tree.ts';
import { unpackTar } from './unpack-tar.ts';
import { unpackZip } from './unpack-zip.ts';

/** Files that would change where packages come from, run code at install time, or carry secrets and other people's code. */
const REMOVED: readonly { readonly matches: RegExp; readonly why: string }[] = [
  { matches: /(^|\/)node_modules\//, why: 'dependencies are installed from the lockfile' },
  { matches: /(^|\/)\.git(\/|$)/, why: 'history is not source' },
  { matches: /(^|\/)\.npmrc$/, why: 'the registry is set by the platform' },
  { matches: /(^|\/)\.pnpmfile\.[cm]?js$/, why: 'install hooks never run' },
  { matches: /(^|\/)pnpm-workspace\.ya?ml$/, why: 'a connector is one package, not a workspace' },
  { matches: /(^|\/)\.yarnrc(\.yml)?$/, why: 'the registry is set by the platform' },
  { matches: /(^|\/)\.yarn\//, why: 'package managers never run' },
  { matches: /(^|\/)\.pnp\.[cm]?js$/, why: 'package managers never run' },
  { matches: /(^|\/)bunfig\.toml$/, why: 'the registry is set by the platform' },
  { matches: /(^|\/)npm-shrinkwrap\.json$/, why: 'use package-lock.json' },
  { matches: /(^|\/)\.env(\.[^/]*)?$/, why: 'secrets are set with `patchbay secrets set`' },
  { matches: /(^|\/)\.patchbay\//, why: 'local data of Patchbay' },
];

/** Takes out what a build must not see, with one note for each reason. */
function cleanSource(files: SourceFiles): Source {
  const kept = new Map<string, Buffer>();
  const removed = new Map<string, string[]>();
  for (const [path, bytes] of files) {
    const rule = path.endsWith('.env.example') ? undefined : REMOVED.find(({ matches }) => matches.test(path));
    if (rule) removed.set(rule.why, [...(removed.get(rule.why) ?? []), path]);
    else kept.set(path, bytes);
  }
  const notes = [...removed].map(([why, paths]) => `left out ${listed(paths)}: ${why}`);
  return { files: kept, notes };
}

function listed(paths: readonly string[]): string {
  const [first = ''] = paths;
  return paths.length === 1 ? first : `${first} and ${paths.length - 1} more`;
}

export interface Source {
  /** Without files that could steer a package manager. package.json is at the root. */
  readonly files: SourceFiles;
  /** Removed files with the reasons, for the deploy log. */
  readonly notes: readonly string[];
}

/**
 * An upload as files. It defends the worker against malicious archives (bombs, links, paths outside of the root) and
 * the build against files that steer tools.
 *
 * @throws AppError `source.*`
 */
export async function readSource(packed: Uint8Array): Promise<Source> {
  if (packed.byteLength > SOURCE_LIMITS.packedBytesMax) {
    throw new AppError('source.too_large', {
      detail: `The upload is larger than ${formatLimit(DEPLOY_LIMITS.source)}.`,
    });
  }
  return cleanSource(withoutTopFolder(await unpack(packed)));
}

function unpack(packed: Uint8Array): Promise<Map<string, Buffer>> {
  if (packed[0] === 0x1f && packed[1] === 0x8b) return unpackTar(packed);
  if (packed[0] === 0x50 && packed[1] === 0x4b) return unpackZip(packed);
  throw new AppError('source.not_an_archive');
}

/** Archives of a repository and of npm hold everything in one folder. */
function withoutTopFolder(files: Map<string, Buffer>): Map<string, Buffer> {
  if (files.has('package.json')) return files;
  const tops = new Set([...files.keys()].map((path) => path.slice(0, path.indexOf('/') + 1)));
  const [top] = tops;
  if (tops.size !== 1 || !top || !files.has(`${top}package.json`)) throw new AppError('source.no_package_json');
  return new Map([...files].map(([path, bytes]) => [path.slice(top.length), bytes]));
}
