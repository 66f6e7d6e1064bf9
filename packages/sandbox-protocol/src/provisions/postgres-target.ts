import { z } from 'zod';

/** The longest name of a role or database, in bytes. @see PostgreSQL documentation, "Identifiers and Key Words" */
const NAME_MAX = 63;

/**
 * The one database that a credential of kind `postgres` opens: the proxy takes all of it from here and nothing from the
 * code that asks. The password is the grant's secret.
 */
export const postgresTargetSchema = z.strictObject({
  /** The name that the server's certificate must have. */
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  database: z.string().min(1).max(NAME_MAX),
  user: z.string().min(1).max(NAME_MAX),
  /** The certificate authority of the server in PEM, instead of the public ones; null: the public ones. */
  authority: z.string().max(32_768).nullable(),
  /** The private addresses that an operator opened for this host; null: public addresses only. */
  addresses: z.array(z.string().max(45)).min(1).max(16).nullable(),
  /** Whether the role may write, as far as its last test knows. */
  mayWrite: z.boolean(),
  /** The effect of the invocation: one that reads gets no role that may write. */
  effect: z.enum(['read', 'write']),
});

export type PostgresTarget = Readonly<z.infer<typeof postgresTargetSchema>>;

/** The target of the `CONNECT` by which code asks for the database of a reference; which one it is, the reference knows. */
export const POSTGRES_TARGET = 'postgres:5432';
