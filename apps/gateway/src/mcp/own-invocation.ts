import type { Endpoint } from '@patchbay/domain/endpoints';
import { newId } from '@patchbay/foundation';
import type { Invocation, IsolationKey } from '@patchbay/sandbox/protocol';
import { egressOf, RESULT_BYTES_MAX } from './build-invocation.ts';

/** Somebody only looks or listens; a call may take longer. */
const DEADLINE_MS = 10_000;

/** What the gateway itself asks a connector, in the sandbox that serves the calls of this key, in nobody's name. */
export function ownInvocation(
  endpoint: Endpoint,
  key: IsolationKey,
  asked: Pick<Invocation, 'method' | 'params'>,
): Invocation {
  const id = newId('invocation');
  return {
    ...{ id, key, artifactDigest: endpoint.artifactDigest, egress: egressOf(endpoint.manifest) },
    ...(endpoint.snapshot && { snapshot: endpoint.snapshot }),
    ...{ ...asked, deadlineMs: DEADLINE_MS, effect: 'read', codeGeneration: endpoint.codeGeneration },
    context: {
      ...{ user: null, organization: { id: endpoint.organizationId, slug: endpoint.organizationSlug } },
      ...{ client: null, roles: [], groups: [], requestId: newId('request'), idempotencyKey: id, capabilities: {} },
    },
    ...{ credentials: [], resultBytesMax: RESULT_BYTES_MAX },
  };
}
