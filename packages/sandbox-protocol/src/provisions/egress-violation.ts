import { z } from 'zod';

/** A request that was refused because only reads were in flight. */
export const egressViolationSchema = z.strictObject({
  method: z.string().max(64),
  host: z.string().max(253),
  /** Without the query, which may hold keys. */
  path: z.string().max(1024),
  reason: z.string().max(2048),
});

export type EgressViolation = Readonly<z.infer<typeof egressViolationSchema>>;
