import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS, formatLimit } from '@patchbay/foundation/limits';
import { cleanSource } from './clean-source.ts';
import { SOURCE_LIMITS, type SourceFiles } from './source-tree.ts';
import { unpackTar } from './unpack-tar.ts';
import { unpackZip } from './unpack-zip.ts';

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
