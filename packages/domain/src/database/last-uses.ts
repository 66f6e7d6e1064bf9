import type { Database, Tx } from './database.ts';

/** The newest use of one row of an organization. */
export interface Use {
  readonly organizationId: string;
  readonly id: string;
  readonly at: Date;
}

const FLUSH_MS = 30_000;

/**
 * Remembers the newest use of each row and writes them in batches, one statement per organization: a call never waits for
 * this.
 */
export class LastUses<Noted extends Use> {
  readonly #database: Pick<Database, 'withOrganization'>;
  readonly #write: (tx: Tx, uses: readonly Noted[]) => Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  #uses = new Map<string, Noted>();

  constructor(
    database: Pick<Database, 'withOrganization'>,
    write: (tx: Tx, uses: readonly Noted[]) => Promise<unknown>,
  ) {
    this.#database = database;
    this.#write = write;
    // A lost batch costs a display of "last used", so the next one simply tries again.
    this.#timer = setInterval(() => this.flush().catch(() => {}), FLUSH_MS).unref();
  }

  note(use: Noted): void {
    this.#uses.set(use.id, use);
  }

  async flush(): Promise<void> {
    const batch = this.#uses;
    this.#uses = new Map();
    for (const [organizationId, ofOne] of Map.groupBy(batch.values(), (use) => use.organizationId)) {
      await this.#database.withOrganization({ organizationId }, (tx) => this.#write(tx, ofOne));
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => {});
  }
}
