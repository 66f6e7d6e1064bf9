import { createHash } from 'node:crypto';
import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { InstallationFacts, SharedCandidate } from './decide-installation.ts';
import { inspectMark, MADE, type Made, type MarkState } from './installation-mark.ts';

/** `.s.PGSQL.5432` below `run/postgres`, and what sandboxes add below `sandbox`, must fit into 107 characters. */
export const SHARED_LENGTH_MAX = 50;
/** First match wins; the second is for a machine whose /var/lib cannot be written. */
export const SHARED_PARENTS = ['/var/lib', '/var/tmp'];

const SHARED_NAME = /^patchbay-[0-9a-f]{12}$/;
/** Files of a data directory that cannot be created again. The two last are folders. */
const KEPT_IN_DATA = ['passwords.json', 'master.key', 'auth.secret', 'demo.json', 'artifacts', 'spool'];
const KEPT_IN_SHARED = ['postgres', 'redis'];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Reads all evidence of an installation and its identity. Changes nothing. */
export async function inspectInstallation(data: string, hasOwnDatabase: boolean): Promise<InstallationFacts> {
  const mark = await inspectMark(data);
  const candidates: SharedCandidate[] = [];
  for (const directory of await candidateDirectories(data, mark)) {
    candidates.push(await inspectCandidate(directory, data));
  }
  const id = mark.state === 'read' ? mark.mark.id : null;
  return {
    data,
    mark,
    holds: await existing(data, KEPT_IN_DATA),
    candidates: candidates.filter(
      (candidate) =>
        candidate.mark.state !== 'read' || candidate.mark.mark.id === id || candidate.mark.mark.dataDirectory === data,
    ),
    hasOwnDatabase,
  };
}

/** Every shared directory on this machine that is ours, and the place below the data. */
async function candidateDirectories(data: string, mark: MarkState): Promise<string[]> {
  const places = [path.join(data, 'shared')];
  // Before the id gave the name, the path of the data directory did.
  const names = [nameOf(data)];
  if (mark.state === 'read') names.push(nameOf(mark.mark.id));
  for (const parent of SHARED_PARENTS) places.push(...names.map((name) => path.join(parent, name)));
  if (mark.state === 'read' && mark.mark.sharedDirectory !== undefined) places.push(mark.mark.sharedDirectory);
  for (const directory of await sharedDirectories()) {
    if ((await inspectMark(directory)).state === 'read') places.push(directory);
  }
  const found: string[] = [];
  for (const place of new Set(places)) {
    // Other accounts cannot have put anything below the data; its owner matters to the user who starts.
    const isInside = place.startsWith(data + path.sep);
    if (isInside ? await isDirectory(place) : await isOwnDirectory(place)) found.push(place);
  }
  return found;
}

function nameOf(text: string): string {
  return `patchbay-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** The directories of this machine that are called as a shared directory is, and belong to who asks. */
export async function sharedDirectories(): Promise<string[]> {
  const found: string[] = [];
  for (const parent of SHARED_PARENTS) {
    for (const name of await readdir(parent).catch(() => [])) {
      const directory = path.join(parent, name);
      if (SHARED_NAME.test(name) && (await isOwnDirectory(directory))) found.push(directory);
    }
  }
  return found;
}

/** A link, or a directory that another user made below /var/tmp, is never taken for ours. */
async function isOwnDirectory(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch(() => null);
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

async function isDirectory(directory: string): Promise<boolean> {
  return (await lstat(directory).catch(() => null))?.isDirectory() === true;
}

async function inspectCandidate(directory: string, data: string): Promise<SharedCandidate> {
  const mark = await inspectMark(directory);
  return {
    directory,
    mark,
    holds: await existing(directory, KEPT_IN_SHARED),
    servesAnother: mark.state === 'read' && mark.mark.dataDirectory !== data && (await hasOwner(mark)),
  };
}

/** Whether the data directory that the mark names is there, with the mark of the same installation. */
export async function hasOwner(mark: MarkState): Promise<boolean> {
  if (mark.state !== 'read') return false;
  const owner = await inspectMark(mark.mark.dataDirectory).catch(() => null);
  return owner?.state === 'read' && owner.mark.id === mark.mark.id;
}

/** Absolute paths of those that are there; a folder counts when something is in it. */
async function existing(directory: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const file = path.join(directory, name);
    const entry = await stat(file).catch(() => null);
    if (entry === null) continue;
    if (entry.isDirectory() && (await readdir(file)).length === 0) continue;
    found.push(file);
  }
  return found;
}

/** The recorded steps, and existing files without a record: database files never come before the secrets. */
export async function whatIsMade(data: string, postgres: string, noted: readonly Made[]): Promise<readonly Made[]> {
  const hasDatabase = (await existing(path.dirname(postgres), [path.basename(postgres)])).length > 0;
  const present = new Set<string>(
    await existing(data, KEPT_IN_DATA).then((files) => files.map((file) => path.basename(file))),
  );
  return MADE.filter((name) => {
    if (noted.includes(name) || present.has(name)) return true;
    return hasDatabase && name !== 'demo.json';
  });
}
