import type { Endpoint } from '@patchbay/domain/endpoints';
import { newId } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';
import { createInvocation, type Invocation, type IsolationKey } from '@patchbay/sandbox/protocol';
import { versionOf } from './invocation.ts';

/** Shorter than a call's: listing and following do no work for anybody. */
const DEADLINE_MS = CALL_LIMITS.ownDeadline.value;

/** A request of the gateway's own to a connector, in the sandbox that serves the calls of this key, in no person's name. */
export function ownInvocation(
  endpoint: Endpoint,
  key: IsolationKey,
  asked: Pick<Invocation, 'method' | 'params'>,
): Invocation {
  return createInvocation({
    id: newId('invocation'),
    key,
    version: versionOf(endpoint),
    method: asked.method,
    params: asked.params,
    tool: null,
    context: {
      user: null,
      organization: { id: endpoint.organizationId, slug: endpoint.organizationSlug },
      client: null,
      roles: [],
      groups: [],
      requestId: newId('request'),
      capabilities: {},
    },
    deadlineMs: DEADLINE_MS,
  });
}
