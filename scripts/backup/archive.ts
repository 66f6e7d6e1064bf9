import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';

/** The contents of an archive: names below a folder. */
export interface ArchivePart {
  readonly folder: string;
  readonly names: readonly string[];
}

/**
 * Packs the parts into a new file of mode 0600 and reads it back once, so that a full disk is noticed now.
 * @throws Error when the file exists, or tar fails
 */
export async function packArchive(file: string, parts: readonly ArchivePart[]): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const sources = parts.flatMap(({ folder, names }) => ['-C', folder, ...names]);
    await runTar(['--create', '--gzip', '--numeric-owner', '--file=-', ...sources], handle.fd);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await runTar(['--list', '--gzip', `--file=${file}`]);
}

/** The names of everything in the archive, as it was packed. */
export async function listArchive(file: string): Promise<readonly string[]> {
  return (await runTar(['--list', '--gzip', `--file=${file}`], 'pipe')).split('\n').filter(Boolean);
}

/** Unpacks what `names` names into the folder, with modes and, as root, owners. */
export async function unpackArchive(file: string, { folder, names }: ArchivePart): Promise<void> {
  await runTar([
    '--extract',
    '--gzip',
    '--same-permissions',
    '--numeric-owner',
    `--file=${file}`,
    '-C',
    folder,
    ...names,
  ]);
}

async function runTar(args: readonly string[], output: number | 'ignore' | 'pipe' = 'ignore'): Promise<string> {
  const tar = spawn('tar', args, { stdio: ['ignore', output, 'pipe'], env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
  const complaints: Buffer[] = [];
  tar.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk));
  const listing: Buffer[] = [];
  tar.stdout?.on('data', (chunk: Buffer) => listing.push(chunk));
  const [code] = await once(tar, 'close');
  if (code !== 0) throw new Error(`tar ended with ${code}: ${Buffer.concat(complaints).toString().trim()}`);
  return Buffer.concat(listing).toString();
}
