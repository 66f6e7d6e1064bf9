import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import type { SandboxClient } from '@patchbay/sandbox/client';
import type { IsolationKey, JsonObject } from '@patchbay/sandbox/protocol';
import { ownInvocation } from '../call/own-invocation.ts';

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
  const outcome = await sandboxes.invoke(ownInvocation(endpoint, key, { method: 'patchbay/describe', params: {} }));
  if (outcome.kind === 'complete') return outcome.result;
  throw new AppError('sandbox.invalid_result', {
    detail: outcome.kind === 'error' ? outcome.error.message : 'The connector asked for input instead of its lists.',
  });
}
