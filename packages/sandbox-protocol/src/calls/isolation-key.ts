import { z } from 'zod';

/**
 * The owner of one sandbox, from assignment to end. Two invocations share a process only when all of it agrees. `subject`
 * is empty when every call of the connector has the same authority. Fields missing from a peer of an older release have
 * its meaning: a live version without providers.
 */
export const isolationKeySchema = z.strictObject({
  organizationId: z.string().min(1).max(64),
  connectorId: z.string().min(1).max(64),
  versionId: z.string().min(1).max(64),
  settingsRevision: z.number().int().nonnegative(),
  subject: z.string().max(128),
  /** Whether the version was called at its preview URL: it then has other secrets and connections than when it is live. */
  preview: z.boolean().default(false),
  /** Providers whose credentials its calls may use: their ids, sorted, each once. */
  providers: z.array(z.string().min(1).max(64)).max(32).default([]),
});

export type IsolationKey = Readonly<z.infer<typeof isolationKeySchema>>;

/** The key as one text, the same for equal keys only. JSON, so that no part can imitate a separator. */
export function isolationKeyText(key: IsolationKey): string {
  const { organizationId, connectorId, versionId, settingsRevision, subject, preview, providers } = key;
  return JSON.stringify([organizationId, connectorId, versionId, settingsRevision, subject, preview, providers]);
}

/** The caller, as far as a sandbox can belong to them. */
export interface KeyPrincipal {
  readonly kind: 'person' | 'service_account' | 'anonymous';
  /** Id of the person or service account; '' for anonymous callers, who are all alike. */
  readonly id: string;
}

export interface KeyFacts
  extends Pick<IsolationKey, 'organizationId' | 'connectorId' | 'versionId' | 'settingsRevision'> {
  /** Null for the platform's own requests, such as lists: such a sandbox gets no credential. */
  readonly principal: KeyPrincipal | null;
  readonly preview: boolean;
  /** Providers whose credentials belong to people, in any order. */
  readonly providers: readonly string[];
}

/**
 * The sandbox a call belongs to. As soon as a connector uses accounts of people, each principal has sandboxes of their
 * own: code that serves one person never holds what another person's calls brought.
 */
export function isolationKeyFor({ principal, preview, providers, ...version }: KeyFacts): IsolationKey {
  const isPersonal = providers.length > 0 && principal !== null;
  return {
    ...version,
    subject: isPersonal ? `${principal.kind} ${principal.id}` : '',
    preview,
    providers: [...new Set(providers)].sort(),
  };
}
