import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-file.ts';
import { readJsonFile } from './json-file.ts';

export const MARK = 'installation.json';

/** Steps that an installation has done once and cannot repeat without losing data. */
export const MADE = ['passwords.json', 'master.key', 'auth.secret', 'database', 'demo.json'] as const;
export type Made = (typeof MADE)[number];

const installationMark = z.object({
  id: z.string().min(1),
  /** Where the data directory was at the last start. */
  dataDirectory: z.string(),
  /** Where the shared directory is. Missing in files of releases before this field. */
  sharedDirectory: z.string().optional(),
  /** Missing in files of releases before this field: then the existing files decide. */
  made: z.array(z.enum(MADE)).readonly().optional(),
});

/** `installation.json`: identifies the installation that a directory belongs to; the same in both directories. */
export type InstallationMark = Readonly<z.output<typeof installationMark>>;

/** The mark found in a directory. */
export type MarkState =
  | { readonly state: 'absent' }
  | { readonly state: 'damaged'; readonly reason: string }
  | { readonly state: 'read'; readonly mark: InstallationMark };

/** null when the directory has none. @throws AppError start.file_damaged */
export function readMark(directory: string): Promise<InstallationMark | null> {
  return readJsonFile({ file: path.join(directory, MARK), schema: installationMark, wayBack: '' });
}

/** The same as a fact, for a decision that knows the way back. */
export async function inspectMark(directory: string): Promise<MarkState> {
  try {
    const mark = await readMark(directory);
    return mark === null ? { state: 'absent' } : { state: 'read', mark };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { state: 'damaged', reason: error.message.trim().replace(/\.$/, '') };
  }
}

/** Writes the mark into both directories; nothing when both have it already. */
export async function writeMark(data: string, shared: string, mark: InstallationMark): Promise<void> {
  const text = JSON.stringify(mark);
  for (const directory of [data, shared]) {
    const found = await inspectMark(directory);
    if (found.state === 'read' && JSON.stringify(found.mark) === text) continue;
    await writeFileAtomically(path.join(directory, MARK), text);
  }
}

/** Steps that must not be repeated; empty where there is no mark. @throws AppError start.file_damaged */
export async function readMade(data: string): Promise<readonly Made[]> {
  return (await readMark(data))?.made ?? [];
}

/** Notes what now exists. Does nothing without a mark: the directory then belongs to no installation. */
export async function noteMade(data: string, names: readonly Made[]): Promise<void> {
  const mark = await readMark(data);
  if (mark?.sharedDirectory === undefined) return;
  const made = MADE.filter((name) => names.includes(name) || mark.made?.includes(name));
  await writeMark(data, mark.sharedDirectory, { ...mark, made });
}
