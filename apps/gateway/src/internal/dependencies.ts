import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import type { ChangeFeed } from '@patchbay/domain/changes';
import type { SandboxClient } from '@patchbay/sandbox/client';
import type { Dependency } from './health.ts';

export interface HealthSources {
  readonly database: Pick<Database, 'ping'>;
  readonly identity: { ping(): Promise<void> };
  readonly changes: Pick<ChangeFeed, 'health'>;
  readonly sandboxes: Pick<SandboxClient, 'health'>;
  readonly artifacts: Pick<ArtifactStore, 'ping'>;
  /** Null: this installation runs without Redis. */
  readonly redis: { ping(): Promise<void> } | null;
  readonly dashboardUpstream: string | undefined;
  readonly usage: { statistics(): { readonly dropped: number } };
}

/** Past this the feed's caches are read again before use; at 30 s they answer 503. */
const STALE_DEGRADED_MS = 5_000;

export function gatewayDependencies(sources: HealthSources): Dependency[] {
  return [
    { name: 'database', required: true, check: async () => nothingWrong(await sources.database.ping()) },
    { name: 'identity', required: false, check: async () => nothingWrong(await sources.identity.ping()) },
    { name: 'changes', required: true, check: async () => changesReasons(sources.changes.health()) },
    { name: 'supervisor', required: false, check: () => supervisorReasons(sources.sandboxes) },
    { name: 'artifacts', required: false, check: async () => nothingWrong(await sources.artifacts.ping()) },
    { name: 'redis', required: false, check: () => redisReasons(sources.redis) },
    { name: 'dashboard', required: false, check: () => dashboardReasons(sources.dashboardUpstream) },
    { name: 'usage', required: false, check: async () => usageReasons(sources.usage.statistics().dropped) },
  ];
}

function nothingWrong(_answered: unknown): readonly string[] {
  return [];
}

function changesReasons({ connected, staleMs }: ReturnType<ChangeFeed['health']>): readonly string[] {
  if (!connected) return [`not connected; last complete ${Math.round(staleMs)} ms ago`];
  return staleMs > STALE_DEGRADED_MS ? [`last complete ${Math.round(staleMs)} ms ago`] : [];
}

async function supervisorReasons(sandboxes: Pick<SandboxClient, 'health'>): Promise<readonly string[]> {
  const { ready, walls, limits } = await sandboxes.health();
  if (!ready) throw new Error(`runs no connector: missing ${walls.missing.join(', ') || walls.state}`);
  return [
    ...(walls.state === 'complete' ? [] : [`walls ${walls.state}: ${walls.missing.join(', ')}`]),
    ...(limits.state === 'full' ? [] : limits.reasons.map((reason) => `limits ${limits.state}: ${reason}`)),
  ];
}

async function redisReasons(redis: HealthSources['redis']): Promise<readonly string[]> {
  if (!redis) return ['not configured: limits count per gateway and the queue runs on PostgreSQL'];
  await redis.ping();
  return [];
}

async function dashboardReasons(upstream: string | undefined): Promise<readonly string[]> {
  if (upstream === undefined) return ['not configured'];
  await fetch(`${upstream}/dashboard`, { redirect: 'manual', signal: AbortSignal.timeout(1_500) });
  return [];
}

function usageReasons(dropped: number): readonly string[] {
  return dropped === 0 ? [] : [`${dropped} usage events lost since start: the spool was full`];
}
