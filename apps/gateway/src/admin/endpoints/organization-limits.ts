/** The limits on calls that hold for an organization, and how near they are. */

import { type Connector, listConnectors } from '@patchbay/domain/connectors';
import { getGrantedLimits } from '@patchbay/domain/limits';
import { countLimitedCalls } from '@patchbay/domain/usage';
import { ADMIN_LIMITS, PLAN_LIMITS, type PlanLimits } from '@patchbay/foundation/limits';
import { z } from 'zod';
import type { CounterState } from '../../limits/call-limiter.ts';
import { counter, LIMIT_SCOPES } from '../../limits/counter.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { scopeOf } from '../definition/endpoint.ts';
import { Instant, OrganizationParams } from './parts.ts';

const HOUR_MS = 3_600_000;

const ConnectorReference = z.object({ id: z.string(), slug: z.string() }).nullable();

export const OrganizationLimits = z
  .object({
    plan: z.enum(['standard']).meta({ description: 'The plan whose values hold where nothing else was granted.' }),
    limits: z.array(
      z.object({
        scope: z.enum(LIMIT_SCOPES).meta({
          description: 'The subject of the count: one person at one connector, a tool, a client, …',
        }),
        callsPerMinute: z.number(),
        burst: z.number().meta({ description: 'Calls at once after a pause.' }),
        concurrent: z.number().meta({ description: 'Calls in flight.' }),
      }),
    ),
    granted: z
      .array(z.object({ name: z.enum(Object.keys(PLAN_LIMITS)), value: z.number() }))
      .meta({ description: 'Limits that the operator chose for this organization, by their names in `/limits`.' }),
    counters: z
      .array(
        z.object({
          scope: z.enum(['organization', 'connector']),
          connector: ConnectorReference,
          remaining: z.number().meta({ description: 'Calls that the rate admits now.' }),
          fullInSeconds: z.number().meta({ description: 'Until the whole burst is there again.' }),
          inFlight: z.number().nullable(),
        }),
      )
      .meta({ description: 'The organization’s counter, then those of its newest connectors, at most 200.' }),
    limitedCalls: z
      .array(
        z.object({
          code: z.string().meta({ description: 'The error of the limit: `limits.person_rate`.' }),
          connector: ConnectorReference.meta({ description: 'Null: a connector that is gone.' }),
          calls: z.number(),
          lastAt: Instant,
        }),
      )
      .meta({ description: 'Calls that a limit refused in the last hour, most first.' }),
    countedBy: z.enum(['redis', 'process']).meta({
      description: '`redis`: by all gateways together. `process`: by the gateway that answers, for itself.',
    }),
  })
  .meta({ id: 'OrganizationLimits' });

export const getOrganizationLimits = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/limits',
  summary: 'Show the limits on calls of an organization, how near they are, and which refused calls in the last hour',
  tag: 'Limits',
  permission: 'usage:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: OrganizationLimits,
}).inOrganization(async (call, deps) => {
  const { organizationId } = scopeOf(call);
  const since = new Date(deps.clock.now().getTime() - HOUR_MS);
  const { granted, connectors, refused } = await deps.database.withOrganization({ organizationId }, async (tx) => ({
    granted: await getGrantedLimits(tx),
    connectors: (await listConnectors(tx, { limit: ADMIN_LIMITS.pageMost.value })).items,
    refused: await countLimitedCalls(tx, since),
  }));
  const plan = await deps.limits.planOf(organizationId);
  const states = await deps.limiter.read([
    counter('organization', organizationId, plan),
    ...connectors.map(({ id }) => counter('connector', id, plan)),
  ]);
  const byId = new Map(connectors.map((one) => [one.id, one]));
  return {
    plan: 'standard' as const,
    limits: LIMIT_SCOPES.map((scope) => presentLimit(scope, plan)),
    granted: Object.entries(granted).map(([name, value]) => ({ name, value })),
    counters: states.map((state) => presentState(state, byId.get(state.counter.id))),
    limitedCalls: refused.map(({ errorCode: code, connectorId, calls, lastAt }) => ({
      code,
      connector: reference(byId.get(connectorId)),
      calls,
      lastAt: lastAt.toISOString(),
    })),
    countedBy: deps.limiter.condition().countedBy,
  };
});

function presentLimit(scope: (typeof LIMIT_SCOPES)[number], plan: PlanLimits) {
  const { perMinute, burst, concurrentMax } = counter(scope, '', plan);
  return { scope, callsPerMinute: perMinute, burst, concurrent: concurrentMax };
}

function presentState({ remaining, fullInSeconds, inFlight }: CounterState, connector: Connector | undefined) {
  const scope = connector ? ('connector' as const) : ('organization' as const);
  return { scope, connector: reference(connector), remaining, fullInSeconds, inFlight };
}

function reference(connector: Connector | undefined) {
  return connector ? { id: connector.id, slug: connector.slug } : null;
}
