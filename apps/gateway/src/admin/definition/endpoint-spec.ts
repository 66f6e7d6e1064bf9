/** Declaration of an endpoint of the admin API. */

import type { AuditAction } from '@patchbay/domain/audit';
import type { Permission } from '@patchbay/domain/organizations';
import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A decision not to have something, with its reason, so that a reviewer never wonders whether it was forgotten. */
export interface Without {
  readonly none: string;
}

export interface EndpointSpec {
  readonly method: Method;
  /** Below `/api/v1`, with `:name` parameters. */
  readonly path: `/${string}`;
  /** One line for the reference and the generated client. */
  readonly summary: string;
  /** Heading in the reference. */
  readonly tag: string;
  /** The permission required in the organization of the path. */
  readonly permission: Permission | Without;
  /** The audit action recorded in the transaction of the change. */
  readonly audit: AuditAction | Without;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** JSON body, or null where there is none. */
  readonly body: z.ZodType | null;
  /** Raw body instead of JSON: accepted content types and the most bytes. */
  readonly upload: { readonly contentTypes: readonly string[]; readonly bytesMax: number } | null;
  /** JSON answer, or null where the answer is empty (204), a stream of events or raw bytes. */
  readonly reply: z.ZodType | null;
  /** Server-sent events by name. */
  readonly events: Readonly<Record<string, z.ZodType>> | null;
  /** Content type of a raw answer. */
  readonly download: string | null;
  readonly status: 200 | 201 | 202 | 204;
  /** Whether `Idempotency-Key` makes a repetition answer what the first request answered. */
  readonly idempotent: boolean;
  /** Fields of the answer that open something: never kept, and null when a repetition is answered. */
  readonly shownOnce: readonly string[];
  /** Whether it may still be done in a deleted organization. */
  readonly onDeleted: boolean;
}

/** A sentence when there is no permission or audit action, otherwise null. */
export function reasonForNone(declared: string | Without): string | null {
  return typeof declared === 'string' ? null : declared.none;
}
