/**
 * One record per endpoint of the admin API. From it follow the route, the OpenAPI document, the typed client, the
 * permission check and the refusal tests. An endpoint that names neither an audit action nor a reason for having
 * none does not compile; one that takes a text or a number which no column can hold does not load.
 */

import type { AuditAction } from '@patchbay/domain/audit';
import type { Permission } from '@patchbay/domain/organizations';
import { findPlainInputs } from '@patchbay/foundation';
import { z } from 'zod';

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
  /** What the caller must hold in the organization of the path. */
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
}

/** What has a default need not be said. `audit`, `permission` and the schemas of the path always must. */
type Written<S extends Partial<EndpointSpec>> = S &
  Pick<EndpointSpec, 'method' | 'path' | 'summary' | 'tag' | 'permission' | 'audit' | 'params'>;

type OrDefault<S, K extends PropertyKey, D> = K extends keyof S ? S[K] : D;

/** The spec with its defaults filled in, keeping the exact schema types for handlers. */
export type Endpoint<S> = EndpointSpec & {
  readonly method: OrDefault<S, 'method', Method>;
  readonly path: OrDefault<S, 'path', string>;
  readonly params: OrDefault<S, 'params', z.ZodObject>;
  readonly query: OrDefault<S, 'query', typeof NO_QUERY>;
  readonly body: OrDefault<S, 'body', null>;
  readonly upload: OrDefault<S, 'upload', null>;
  readonly reply: OrDefault<S, 'reply', null>;
  readonly events: OrDefault<S, 'events', null>;
  readonly download: OrDefault<S, 'download', null>;
};

const NO_QUERY = z.object({});

/**
 * Declares an endpoint. The defaults: no query, no body, answer 200 (204 where there is no answer).
 *
 * @throws Error when what it takes is not made of the border's schemas (`text`, `integer`, `idOf` … of foundation)
 */
export function defineEndpoint<const S extends Partial<EndpointSpec>>(spec: Written<S>): Endpoint<S> {
  const empty = !spec.reply && !spec.events && !spec.download;
  const endpoint: EndpointSpec = {
    query: NO_QUERY,
    body: null,
    upload: null,
    reply: null,
    events: null,
    download: null,
    status: empty ? 204 : 200,
    idempotent: false,
    shownOnce: [],
    ...spec,
  };
  const plain = [endpoint.params, endpoint.query, endpoint.body].flatMap((schema) =>
    schema ? findPlainInputs(schema) : [],
  );
  if (plain.length > 0) {
    throw new Error(`${spec.method} ${spec.path} takes ${plain.join(', ')}; use the schemas of foundation's border`);
  }
  // The spread keeps each schema as written; only the compiler cannot see that through the defaults.
  return endpoint as Endpoint<S>;
}

/** A sentence when there is no permission or audit action, otherwise null. */
export function reasonForNone(declared: string | Without): string | null {
  return typeof declared === 'string' ? null : declared.none;
}
