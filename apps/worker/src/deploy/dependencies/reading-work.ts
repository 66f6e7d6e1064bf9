import { AppError, decodeText } from '@patchbay/foundation';
import { chooseVersions } from './choose-version.ts';
import { type LockfileInput, readNpmLockfile } from './read-npm-lockfile.ts';
import { readPnpmLockfile } from './read-pnpm-lockfile.ts';

/** Everything that is read away from the event loop: files of strangers, each function a pure one. */
export const READING_WORK = {
  'package-lock.json': (bytes: Uint8Array, question: LockfileInput) =>
    readNpmLockfile(lockfileText('package-lock.json', bytes), question),
  'pnpm-lock.yaml': (bytes: Uint8Array, question: LockfileInput) =>
    readPnpmLockfile(lockfileText('pnpm-lock.yaml', bytes), question),
  description: (bytes: Uint8Array, asked: { readonly name: string; readonly ranges: readonly string[] }) =>
    chooseVersions(
      asked.name,
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
      asked.ranges,
    ),
} as const;

export type ReadingWork = typeof READING_WORK;
export type ReadingKind = keyof ReadingWork;

/** One piece of work for a thread. */
export interface ReadingTask {
  readonly kind: ReadingKind;
  readonly bytes: Uint8Array;
  readonly asked: unknown;
}

/** The answer of a thread: the function's result, or its error in parts that can be cloned. */
export type ReadingReply =
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly code: string;
        readonly detail: string;
        readonly data: unknown;
        readonly internal: string;
      };
    };

/** @throws AppError `source.bad_lockfile` with the line that is no text */
function lockfileText(file: string, bytes: Uint8Array): string {
  const decoded = decodeText(bytes);
  if (decoded.ok) return decoded.text;
  throw new AppError('source.bad_lockfile', { detail: `${file}:${decoded.line}: ${decoded.problem}.` });
}
