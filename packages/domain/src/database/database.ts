import type { PrismaClient } from '../generated/client.ts';
import type { Lookups } from './lookups.ts';
import type { OrganizationScope } from './scope.ts';

/** The repository's way to the tables: Prisma without anything that could start or leave a transaction. */
export type ScopedPrisma = Omit<
  PrismaClient,
  '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends' | '$use' | '$queryRawUnsafe' | '$executeRawUnsafe'
>;

/** One transaction inside one organization. Only `withOrganization` makes one. */
export interface Tx {
  readonly scope: OrganizationScope;
  readonly prisma: ScopedPrisma;
  /** Hand-written SQL with `$1` parameters, in the same transaction. Never build the text from values. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

export interface Database {
  readonly lookups: Lookups;
  /** Runs `work` in one transaction that sees and writes rows of this organization only. Any error rolls it back. */
  withOrganization<T>(scope: OrganizationScope, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Resolves when the database answers; for `/health`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connection string of the role `patchbay_app`. */
  readonly url: string;
  readonly poolSizeMax: number;
  /** Who signs audit rows of this process; without one they are unsigned. */
  readonly auditWriter?: AuditWriter;
}

/** One per process. The sequence of its rows has no gaps in any organization (security.md S19). */
export interface AuditWriter {
  /** Unique for the life of the process, for example `gateway-` + random. */
  readonly id: string;
  /** HMAC over the row's body hash by a key of this writer; see `createAuditSigner` of the vault. */
  sign(bodyHash: Uint8Array): Uint8Array;
}

export declare function createDatabase(options: DatabaseOptions): Database;
