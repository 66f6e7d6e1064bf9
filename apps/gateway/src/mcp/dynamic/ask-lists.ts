import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError, newId } from '@patchbay/foundation';
import type { SandboxClient } from '@patchbay/sandbox/client';
import type { IsolationKey, JsonObject } from '@patchbay/sandbox/protocol';
import { egressOf, RESULT_BYTES_MAX } from '../build-invocation.ts';

/** A list is waited for by somebody who only wants to look; a call may take longer. */
const DEADLINE_MS = 10_000;

/**
 * Asks a connector for everything it lists, in the sandbox that serves the calls of this key, in nobody's name.
 *
 * @throws AppError sandbox.*
 */
export async function askLists(
  sandboxes: Pick<SandboxClient, 'invoke'>,
  endpoint: Endpoint,
  key: IsolationKey,
): Promise<JsonObject> {
  const id = newId('invocation');
  const outcome = await sandboxes.invoke({
    ...{ id, key, artifactDigest: endpoint.artifactDigest, egress: egressOf(endpoint.manifest) },
    ...{ method: 'patchbay/describe', params: {}, deadlineMs: DEADLINE_MS, effect: 'read' },
    context: {
      ...{ user: null, organization: { id: endpoint.organizationId, slug: endpoint.organizationSlug } },
      ...{ client: null, roles: [], groups: [], requestId: newId('request'), idempotencyKey: id, capabilities: {} },
    },
    ...{ credentials: [], resultBytesMax: RESULT_BYTES_MAX },
  });
  if (outcome.kind === 'complete') return outcome.result;
  throw new AppError('sandbox.invalid_result', {
    detail: outcome.kind === 'error' ? outcome.error.message : 'The connector asked for input instead of its lists.',
  });
}
