import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import type { ChangeFeed } from '@patchbay/domain/changes';
import type { UsageSpool } from '@patchbay/domain/usage';
import type { SandboxClient } from '@patchbay/sandbox/client';
import type { DiskWatch } from './disk-watch.ts';
import type { Condition, Dependency } from './health.ts';
import { supervisorsCondition } from './supervisors-condition.ts';

export interface HealthSources {
  readonly database: Pick<Database, 'ping'>;
  readonly identity: { ping(): Promise<void> };
  readonly changes: Pick<ChangeFeed, 'health'>;
  readonly sandboxes: Pick<SandboxClient, 'supervisors'>;
  readonly artifacts: Pick<ArtifactStore, 'ping'>;
  /** Null: this installation runs without Redis. */
  readonly redis: { ping(): Promise<void> } | null;
  /** The queue that wakes the worker. */
  readonly queue: { ping(): Promise<{ readonly waiting: number }> };
  readonly dashboardUpstream: string | undefined;
  readonly usage: Pick<UsageSpool, 'statistics'>;
  readonly disks: Pick<DiskWatch, 'condition'>;
}

/** Past this the feed's caches are read again before use; at 30 s they answer 503. */
const STALE_DEGRADED_MS = 5_000;
const DASHBOARD_TIMEOUT_MS = 1_500;

/** Everything the gateway leans on. Only without the database it should get no requests. */
export function gatewayDependencies(sources: HealthSources): Dependency[] {
  return [
    { name: 'database', required: true, check: () => answers(sources.database.ping()) },
    { name: 'changes', required: true, check: async () => changesCondition(sources.changes.health()) },
    { name: 'identity', required: false, check: () => answers(sources.identity.ping()) },
    {
      name: 'supervisor',
      required: false,
      check: async () => supervisorsCondition(await sources.sandboxes.supervisors(), new Date()),
    },
    { name: 'artifacts', required: false, check: () => answers(sources.artifacts.ping()) },
    { name: 'redis', required: false, check: () => redisCondition(sources.redis) },
    { name: 'queue', required: false, check: async () => ({ reasons: [], facts: await sources.queue.ping() }) },
    { name: 'dashboard', required: false, check: () => dashboardCondition(sources.dashboardUpstream) },
    { name: 'usage', required: false, check: async () => usageCondition(sources.usage.statistics()) },
    { name: 'disk', required: false, check: () => sources.disks.condition() },
  ];
}

async function answers(ping: Promise<unknown>): Promise<Condition> {
  await ping;
  return { reasons: [] };
}

function changesCondition({ connected, staleMs }: ReturnType<ChangeFeed['health']>): Condition {
  const age = `last complete ${Math.round(staleMs)} ms ago`;
  const facts = { connected, ageMs: Math.round(staleMs) };
  if (!connected) return { reasons: [`not connected; ${age}`], facts };
  return { reasons: staleMs > STALE_DEGRADED_MS ? [age] : [], facts };
}

async function redisCondition(redis: HealthSources['redis']): Promise<Condition> {
  if (!redis) return { reasons: ['not configured: limits count per gateway and the queue runs on PostgreSQL'] };
  return answers(redis.ping());
}

async function dashboardCondition(upstream: string | undefined): Promise<Condition> {
  if (upstream === undefined) return { reasons: ['not configured'] };
  const signal = AbortSignal.timeout(DASHBOARD_TIMEOUT_MS);
  const { status } = await fetch(`${upstream}/dashboard`, { redirect: 'manual', signal });
  return { reasons: status < 500 ? [] : [`answers ${status}`] };
}

function usageCondition({ appended, shipped, dropped, unreadable }: ReturnType<UsageSpool['statistics']>): Condition {
  const reasons = dropped === 0 ? [] : [`${dropped} usage events lost since start: the spool or its disk was full`];
  if (unreadable > 0) reasons.push(`${unreadable} lines of the usage spool cannot be read; they lie beside it, kept`);
  return { reasons, facts: { appended, shipped, dropped } };
}
