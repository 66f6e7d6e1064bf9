import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database, OrganizationScope } from '@patchbay/domain';
import type { Connector } from '@patchbay/domain/connectors';
import type { Organization } from '@patchbay/domain/organizations';
import { appendLog, type Version, type VersionPatch } from '@patchbay/domain/versions';
import type { Logger } from '@patchbay/foundation';
import type { SandboxClient } from '@patchbay/sandbox-client';
import type { PackageDescriptions } from './dependencies/package-descriptions.ts';
import type { ProvidedPackages } from './dependencies/package-plan.ts';
import type { PackageStore } from './dependencies/package-store.ts';
import type { ReadingThreads } from './dependencies/reading-threads.ts';
import type { KeptBuilds } from './kept-builds.ts';
import { readSource, type Source } from './source/read-source.ts';

/** Dependencies of the steps of a deploy. */
export interface DeployDeps {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly keptBuilds: KeptBuilds;
  readonly packages: PackageStore;
  readonly descriptions: PackageDescriptions;
  readonly reading: ReadingThreads;
  readonly provided: ProvidedPackages;
  readonly sandboxes: SandboxClient;
  readonly logger: Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The result of a finished step: a patch of the version's row, and facts for later steps. */
export interface StepResult {
  readonly patch?: VersionPatch;
  /** Small and JSON: kept with the step, so that a resumed deploy need not run it again. */
  readonly output?: Readonly<Record<string, unknown>>;
}

/** One attempt at one version, in one worker. Nothing in it must outlive the worker: rows and the store do. */
export class DeployWork {
  readonly deps: DeployDeps;
  readonly scope: OrganizationScope;
  readonly organization: Organization;
  readonly connector: Connector;
  readonly signal: AbortSignal;
  version: Version;
  /** Outputs of the steps that are done, by name. */
  readonly outputs = new Map<string, Readonly<Record<string, unknown>>>();
  #source: Promise<Source> | undefined;
  #logging: Promise<void> = Promise.resolve();
  /** Lines of a repeated attempt; null where lines are written as they come. */
  #held: (() => void)[] | null = null;

  constructor(given: {
    readonly deps: DeployDeps;
    readonly organization: Organization;
    readonly connector: Connector;
    readonly version: Version;
    readonly signal: AbortSignal;
  }) {
    this.deps = given.deps;
    this.organization = given.organization;
    this.scope = { organizationId: given.organization.id };
    this.connector = given.connector;
    this.version = given.version;
    this.signal = given.signal;
  }

  /** The upload, read once per attempt. @throws AppError `source.*`, `artifacts.not_found` */
  source(): Promise<Source> {
    const { artifacts } = this.deps;
    this.#source ??= artifacts
      .get({ ...this.scope, digest: this.version.sourceDigest })
      .then((packed) => readSource(packed));
    return this.#source;
  }

  /** Lines reach the log in order; a line that cannot be written does not stop the deploy. */
  log(level: LogLevel, text: string): void {
    const line = { step: this.version.state, level, text };
    if (this.#held !== null) this.#held.push(() => this.#write(line));
    else this.#write(line);
  }

  /**
   * From here on lines are kept back. A step that waits for the platform is repeated every few seconds, and would fill the
   * log with the same lines: they are written when the step ends.
   */
  holdLog(): void {
    this.#held ??= [];
  }

  /** Drops the lines that were kept back: the step will be repeated. */
  dropHeldLog(): void {
    this.#held = null;
  }

  /** Resolves when every line so far is written, those that were kept back too. */
  logged(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = null;
    for (const write of held) write();
    return this.#logging;
  }

  #write(line: { readonly step: string; readonly level: LogLevel; readonly text: string }): void {
    const { database, logger } = this.deps;
    this.#logging = this.#logging
      .then(() => database.withOrganization(this.scope, (tx) => appendLog(tx, this.version.id, [line])))
      .catch((error) => logger.warn({ err: error, versionId: this.version.id }, 'a deploy log line was lost'));
  }
}
