import { z } from 'zod';

/**
 * What one sandbox belongs to, for its whole life. Two invocations share a process only when all five agree.
 * `subject` is empty when every call of the connector has the same authority (S2).
 */
export const isolationKeySchema = z.strictObject({
  organizationId: z.string().min(1).max(64),
  connectorId: z.string().min(1).max(64),
  versionId: z.string().min(1).max(64),
  settingsRevision: z.number().int().nonnegative(),
  subject: z.string().max(128),
});

export type IsolationKey = Readonly<z.infer<typeof isolationKeySchema>>;

/** The key as one text, the same for equal keys only. JSON, so that no part can imitate a separator. */
export function isolationKeyText(key: IsolationKey): string {
  return JSON.stringify([key.organizationId, key.connectorId, key.versionId, key.settingsRevision, key.subject]);
}
