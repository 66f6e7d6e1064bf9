/** Builds made from the sources beside the start of the processes, and only when the sources changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { siteDirectory } from '@patchbay/docs-site';
import { AppError, ERRORS } from '@patchbay/foundation';

export interface BuildOptions {
  /** The checkout. */
  readonly root: string;
  /** PATH of what is run. */
  readonly searchPath: string;
  /** Aborted when the start is being stopped: nothing is built on. */
  readonly signal: AbortSignal;
  /** Called with the step that takes time. */
  say(text: string): void;
}

/** A line of progress, after the seconds of the child: those of the start are others. */
const PROGRESS = /^ *[\d.]+ s {2}(.*)/;
/** The end of what a failing build printed. */
const SHOWN_LINES = 20;

/**
 * Builds the dashboard. Beside the processes because both need half of a minute, and neither the other.
 *
 * @throws AppError start.process_failed with what the build printed
 */
export async function buildDashboard(options: BuildOptions): Promise<void> {
  const failure = await build(options, ['scripts/run.mjs', 'dashboard']);
  if (failure === null) return;
  throw new AppError('start.process_failed', {
    detail: `The dashboard could not be built.\n${failure}`,
    data: { process: 'dashboard' },
  });
}

/** Packs the command line and the SDK as this installation serves them. Without them everything else works. */
export async function packTools(
  options: BuildOptions,
  { directory, origin }: { readonly directory: string; readonly origin: string },
): Promise<void> {
  const failure = await build(options, ['packages/cli/scripts/pack.ts', directory, origin]);
  if (failure !== null) options.say(`The downloads of the command line could not be made: ${failure}`);
}

/**
 * Builds the documentation of this version, after everything else is ready and behind it in priority. The gateway
 * serves it once it is there; when it fails, a file reports that to the gateway, and everything else works.
 */
export async function buildDocs(options: BuildOptions): Promise<void> {
  const directory = siteDirectory(options.root);
  const failed = path.join(directory, 'failed');
  await rm(failed, { force: true });
  const failure = await build({ ...options, isBackground: true }, ['scripts/run.mjs', 'docs']);
  if (failure === null) return;
  options.say(`${ERRORS['edge.docs_failed'].title} (edge.docs_failed)\n${failure}`);
  // Where nothing may be written, the page keeps waiting; the log has the reason.
  await mkdir(directory, { recursive: true })
    .then(() => writeFile(failed, ''))
    .catch(() => undefined);
}

/** null when it ended well or was stopped, else the end of what it wrote to its standard error. */
async function build(options: BuildOptions & { readonly isBackground?: boolean }, [script = '', ...args]: string[]) {
  const { root, searchPath, signal, say } = options;
  if (signal.aborted) return null;
  const child = spawn(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    env: { PATH: searchPath },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (options.isBackground && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const text = PROGRESS.exec(line)?.[1];
    if (text !== undefined) say(text);
  });
  const [code] = await once(child, 'close').catch((error: unknown) => {
    errors += `${error}`;
    return [1];
  });
  signal.removeEventListener('abort', end);
  if (code === 0 || signal.aborted) return null;
  return errors.trim().split('\n').slice(-SHOWN_LINES).join('\n');
}
