import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import type { ChangeFeed } from '@patchbay/domain/changes';
import type { UsageSpool } from '@patchbay/domain/usage';
import { answered, type Condition, conditionOf, type HealthCheck } from '@patchbay/foundation/process';
import type { SandboxClient } from '@patchbay/sandbox-client';
import type { KeySource } from '@patchbay/vault';
import type { CallLimiter, LimiterCondition } from '../limits/call-limiter.ts';
import type { DiskWatch } from './disk-watch.ts';
import { supervisorsCondition } from './supervisors-condition.ts';

export interface HealthSources {
  readonly database: Pick<Database, 'ping'>;
  readonly identity: { ping(): Promise<void>; mailCondition(): Promise<Condition> };
  readonly changes: Pick<ChangeFeed, 'health'>;
  readonly keys: Pick<KeySource, 'ping'>;
  readonly sandboxes: Pick<SandboxClient, 'supervisors'>;
  readonly artifacts: Pick<ArtifactStore, 'ping'>;
  /** Null: this installation runs without Redis. */
  readonly redis: { ping(): Promise<void> } | null;
  readonly limits: Pick<CallLimiter, 'condition'>;
  /** The queue that wakes the worker. */
  readonly queue: { ping(): Promise<{ readonly waiting: number }> };
  readonly dashboardUpstream: string | undefined;
  readonly usage: Pick<UsageSpool, 'statistics'>;
  readonly disks: Pick<DiskWatch, 'condition'>;
}

/** Past this the feed's caches are read again before use; at 30 s they answer 503. */
const STALE_DEGRADED_MS = 5_000;
const DASHBOARD_TIMEOUT_MS = 1_500;

/** Everything the gateway needs. Only without the database it should get no requests. */
export function gatewayChecks(sources: HealthSources): HealthCheck[] {
  return [
    { name: 'database', required: true, read: () => answered(sources.database.ping()) },
    { name: 'changes', required: true, read: async () => changesCondition(sources.changes.health()) },
    { name: 'identity', required: false, read: () => answered(sources.identity.ping()) },
    // Keys that are known serve on: signatures all the time, data keys for ten minutes.
    { name: 'keyholder', required: false, read: () => answered(sources.keys.ping()) },
    { name: 'mail', required: false, read: () => sources.identity.mailCondition() },
    {
      name: 'supervisor',
      required: false,
      read: async () => supervisorsCondition(await sources.sandboxes.supervisors(), new Date()),
    },
    { name: 'artifacts', required: false, read: () => answered(sources.artifacts.ping()) },
    { name: 'redis', required: false, read: () => redisCondition(sources.redis) },
    { name: 'limits', required: false, read: async () => limitsCondition(sources.limits.condition()) },
    { name: 'queue', required: false, read: async () => conditionOf([], { ...(await sources.queue.ping()) }) },
    { name: 'dashboard', required: false, read: () => dashboardCondition(sources.dashboardUpstream) },
    { name: 'usage', required: false, read: async () => usageCondition(sources.usage.statistics()) },
    { name: 'disk', required: false, read: () => sources.disks.condition() },
  ];
}

function changesCondition({ connected, staleMs }: ReturnType<ChangeFeed['health']>): Condition {
  const age = `last complete ${Math.round(staleMs)} ms ago`;
  const facts = { connected, ageMs: Math.round(staleMs) };
  if (!connected) return conditionOf([`not connected; ${age}`], facts);
  return conditionOf(staleMs > STALE_DEGRADED_MS ? [age] : [], facts);
}

async function redisCondition(redis: HealthSources['redis']): Promise<Condition> {
  if (!redis) return conditionOf(['not configured: limits count per gateway and the queue runs on PostgreSQL']);
  return answered(redis.ping());
}

function limitsCondition({ countedBy, gateways, problem }: LimiterCondition): Condition {
  const part = gateways === 1 ? 'all' : `1/${gateways}`;
  const reasons =
    problem === null ? [] : [`Redis does not count (${problem}): this gateway admits ${part} of each limit`];
  return conditionOf(reasons, { countedBy, gateways });
}

async function dashboardCondition(upstream: string | undefined): Promise<Condition> {
  if (upstream === undefined) return conditionOf(['not configured']);
  const signal = AbortSignal.timeout(DASHBOARD_TIMEOUT_MS);
  const { status } = await fetch(`${upstream}/dashboard`, { redirect: 'manual', signal });
  return conditionOf(status < 500 ? [] : [`answers ${status}`]);
}

function usageCondition({ appended, shipped, dropped, unreadable }: ReturnType<UsageSpool['statistics']>): Condition {
  const reasons = dropped === 0 ? [] : [`${dropped} usage events lost since start: the spool or its disk was full`];
  if (unreadable > 0) reasons.push(`${unreadable} lines of the usage spool cannot be read; they are kept beside it`);
  return conditionOf(reasons, { appended, shipped, dropped });
}
