import { z } from 'zod';

/** An error on the admin surface. @see RFC 9457 */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'Address of the page about this code.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'From the error catalogue: `area.what_happened`.' }),
    hint: z.string().meta({ description: 'What to do.' }),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'One entry per invalid field.' }),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemBody = z.output<typeof Problem>;
