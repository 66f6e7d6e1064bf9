import { AppError } from '@patchbay/foundation';
import type { Project } from '../project.ts';
import { bundleConnector } from './bundle-connector.ts';
import type { LocalSandbox } from './local-sandbox.ts';
import type { LocalHost } from './start-local-host.ts';

/** Builds, starts and swaps: what serves stays in place until the next one has started. */
export class Reloader {
  readonly #project: Project;
  readonly #host: LocalHost;
  #current: LocalSandbox | undefined;
  #digest: string | undefined;

  constructor(project: Project, host: LocalHost) {
    this.#project = project;
    this.#host = host;
  }

  /** The connector that serves now. @throws AppError cli.build_failed before the first load */
  get current(): LocalSandbox {
    if (this.#current === undefined) throw new AppError('cli.build_failed', { detail: 'There is no build yet.' });
    return this.#current;
  }

  /**
   * @returns what serves from now on; null when the same is built as before
   * @throws AppError cli.build_failed, or `sandbox.*` when it does not start
   */
  async load(): Promise<LocalSandbox | null> {
    const built = await bundleConnector(this.#project);
    if (built.digest === this.#digest) return null;
    const next = await this.#host.run(built);
    this.#current = next;
    this.#digest = built.digest;
    return next;
  }
}
