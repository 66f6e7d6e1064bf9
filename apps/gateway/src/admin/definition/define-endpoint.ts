/**
 * One record per endpoint of the admin API, and what runs behind it. From the record follow the route, the OpenAPI
 * document, the typed client, the permission check and the refusal tests. An endpoint that names neither an audit
 * action nor a reason for having none does not compile; one that takes a text or a number which no column can hold does
 * not load.
 */

import { findPlainInputs } from '@patchbay/foundation';
import { z } from 'zod';
import { type Declaration, declare } from './endpoint.ts';
import type { EndpointSpec, Method } from './endpoint-spec.ts';

/** Fields with a default may be omitted. `audit`, `permission` and the schemas of the path never may. */
type Written<S extends Partial<EndpointSpec>> = S &
  Pick<EndpointSpec, 'method' | 'path' | 'summary' | 'tag' | 'permission' | 'audit' | 'params'>;

type OrDefault<S, K extends PropertyKey, D> = K extends keyof S ? S[K] : D;

/** The spec with its defaults filled in, keeping the exact schema types for handlers. */
export type WithDefaults<S> = EndpointSpec & {
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
 * Declares an endpoint; what runs behind it is added by one of the functions of the answer, as in
 * `defineEndpoint({ … }).inTransaction(async (tx, call, deps) => …)`. The defaults: no query, no body, answer 200 (204
 * where there is no answer).
 *
 * @throws Error when what it takes is not made of the border's schemas (`text`, `integer`, `idOf` … of foundation)
 */
export function defineEndpoint<const S extends Partial<EndpointSpec>>(spec: Written<S>): Declaration<WithDefaults<S>> {
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
    onDeleted: false,
    ...spec,
  };
  const plain = [endpoint.params, endpoint.query, endpoint.body].flatMap((schema) =>
    schema ? findPlainInputs(schema) : [],
  );
  if (plain.length > 0) {
    throw new Error(`${spec.method} ${spec.path} takes ${plain.join(', ')}; use the schemas of foundation's border`);
  }
  // The spread keeps each schema as written; only the compiler cannot see that through the defaults.
  return declare(endpoint as WithDefaults<S>);
}
