import { z } from 'zod';
import { readRequestSchema } from './provider-rules.ts';

/** One destination a manifest declares. `host` is a name, or `*.name` for every name below it (never the name itself). */
export const egressRuleSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  /** CONNECT instead of plain requests: the proxy sees the TLS name and no more, and sends no credential. */
  tunnel: z.boolean().optional(),
  /** Whether a credential host may also be asked without a credential. */
  anonymous: z.boolean().optional(),
  /** A database, reached with the credential of a connection alone; it narrows which databases those may be. */
  kind: z.literal('postgres').optional(),
  /**
   * Requests that only read although their method does not show it. The author's statement: it counts on hosts of no
   * provider alone, where requests carry nothing of a person's.
   */
  reads: z.array(readRequestSchema).max(32).optional(),
});

export type EgressRule = Readonly<z.infer<typeof egressRuleSchema>>;
