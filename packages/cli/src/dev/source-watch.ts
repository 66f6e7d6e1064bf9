import path from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

const IGNORED = new Set(['node_modules', '.git', '.patchbay', 'dist']);
/** Editors write a file in several steps, and several files at once. */
const SETTLE_MS = 50;

/** Calls back once after a burst of changes, never twice at a time; a change during a call leads to one more. */
export class SourceWatch {
  readonly #watcher: FSWatcher;
  readonly #onChange: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  private constructor(directory: string, onChange: () => Promise<void>) {
    this.#onChange = onChange;
    this.#watcher = watch(directory, { ignoreInitial: true, ignored: (file) => isIgnored(directory, file) });
    this.#watcher.on('all', () => this.#settle());
  }

  /** Resolves when every change from now on is seen. */
  static async open(directory: string, onChange: () => Promise<void>): Promise<SourceWatch> {
    const opened = new SourceWatch(directory, onChange);
    await new Promise<void>((resolve) => opened.#watcher.once('ready', resolve));
    return opened;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher.close();
    await this.#running;
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(this.#onChange);
    }, SETTLE_MS);
  }
}

function isIgnored(directory: string, file: string): boolean {
  const parts = path.relative(directory, file).split(path.sep);
  return parts.some((part) => IGNORED.has(part));
}
