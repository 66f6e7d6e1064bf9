import { hash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { readSystemError } from '@patchbay/foundation';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-file.ts';
import { readJsonFile } from './json-file.ts';

/**
 * Files that must not be written between a stop and the next start: relative path → size, digest where one was taken,
 * and when the file was last changed (`ctime` in milliseconds, which no program can set back).
 */
const fileList = z.record(
  z.string(),
  z.object({ bytes: z.number(), digest: z.string().optional(), changedAt: z.number().optional() }),
);
export type FileList = z.output<typeof fileList>;

export interface ListedFiles {
  /** The directory whose files are listed. */
  readonly directory: string;
  /** Where the list is kept; there only while nothing runs. */
  readonly listFile: string;
  /** Files that may change, or whose loss loses nothing. */
  readonly skips: (file: string) => boolean;
  /** Files that are too large to read at every start, and know themselves when they are damaged. */
  readonly sizeOnly: (file: string) => boolean;
}

/** Above this only sizes are compared: a stop must not read a large database from end to end. */
const DIGEST_BYTES_MAX = 512 * 2 ** 20;
const AT_ONCE = 16;

/** Writes down what the files are at a clean stop. */
export async function recordFiles(files: ListedFiles): Promise<void> {
  await writeFileAtomically(files.listFile, JSON.stringify(await listFiles(files)));
}

/**
 * The differences from the last stop, one sentence for each file. Empty without a list: then the processes did not end
 * in order, and recover their files themselves.
 *
 * @throws AppError start.file_damaged when the list itself is
 */
export async function compareFiles(files: ListedFiles): Promise<readonly string[]> {
  const { listFile, directory } = files;
  const wayBack = `It lists the files of ${directory} at the last stop: remove it to start without that check.`;
  const recorded = await readJsonFile({ file: listFile, schema: fileList, wayBack });
  if (recorded === null) return [];
  const digested = Object.values(recorded).some(({ digest }) => digest !== undefined);
  const current = await listFiles(files, { digestBytesMax: digested ? Number.POSITIVE_INFINITY : 0, known: recorded });
  return describeDifferences(recorded, current).map((difference) => path.join(directory, difference));
}

/** The list is true no longer as soon as something runs. */
export function forgetFiles({ listFile }: Pick<ListedFiles, 'listFile'>): Promise<void> {
  return rm(listFile, { force: true });
}

/** Files that came in addition are no damage. */
export function describeDifferences(recorded: FileList, current: FileList): string[] {
  return Object.entries(recorded).flatMap(([file, before]) => {
    const now = current[file];
    if (now === undefined) return [`${file} is missing`];
    if (now.bytes === 0 && before.bytes > 0) return [`${file} is empty`];
    if (now.bytes !== before.bytes) return [`${file} has ${now.bytes} bytes instead of ${before.bytes}`];
    return before.digest !== undefined && now.digest !== before.digest ? [`${file} has another content`] : [];
  });
}

/**
 * Reads the files for their digests, except those that have not changed since they were `known`: after a copy or a restore
 * all are read, at an ordinary start none.
 */
async function listFiles(
  files: ListedFiles,
  { digestBytesMax = DIGEST_BYTES_MAX, known = {} }: { digestBytesMax?: number; known?: FileList } = {},
): Promise<FileList> {
  const { directory, skips, sizeOnly } = files;
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((name) => !skips(name));
  const list: FileList = {};
  for (const name of names) {
    const found = await stat(path.join(directory, name)).catch(() => null);
    if (found === null) continue;
    const before = known[name];
    const isSame = before?.bytes === found.size && before.changedAt === found.ctimeMs;
    list[name] = isSame ? before : { bytes: found.size, changedAt: found.ctimeMs };
  }
  const toRead = Object.entries(list).filter(
    ([name, { bytes }]) => bytes > 0 && !sizeOnly(name) && known[name] !== list[name],
  );
  if (toRead.reduce((sum, [, { bytes }]) => sum + bytes, 0) > digestBytesMax) return list;
  const work = toRead.values();
  const read = async () => {
    for (const [name, entry] of work) entry.digest = await digestOf(path.join(directory, name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return list;
}

/** A disk that cannot read a file reports an error: such a file is damaged, and the others are still compared. */
async function digestOf(file: string): Promise<string> {
  try {
    return hash('sha256', await readFile(file));
  } catch (error) {
    return `unreadable: ${readSystemError(error).code}`;
  }
}
