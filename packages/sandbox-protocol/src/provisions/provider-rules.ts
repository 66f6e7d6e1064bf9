import { z } from 'zod';

const names = z.array(z.string().min(1).max(64)).max(16);

/** A request that changes nothing although its method could; `*` in the path is one segment. */
export const readRequestSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'REPORT', 'SEARCH']),
  path: z.string().min(1).max(256),
  graphql: z.literal(true).optional(),
});

/**
 * The facts about one provider that a sandbox's proxy decides by. They come with the sandbox's code and settings, before
 * its first request: its hosts are the provider's also while no credential was issued.
 */
export const providerRulesSchema = z.strictObject({
  /** As in the isolation key. */
  id: z.string().min(1).max(64),
  /** Exact names in lower case. */
  credentialHosts: z.array(z.string().min(1).max(253)).max(32),
  /** Hosts of single customers: `{customer}.zendesk.com`, and the labels below it that are the provider's own. */
  perCustomerHost: z
    .strictObject({
      templates: z.array(z.string().min(1).max(253)).max(8),
      reserved: z.array(z.string().max(63)).max(16),
    })
    .optional(),
  /** Paths that answer tokens: no credential is ever sent to them. Each covers what is below it. */
  tokenPaths: z.array(z.string().max(1024)).max(64),
  /** Where the provider takes credentials; names of headers in lower case. Connector code may fill in none of them. */
  authHeaders: names,
  authParameters: names,
  authBodyFields: names,
  safeMethodsRead: z.boolean(),
  readRequests: z.array(readRequestSchema).max(96),
});

export type ProviderRules = Readonly<z.infer<typeof providerRulesSchema>>;
