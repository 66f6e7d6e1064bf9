import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { z } from 'zod';

const ReadyFile = z.object({
  origin: z.url(),
  dashboardUrl: z.url(),
  /** URLs and keys of the demo; all null without one, as in production. */
  mcpUrl: z.string().nullable(),
  organization: z.string().nullable(),
  apiKey: z.string().nullable(),
  mcpApiKey: z.string().nullable(),
  /** Name → pid. */
  processes: z.record(z.string(), z.number().int()).default({}),
});

/** The file in which a running installation on this machine describes itself. */
export type ReadyFile = z.output<typeof ReadyFile>;

/**
 * The installation of a data directory.
 * @throws AppError cli.installation_unreadable when its ready.json is there and is no such file
 */
export async function readInstallation(dataDirectory: string): Promise<ReadyFile | null> {
  const file = path.join(dataDirectory, 'ready.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError('cli.installation_unreadable', { detail: `${file}: ${why}`, cause: error });
  }
  try {
    return ReadyFile.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('cli.installation_unreadable', {
      detail: `${file} is not what npm start writes.`,
      cause: error,
    });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** The installation this directory, or one above it, holds in `.patchbay/`. */
export async function findInstallation(from: string): Promise<ReadyFile | null> {
  for (let directory = path.resolve(from); ; directory = path.dirname(directory)) {
    const found = await readInstallation(path.join(directory, '.patchbay'));
    if (found !== null || path.dirname(directory) === directory) return found;
  }
}
