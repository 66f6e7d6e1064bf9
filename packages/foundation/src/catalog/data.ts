import type { ErrorSpec } from '../errors.ts';

export const DATA_ERRORS = {
  'data.unavailable': {
    status: 503,
    owner: 'platform',
    title: 'The database does not answer.',
    hint: 'Retry in a few seconds. If it persists, the operator looks at /health of the gateway.',
  },
  'data.organization_busy': {
    status: 503,
    owner: 'caller',
    title: 'Too many requests of this organization wait for the database.',
    hint: 'Retry after the seconds in Retry-After, with fewer requests at once. Other organizations are not affected.',
  },
  'data.stale': {
    status: 503,
    owner: 'platform',
    title: 'Cached data may be stale.',
    hint: 'Retry in a few seconds. The gateway serves again as soon as it can read changes from the database.',
  },
  'data.cursor_invalid': {
    status: 400,
    owner: 'caller',
    title: 'The cursor does not belong to this list.',
    hint: 'Start the list again without a cursor, and pass `nextCursor` back unchanged.',
  },
  'data.idempotency_key_reused': {
    status: 422,
    owner: 'caller',
    title: 'This Idempotency-Key was used for another request.',
    hint: 'Send a new Idempotency-Key with every new request; repeat one only for the same request.',
  },
} as const satisfies Record<string, ErrorSpec>;
