import type { PlanLimits } from '@patchbay/foundation/limits';
import type { CallLimiter, Permit } from '../../limits/call-limiter.ts';
import { countersOf } from '../../limits/counter.ts';
import { rateLimitHeaders, refusalHeaders } from '../../limits/rate-limit-headers.ts';
import { refuseCall } from '../../limits/refuse-call.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Call } from '../context/call.ts';

export interface AdmitDeps {
  readonly limiter: Pick<CallLimiter, 'admit'>;
  /** The limits of an organization, from memory. */
  loadPlan(organizationId: string): Promise<PlanLimits>;
  readonly metrics: Pick<Metrics, 'callsInFlight' | 'limitedCalls'>;
}

/**
 * Takes room for one call under every limit that it has, and adds to its answer how near they are.
 *
 * @throws AppError limits.*
 */
export async function admitCall({ limiter, loadPlan, metrics }: AdmitDeps, call: Call): Promise<Permit> {
  const { principal, endpoint } = call;
  const counters = countersOf(
    {
      organizationId: endpoint.organizationId,
      connectorId: endpoint.connectorId,
      limitKey: principal.limitKey,
      clientId: principal.clientId ?? principal.credentialId,
      tool: call.tool === null ? null : call.name,
    },
    await loadPlan(endpoint.organizationId),
  );
  const admitted = await limiter.admit(counters);
  if ('refusal' in admitted) {
    const { refusal } = admitted;
    metrics.limitedCalls.inc({ scope: refusal.counter.scope, kind: refusal.kind });
    call.addHeaders(refusalHeaders(refusal));
    throw refuseCall(refusal);
  }
  // How much an organization is used is not for strangers.
  const isMember = principal.kind !== 'anonymous';
  call.addHeaders(rateLimitHeaders(admitted.states.filter(({ counter }) => isMember || counter.scope === 'person')));
  metrics.callsInFlight.inc();
  return {
    release() {
      metrics.callsInFlight.dec();
      admitted.permit.release();
    },
  };
}
