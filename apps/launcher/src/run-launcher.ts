import { AppError, ConfigError, ERRORS, errorPagePath, readSystemError } from '@patchbay/foundation';
import { loadStartConfig, type StartConfig } from './config.ts';
import { Launcher } from './launcher.ts';
import { watchNpm } from './watch-npm.ts';

function say(text: string): void {
  const seconds = `${(performance.now() / 1000).toFixed(1)} s`;
  process.stdout.write(`${seconds.padStart(7)}  ${text}\n`);
}

/** What, why, what to do. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) {
    const problems = error.problems.map((problem) => `  - ${problem}`).join('\n');
    return `The configuration is not usable.\n${problems}\n  What to do: set these variables and start again.`;
  }
  const code = error instanceof AppError ? error.code : startCodeOf(error);
  const { title } = ERRORS[code];
  const hint = error instanceof AppError ? error.hint : ERRORS[code].hint;
  const text = error instanceof Error ? error.message : String(error);
  const { path: file } = readSystemError(error);
  const detail = file === undefined || text.includes(file) ? text : `${text}: ${file}`;
  const page = `docs/errors/${errorPagePath(code)}.md`;
  return `${title}\n  Why: ${detail}\n  What to do: ${hint}\n  More: ${page}`;
}

/** Errors of the file system that reach us from anywhere mean the same everywhere. */
function startCodeOf(error: unknown) {
  const { code } = readSystemError(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'start.disk_full';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'start.directory_unusable';
  return 'internal.unexpected';
}

/** The platform in the foreground, until a signal. Ends the process. `root` is the checkout it runs from. */
export async function runLauncher(root: string): Promise<void> {
  try {
    await run(loadStartConfig(root), root);
  } catch (error) {
    process.stderr.write(`\nError: ${explain(error)}\n`);
    process.exit(1);
  }
}

async function run(config: StartConfig, root: string): Promise<void> {
  // The reader of our output may end first; that is no reason to leave processes behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const launcher = new Launcher(config, { root, say });
  let stopping: Promise<void> | undefined;
  const stop = (exitCode: number) => {
    stopping ??= launcher.stop().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        process.stderr.write(`\nError: ${explain(error)}\n`);
        process.exit(1);
      },
    );
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stopping) say('Stopping …');
      void stop(0);
    });
  }
  watchNpm(() => {
    say('npm is gone; stopping …');
    void stop(0);
  });
  // Started by a process of another Node version that has been killed: nothing could stop us any more.
  if (process.channel) process.on('disconnect', () => void stop(0));
  try {
    await launcher.start();
  } catch (error) {
    if (stopping) return;
    process.stderr.write(`\nError: ${explain(error)}\n`);
    await stop(1);
  }
}
