import path from 'node:path';
import { watch } from 'chokidar';

const IGNORED = new Set(['node_modules', '.git', '.patchbay', 'dist']);
/** Editors write a file in several steps, and several files at once. */
const SETTLE_MS = 50;

/** Calls back once after a burst of changes, never twice at a time; a change during a call leads to one more. */
export async function watchSources(
  directory: string,
  onChange: () => Promise<void>,
): Promise<{ close(): Promise<void> }> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const watcher = watch(directory, {
    ignoreInitial: true,
    ignored: (file) =>
      path
        .relative(directory, file)
        .split(path.sep)
        .some((part) => IGNORED.has(part)),
  });
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(onChange);
    }, SETTLE_MS);
  });
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await running;
    },
  };
}
