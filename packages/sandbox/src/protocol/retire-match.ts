import { z } from 'zod';

export const retireMatchSchema = z.object({
  id: z.string(),
  match: z.object({
    organizationId: z.string(),
    connectorId: z.string(),
    versionId: z.string().optional(),
    settingsRevisionBelow: z.number().optional(),
  }),
});
