import { z } from 'zod';

/** One destination a manifest declares. `host` is a name, or `*.name` for every name below it (never the name itself). */
export const egressRuleSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  /** Opens a CONNECT tunnel instead of a plain request. Not served yet: shown to the owner, refused by the proxy. */
  tunnel: z.boolean().optional(),
});

export type EgressRule = Readonly<z.infer<typeof egressRuleSchema>>;
