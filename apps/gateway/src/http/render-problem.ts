import { type AppError, errorPagePath, withDashboardOrigin } from '@patchbay/foundation';
import { z } from 'zod';

/** An error as every surface but MCP answers it. @see RFC 9457 */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'Address of the page about this code.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'From the error catalogue: `area.what_happened`.' }),
    hint: z.string().meta({ description: 'The remedy.' }),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'One entry per invalid field.' }),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemBody = z.output<typeof Problem>;

export const PROBLEM_TYPE = 'application/problem+json';

/** @param origin of the installation, where the page about the code is served */
export function renderProblem(error: AppError, requestId: string, origin: string): ProblemBody {
  const { errors, ...data } = error.data ?? {};
  return {
    type: `${origin}/api/docs/errors/${errorPagePath(error.code)}`,
    title: error.spec.title,
    status: error.spec.status,
    detail: error.detail,
    code: error.code,
    hint: withDashboardOrigin(error.hint, origin),
    requestId,
    ...(Array.isArray(errors) && { errors }),
    ...(Object.keys(data).length > 0 && { data }),
  };
}
