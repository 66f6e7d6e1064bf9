import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readSystemError } from '@patchbay/foundation';

/** The contents of a directory of the documentation: `site` and `content-policy` once built, `failed` when that failed. */
export type SiteState =
  | { readonly kind: 'building' }
  | { readonly kind: 'failed' }
  /** `policy` is the content security policy of its pages, `notFound` the page for addresses without one. */
  | { readonly kind: 'built'; readonly policy: string; readonly notFound: string };

/** The documentation of this version. It may be built while the gateway runs, and does not change afterwards. */
export class BuiltSite {
  readonly directory: string;
  #state: SiteState = { kind: 'building' };

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Directory of the files to serve. */
  get root(): string {
    return path.join(this.directory, 'site');
  }

  async state(): Promise<SiteState> {
    if (this.#state.kind !== 'built') this.#state = await this.#read();
    return this.#state;
  }

  async #read(): Promise<SiteState> {
    const policy = await readOrNull(path.join(this.directory, 'content-policy'));
    if (policy !== null) {
      return { kind: 'built', policy, notFound: await readFile(path.join(this.root, '404.html'), 'utf8') };
    }
    const failure = await stat(path.join(this.directory, 'failed')).catch(() => null);
    return { kind: failure === null ? 'building' : 'failed' };
  }
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (readSystemError(error).code === 'ENOENT') return null;
    throw error;
  }
}
