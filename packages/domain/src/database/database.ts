import { AsyncLocalStorage } from 'node:async_hooks';
import { AppError } from '@patchbay/foundation';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from '../generated/client.ts';
import { CleanPool } from './clean-pool.ts';
import { asUnavailable } from './connection-errors.ts';
import { FairQueue } from './fair-queue.ts';
import { createLookups, type Lookups } from './lookups.ts';
import type { OrganizationScope } from './scope.ts';
import { surviveLostConnections } from './survive-lost-connections.ts';

/**
 * The only way into an organization's rows. Row-level security is bound to `app.organization_id`, which is set for one
 * transaction by one function here; without it every table is empty. Nothing else in the platform holds this pool.
 */

/** The repository's way to the tables: Prisma without anything that could start, leave or go round a transaction. */
export type ScopedPrisma = Omit<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe' | '$transaction'>;

/** One transaction inside one organization. Only `withOrganization` makes one. */
export interface Tx {
  readonly scope: OrganizationScope;
  readonly prisma: ScopedPrisma;
  /** Hand-written SQL with `$1` parameters, in the same transaction. Never build the text from values. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Runs just before the commit, in the order given: for locks that must be held as briefly as possible. */
  beforeCommit(work: () => Promise<void>): void;
  readonly auditWriter: AuditWriter | null;
}

/** One per process. The sequence of its rows has no gaps in any organization. */
export interface AuditWriter {
  /** Unique for the life of the process, for example `gateway-` + random. */
  readonly id: string;
  /** HMAC by a key of this writer; see `createAuditSigner` of the vault and `signedMessage` of the audit log. */
  sign(message: Uint8Array): Uint8Array;
}

export interface DatabaseOptions {
  /** Connection string of the role `patchbay_app`. */
  readonly url: string;
  readonly poolSizeMax: number;
  /** The signer of this process's audit rows; without one they are unsigned. */
  readonly auditWriter?: AuditWriter;
  /** Longest a transaction may take before it is rolled back. */
  readonly transactionMsMax?: number;
  /** Transactions of one organization that may wait for a connection; 1 000 by default. */
  readonly waitingPerOrganizationMax?: number;
}

export interface Database {
  readonly lookups: Lookups;
  /**
   * Runs `work` in one transaction that sees and writes rows of this organization only. Any error rolls it back.
   *
   * Inside `work` this database refuses another transaction, a look-up and a ping: work that holds one connection and
   * waits for a second deadlocks the pool as soon as enough of it does. One organization holds at most half of the
   * connections; further work waits in a queue of its own.
   *
   * @throws AppError `data.unavailable` when the database does not answer; `data.organization_busy` when too much of this
   * organization waits already
   */
  withOrganization<T>(scope: OrganizationScope, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Resolves when the database answers; for `/health`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const WAIT_MS_MAX = 10_000;
const WAITING_PER_ORGANIZATION_MAX = 1_000;

export function createDatabase(options: DatabaseOptions): Database {
  const transactionMsMax = options.transactionMsMax ?? 30_000;
  const pool = new CleanPool({
    connectionString: options.url,
    max: options.poolSizeMax,
    connectionTimeoutMillis: WAIT_MS_MAX,
    // A line that lost its other end without a word would otherwise be waited on for a quarter of an hour.
    query_timeout: transactionMsMax,
    application_name: 'patchbay',
  });
  // The next statement fails if the database is unreachable.
  surviveLostConnections(pool);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const auditWriter = options.auditWriter ?? null;
  const queue = new FairQueue({
    // One connection is left to look-ups and health.
    slots: Math.max(1, options.poolSizeMax - 1),
    slotsPerKey: Math.ceil(options.poolSizeMax / 2),
    waitingPerKeyMax: options.waitingPerOrganizationMax ?? WAITING_PER_ORGANIZATION_MAX,
    waitMsMax: WAIT_MS_MAX,
  });
  /** The transaction that the running code is part of. */
  const transactions = new AsyncLocalStorage<{ isOpen: boolean }>();

  function assertOutside(wanted: string): void {
    // Work started by a transaction may outlast it; it holds no connection any more.
    if (transactions.getStore()?.isOpen !== true) return;
    throw new Error(`${wanted} inside a transaction: it would wait for a second connection while it holds one`);
  }

  function transact<T>(scope: OrganizationScope, work: (tx: Tx) => Promise<T>): Promise<T> {
    const state = { isOpen: true };
    return prisma
      .$transaction(
        (transaction) =>
          transactions.run(state, async () => {
            const pending: (() => Promise<void>)[] = [];
            const tx: Tx = {
              scope: Object.freeze({ organizationId: scope.organizationId }),
              prisma: transaction,
              // sql: the only place that takes text; the repositories' texts are constants, checked by this same rule.
              query: (sql, parameters = []) => transaction.$queryRawUnsafe(sql, ...parameters),
              beforeCommit: (step) => void pending.push(step),
              auditWriter,
            };
            // LOCAL to the transaction: the third argument. The pooled session never knows an organization.
            await transaction.$queryRaw`SELECT set_config('app.organization_id', ${scope.organizationId}, true)`;
            const result = await work(tx);
            for (const step of pending) await step();
            return result;
          }),
        { maxWait: WAIT_MS_MAX, timeout: transactionMsMax },
      )
      .finally(() => {
        state.isOpen = false;
      });
  }

  return {
    lookups: guardLookups(createLookups(pool), assertOutside),
    async withOrganization(scope, work) {
      if (!/^org_[0-9a-z]+$/.test(scope.organizationId)) throw new AppError('organizations.not_found');
      assertOutside('a transaction');
      try {
        return await queue.run(scope.organizationId, () => transact(scope, work));
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    async ping() {
      assertOutside('a ping');
      await pool.query('SELECT 1').catch((error: unknown) => {
        throw asUnavailable(error);
      });
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

function guardLookups(lookups: Lookups, assertOutside: (wanted: string) => void): Lookups {
  const guard =
    <Arguments extends unknown[], Result>(lookup: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      assertOutside('a look-up');
      try {
        return await lookup(...given);
      } catch (error) {
        throw asUnavailable(error);
      }
    };
  return {
    findEndpoint: guard(lookups.findEndpoint),
    findOrganization: guard(lookups.findOrganization),
    findApiKey: guard(lookups.findApiKey),
    apiKeyPrefixes: guard(lookups.apiKeyPrefixes),
    findGrant: guard(lookups.findGrant),
    findOAuthClient: guard(lookups.findOAuthClient),
    findPersonMemberships: guard(lookups.findPersonMemberships),
    dueVersions: guard(lookups.dueVersions),
    dueIdentityChanges: guard(lookups.dueIdentityChanges),
    expiredRows: guard(lookups.expiredRows),
    purgeAuthorization: guard(lookups.purgeAuthorization),
  };
}
