import { AppError } from '@patchbay/foundation';
import { SOURCE_LIMITS } from './source-tree.ts';

const PATH_BYTES_MAX = 1024;
const SEGMENT_BYTES_MAX = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\\\u2028\u2029\u202a-\u202e\u2066-\u2069]|^[A-Za-z]:/;

/** Takes the files of an archive one by one and refuses what no archive of ours may hold, whatever its format. */
export class SourceCollector {
  readonly #packedBytes: number;
  readonly #files = new Map<string, Buffer>();
  readonly #folders = new Set<string>();
  #unpackedBytes = 0;
  #entries = 0;

  constructor(packedBytes: number) {
    this.#packedBytes = packedBytes;
  }

  /** Counts bytes before they are kept. @throws AppError `source.too_large`, `source.bomb` */
  grow(bytes: number): void {
    this.#unpackedBytes += bytes;
    if (this.#unpackedBytes > SOURCE_LIMITS.unpackedBytesMax) {
      throw new AppError('source.too_large', { detail: 'The source is larger than 50 MB unpacked.' });
    }
    const allowed = Math.max(SOURCE_LIMITS.ratioFreeBytes, this.#packedBytes * SOURCE_LIMITS.ratioMax);
    if (this.#unpackedBytes > allowed) throw new AppError('source.bomb');
  }

  /** Counts an entry of any kind. @throws AppError `source.too_many_files` */
  countEntry(): void {
    this.#entries += 1;
    // Folders count too, at twice the number, so that an archive of empty folders ends as well.
    if (this.#entries > SOURCE_LIMITS.filesMax * 2) throw new AppError('source.too_many_files');
  }

  /** @throws AppError `source.bad_path`, `source.duplicate_path`, `source.too_many_files` */
  addFile(name: string, bytes: Buffer): void {
    const path = checkPath(name);
    if (isArchiverLitter(path)) return;
    if (this.#files.has(path))
      throw new AppError('source.duplicate_path', { detail: `${path} is in the archive twice.` });
    if (this.#folders.has(path)) throw badPath(path, 'is a file and a folder');
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth += 1) {
      const folder = segments.slice(0, depth).join('/');
      if (this.#files.has(folder)) throw badPath(folder, 'is a file and a folder');
      this.#folders.add(folder);
    }
    this.#files.set(path, bytes);
    if (this.#files.size > SOURCE_LIMITS.filesMax) throw new AppError('source.too_many_files');
  }

  files(): Map<string, Buffer> {
    return this.#files;
  }
}

/** The name as a relative path without `.` segments. @throws AppError `source.bad_path` */
export function checkPath(name: string): string {
  if (name.startsWith('/') || FORBIDDEN.test(name)) throw badPath(name, 'is absolute or holds a forbidden character');
  if (Buffer.byteLength(name) > PATH_BYTES_MAX) throw badPath(name.slice(0, 80), 'is too long');
  const segments = name.split('/').filter((segment) => segment !== '.' && segment !== '');
  if (segments.length === 0) throw badPath(name, 'is empty');
  if (segments.includes('..')) throw badPath(name, 'leaves the project');
  if (segments.some((segment) => Buffer.byteLength(segment) > SEGMENT_BYTES_MAX)) throw badPath(name, 'is too long');
  return segments.join('/');
}

export function refuseLink(name: string): AppError {
  return new AppError('source.link', { detail: `${JSON.stringify(name)} is a link or a device.` });
}

function badPath(name: string, reason: string): AppError {
  return new AppError('source.bad_path', { detail: `${JSON.stringify(name)} ${reason}.` });
}

/** Files that the archivers of macOS add beside every file. */
function isArchiverLitter(path: string): boolean {
  return path.startsWith('__MACOSX/') || /(^|\/)\._[^/]*$/.test(path) || /(^|\/)\.DS_Store$/.test(path);
}
