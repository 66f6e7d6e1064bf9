import { z } from 'zod';

/** Which sandboxes a change retires. Everything given must agree. */
export interface RetireMatch {
  readonly organizationId: string;
  readonly connectorId: string;
  readonly versionId?: string | undefined;
  /** Only sandboxes that were given settings older than this revision. */
  readonly settingsRevisionBelow?: number | undefined;
}

export const retireMatchSchema = z.object({
  id: z.string(),
  match: z.object({
    organizationId: z.string(),
    connectorId: z.string(),
    versionId: z.string().optional(),
    settingsRevisionBelow: z.number().optional(),
  }),
});
