import type { Database } from '../database/index.ts';

interface Use {
  readonly organizationId: string;
  readonly apiKeyId: string;
  readonly at: Date;
  readonly address: string;
}

interface UsedKey {
  readonly organizationId: string;
  readonly apiKey: { readonly id: string };
}

const FLUSH_MS = 30_000;

/** Remembers the newest use of each key and writes them in batches: a call never waits for this. */
export class LastUses {
  readonly #database: Database;
  readonly #timer: NodeJS.Timeout;
  #uses = new Map<string, Use>();

  constructor(database: Database) {
    this.#database = database;
    // A lost batch costs a display of "last used", so the next one simply tries again.
    this.#timer = setInterval(() => this.flush().catch(() => {}), FLUSH_MS).unref();
  }

  note({ organizationId, apiKey }: UsedKey, at: Date, address: string): void {
    this.#uses.set(apiKey.id, { organizationId, apiKeyId: apiKey.id, at, address });
  }

  async flush(): Promise<void> {
    const batch = this.#uses;
    this.#uses = new Map();
    for (const [organizationId, ofOne] of Map.groupBy(batch.values(), (use) => use.organizationId)) {
      await this.#database.withOrganization({ organizationId }, (tx) =>
        tx.query(
          `UPDATE app.api_keys AS k SET last_used_at = u.at, last_used_address = u.address
           FROM unnest($2::text[], $3::timestamptz[], $4::text[]) AS u (id, at, address)
           WHERE k.organization_id = $1 AND k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at)`,
          [
            organizationId,
            ofOne.map((use) => use.apiKeyId),
            ofOne.map((use) => use.at),
            ofOne.map((use) => use.address),
          ],
        ),
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => {});
  }
}
