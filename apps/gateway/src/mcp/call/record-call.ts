import type { UsageEvent, UsageSpool } from '@patchbay/domain/usage';
import { type AppError, asAppError, type Clock, newId } from '@patchbay/foundation';
import { effectOf, mayHaveTakenEffect } from '@patchbay/sandbox-protocol';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Call } from '../context/call.ts';
import type { NotifyAuthor } from './author-log.ts';
import type { CallOutcome } from './call-tool.ts';
import { clientOf } from './invocation.ts';

export interface RecordDeps {
  readonly spool: Pick<UsageSpool, 'append'>;
  readonly metrics: Pick<Metrics, 'calls' | 'steps' | 'callSeconds' | 'coldStarts'>;
  readonly clock: Clock;
  readonly notifyAuthor: NotifyAuthor;
}

/** Failures that only the author can do something about, and that leave no trace in what the connector prints. */
const FOR_THE_AUTHOR: ReadonlySet<string | null> = new Set(['mcp.result_too_long', 'sandbox.result_too_large']);

/** One usage event per call, in the spool before the answer leaves: whatever dies afterwards, the call is on record. */
export async function recordCall(deps: RecordDeps, call: Call, outcome: CallOutcome): Promise<void> {
  const event = usageEvent(call, outcome, deps.clock.now());
  deps.metrics.calls.inc({ method: call.method, outcome: event.outcome });
  deps.metrics.callSeconds.observe({ method: call.method }, event.totalMs / 1000);
  for (const [step, durationMs] of Object.entries(event.stepsMs))
    deps.metrics.steps.observe({ step }, durationMs / 1000);
  if (event.cold) deps.metrics.coldStarts.inc();
  if (FOR_THE_AUTHOR.has(event.errorCode)) {
    const { code, detail } = asAppError(outcome.error);
    deps.notifyAuthor(call.endpoint, [{ text: `${code}: ${detail}`, requestId: call.requestId }]);
  }
  await deps.spool.append(event);
}

export function usageEvent(call: Call, outcome: CallOutcome, at: Date): UsageEvent {
  const { endpoint, principal } = call;
  const client = clientOf(call.request.meta);
  const error = outcome.error === undefined ? null : asAppError(outcome.error);
  return {
    id: newId('usageEvent'),
    organizationId: endpoint.organizationId,
    connectorId: endpoint.connectorId,
    versionId: endpoint.versionId,
    at: at.toISOString(),
    method: call.method,
    // A resource URI can hold anything a caller typed; which one it was is not ours to keep.
    name: call.method === 'resources/read' ? null : call.name,
    principal: { kind: principal.kind, id: principal.userId ?? principal.serviceAccountId ?? null },
    client: client && { name: client.name, version: client.version ?? '' },
    requestId: call.requestId,
    outcome: outcomeKind(call, outcome, error),
    errorCode: error?.code ?? null,
    cold: outcome.reply?.timings.cold ?? false,
    stepsMs: call.steps.stepsMs,
    totalMs: call.steps.totalMs,
  };
}

function outcomeKind(call: Call, { reply }: CallOutcome, error: AppError | null): UsageEvent['outcome'] {
  if (error && mayHaveTakenEffect(error, effectOf(call.tool))) return 'unknown';
  if (error) return /^(policy|limits)\./.test(error.code) ? 'refused' : 'error';
  if (reply?.kind === 'complete') return reply.result.isError === true ? 'tool_error' : 'complete';
  return reply?.kind === 'input_required' ? 'input_required' : 'error';
}
