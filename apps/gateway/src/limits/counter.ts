import type { PlanLimits } from '@patchbay/foundation/limits';

/** Subjects that calls are counted for, the most particular first. */
export const LIMIT_SCOPES = ['person', 'tool', 'client', 'connector', 'organization'] as const;
export type LimitScope = (typeof LIMIT_SCOPES)[number];

/** One thing that calls are counted for, with its limits. */
export interface Counter {
  readonly scope: LimitScope;
  /** Names it among the counters of its scope in the installation. Leaves the process as an HMAC only. */
  readonly id: string;
  readonly perMinute: number;
  /** Calls at once after a pause. */
  readonly burst: number;
  /** Calls in flight. */
  readonly concurrentMax: number;
}

/** The facts about a call that decide under which counters it counts. */
export interface CountedCall {
  readonly organizationId: string;
  readonly connectorId: string;
  /** Person, service account, or address of an anonymous caller; with the organization. */
  readonly limitKey: string;
  /** OAuth client, or else the API key; null for anonymous callers. */
  readonly clientId: string | null;
  /** Null for everything that is not a tool: other names are the caller's own text. */
  readonly tool: string | null;
}

/**
 * The counters of one call, in the order of `LIMIT_SCOPES`. A tool or a client whose limits are not below those of its
 * connector or organization is not counted: the larger one, which counts all that it does, would refuse first. Pure.
 */
export function countersOf(call: CountedCall, plan: PlanLimits): Counter[] {
  const { organizationId, connectorId, limitKey, clientId, tool } = call;
  const connector = counter('connector', connectorId, plan);
  const organization = counter('organization', organizationId, plan);
  const counters = [counter('person', `${limitKey} ${connectorId}`, plan)];
  const ofTool = counter('tool', `${connectorId} ${tool}`, plan);
  if (tool !== null && isBelow(ofTool, connector)) counters.push(ofTool);
  const ofClient = counter('client', `${organizationId} ${clientId}`, plan);
  if (clientId !== null && isBelow(ofClient, organization)) counters.push(ofClient);
  return [...counters, connector, organization];
}

/** Whether the part can refuse a call that the whole would admit. */
function isBelow(part: Counter, whole: Counter): boolean {
  return part.perMinute < whole.perMinute || part.burst < whole.burst || part.concurrentMax < whole.concurrentMax;
}

export function counter(scope: LimitScope, id: string, plan: PlanLimits): Counter {
  return {
    scope,
    id,
    perMinute: plan[`${scope}CallsPerMinute`],
    burst: plan[`${scope}Burst`],
    concurrentMax: plan[`${scope}Concurrent`],
  };
}
