import { AppError, asAppError } from '@patchbay/foundation';
import type { SandboxClient } from '@patchbay/sandbox-client';
import { type CredentialReference, LEAVE_STREAM_METHOD } from '@patchbay/sandbox-protocol';
import type { Call, CallReply } from '../context/call.ts';
import { buildInvocation, logLevelOf, progressTokenOf } from './invocation.ts';
import { checkResultLength } from './result-limit.ts';

/**
 * Runs the call in its sandbox and splits the time by component.
 *
 * @throws AppError sandbox.*, mcp.cancelled, mcp.result_too_long; `sent` in each states whether the connector received
 * the call
 */
export async function invokeCall(
  sandboxes: Pick<SandboxClient, 'invoke'>,
  call: Call,
  credentials: readonly CredentialReference[],
): Promise<CallReply> {
  const invocation = buildInvocation(call, credentials);
  const token = progressTokenOf(call);
  const wantsLogs = logLevelOf(call) !== undefined;
  try {
    const outcome = await sandboxes.invoke(invocation, {
      signal: call.signal,
      onNotification({ method, params }) {
        // A server on the SDK may log unasked: what the caller did not ask for goes no further.
        if (method === 'notifications/message' && wantsLogs) call.notify(method, params);
        if (method === LEAVE_STREAM_METHOD) call.conversation?.leave();
        // The caller's own token comes back here, and only to the caller who sent one.
        if (method === 'notifications/progress' && token !== undefined) {
          call.notify(method, { ...params, progressToken: token });
        }
      },
    });
    const { queueMs, startMs, sandboxMs, egressMs } = outcome.timings;
    call.steps.set('queue', queueMs + startMs);
    call.steps.set('sandbox', sandboxMs);
    call.steps.set('egress', egressMs);
    checkResultLength(call, outcome);
    return outcome;
  } catch (error) {
    const known = asAppError(error);
    const ended = call.signal.aborted ? new AppError('mcp.cancelled', { cause: error }) : known;
    // An error without that information counts as sent.
    const sent = known.sent ?? true;
    const { effect, context } = invocation;
    const key = sent && effect === 'write' ? { idempotencyKey: context.idempotencyKey } : {};
    throw ended.with({ sent, data: { ...ended.data, ...key } });
  }
}
