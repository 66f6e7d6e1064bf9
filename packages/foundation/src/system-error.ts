import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const schema = z.object({ code: text, path: text, stdout: text, stderr: text }).catch({});

/**
 * Fields that Node adds to the errors of its system calls (`code`, `path`) and of the programs it ran; empty for other
 * errors.
 */
export type SystemErrorFields = z.output<typeof schema>;

export function readSystemError(error: unknown): SystemErrorFields {
  return schema.parse(error);
}
