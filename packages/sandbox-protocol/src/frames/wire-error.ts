import { AppError, asAppError, ERRORS, type ErrorCode } from '@patchbay/foundation';
import { z } from 'zod';

/** An AppError on the inside wire. `internal` travels too: both ends are ours and log it; no surface shows it. */
export const wireErrorSchema = z.object({
  code: z.string(),
  detail: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
  retryAfterSeconds: z.number().optional(),
  sent: z.boolean().optional(),
  internal: z.string().optional(),
});

export type WireError = z.infer<typeof wireErrorSchema>;

export function toWireError(error: unknown): WireError {
  const { code, detail, data, retryAfterSeconds, sent, internal } = asAppError(error);
  return { code, detail, data: data && { ...data }, retryAfterSeconds, sent, internal };
}

/** The same error on the other side; a code this version does not know stays readable in `internal`. */
export function fromWireError(value: unknown): AppError {
  const parsed = wireErrorSchema.safeParse(value);
  if (!parsed.success) return new AppError('internal.unexpected', { internal: 'an error frame without an error' });
  const { code, ...options } = parsed.data;
  if (Object.hasOwn(ERRORS, code)) return new AppError(code as ErrorCode, options); // just looked up
  return new AppError('internal.unexpected', { internal: `${code}: ${options.detail}` });
}
