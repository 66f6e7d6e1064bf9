import type { Database } from '../database/index.ts';

interface Use {
  readonly organizationId: string;
  readonly apiKeyId: string;
  readonly at: Date;
  readonly address: string;
}

export interface LastUses {
  note(
    used: { readonly organizationId: string; readonly apiKey: { readonly id: string } },
    at: Date,
    address: string,
  ): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_MS = 30_000;

/** Remembers the newest use of each key and writes them in batches: a call never waits for this. */
export function createLastUses(database: Database): LastUses {
  let uses = new Map<string, Use>();

  async function flush(): Promise<void> {
    const batch = uses;
    uses = new Map();
    for (const [organizationId, ofOne] of Map.groupBy(batch.values(), (use) => use.organizationId)) {
      await database.withOrganization({ organizationId }, (tx) =>
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
  // A lost batch costs a display of "last used", so the next one simply tries again.
  const timer = setInterval(() => flush().catch(() => {}), FLUSH_MS);
  timer.unref();

  return {
    note({ organizationId, apiKey }, at, address) {
      uses.set(apiKey.id, { organizationId, apiKeyId: apiKey.id, at, address });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush().catch(() => {});
    },
  };
}
