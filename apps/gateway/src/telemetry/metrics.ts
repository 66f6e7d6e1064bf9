import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SupervisorReport } from '@patchbay/sandbox-client';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Several metrics of one scrape read the same reports. */
const REPORTS_CACHED_MS = 500;

export type Metrics = ReturnType<typeof createMetrics>;
type ReadReports = () => Promise<readonly SupervisorReport[]>;

/** Numbers read at scrape time from the parts that keep them. */
export interface MetricSources {
  cacheStatistics(): Readonly<Record<string, { readonly hits: number; readonly misses: number }>>;
  droppedEvents(): number;
  /** Whether the limits are counted in this process although there is a Redis. */
  countsLimitsAlone(): boolean;
  readonly supervisors: ReadReports;
}

/**
 * All metrics of the gateway in addition to its health. Labels are ours (methods, steps, codes, host ids that a
 * certificate proves), never a tenant's words: their number is bounded.
 */
export function createMetrics(sources: MetricSources) {
  const registry = new Registry();
  const registers = [registry];
  registerCaches(registry, sources);
  new Gauge({
    name: 'patchbay_limits_counted_in_process',
    help: '1 while this gateway counts its part of the limits by itself because Redis is away. Alert on 1 for a minute.',
    registers,
    collect() {
      this.set(sources.countsLimitsAlone() ? 1 : 0);
    },
  });
  const reports = new CachedReports(sources.supervisors);
  registerSupervisors(registry, () => reports.get());
  return {
    registry,
    callsInFlight: new Gauge({
      name: 'patchbay_calls_in_flight',
      help: 'Calls that hold a slot of this gateway.',
      registers,
    }),
    calls: new Counter({
      name: 'patchbay_calls_total',
      help: 'Calls by method and outcome.',
      labelNames: ['method', 'outcome'],
      registers,
    }),
    refusals: new Counter({
      name: 'patchbay_refusals_total',
      help: 'Requests at /mcp that were refused or failed, by error code.',
      labelNames: ['code'],
      registers,
    }),
    tokenRefusals: new Counter({
      name: 'patchbay_access_token_refusals_total',
      help: 'Access tokens refused at /mcp, by reason. Look at any increase of signature, key, issuer or algorithm: forged tokens are tried.',
      labelNames: ['reason'],
      registers,
    }),
    limitedCalls: new Counter({
      name: 'patchbay_limited_calls_total',
      help: 'Calls that a limit of their organization refused, by what it counts (scope) and how (rate or concurrency).',
      labelNames: ['scope', 'kind'],
      registers,
    }),
    limitedRequests: new Counter({
      name: 'patchbay_limited_requests_total',
      help: 'Requests refused because their network sent too many without a valid credential, by kind of request. Look above a steady 10 per second: a scanner, or a client with a wrong key.',
      labelNames: ['kind'],
      registers,
    }),
    steps: new Histogram({
      name: 'patchbay_call_step_duration_seconds',
      help: 'Duration of each step of a call.',
      labelNames: ['step'],
      buckets: SECONDS,
      registers,
    }),
    callSeconds: new Histogram({
      name: 'patchbay_call_duration_seconds',
      help: 'Duration of a call from the first byte of its request to the answer.',
      labelNames: ['method'],
      buckets: SECONDS,
      registers,
    }),
    coldStarts: new Counter({
      name: 'patchbay_cold_calls_total',
      help: 'Calls that had to start their sandbox.',
      registers,
    }),
    logLinesDropped: new Counter({
      name: 'patchbay_log_lines_dropped_total',
      help: 'Connector log lines that could not be stored.',
      registers,
    }),
    close: watchEventLoop(registry),
  };
}

/** Returns what ends the watch. */
function watchEventLoop(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  new Gauge({
    name: 'patchbay_event_loop_delay_p99_seconds',
    help: 'Event-loop delay since the last scrape, 99th percentile. Alert above 0.05: the event loop is blocked.',
    registers: [registry],
    collect() {
      this.set(delay.count > 0 ? delay.percentile(99) / 1e9 : 0);
      delay.reset();
    },
  });
  return () => delay.disable();
}

function registerCaches(registry: Registry, sources: MetricSources): void {
  const registers = [registry];
  new Counter({
    name: 'patchbay_cache_lookups_total',
    help: 'Lookups by cache and outcome (hit or miss).',
    labelNames: ['cache', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [cache, { hits, misses }] of Object.entries(sources.cacheStatistics())) {
        this.inc({ cache, outcome: 'hit' }, hits);
        this.inc({ cache, outcome: 'miss' }, misses);
      }
    },
  });
  new Counter({
    name: 'patchbay_usage_events_dropped_total',
    help: 'Usage events lost because the spool or its disk was full. Alert on any increase: calls go unmetered.',
    registers,
    collect() {
      this.reset();
      this.inc(sources.droppedEvents());
    },
  });
}

/** Reports of each supervisor, by host. Unreachable hosts report no sample. */
function registerSupervisors(registry: Registry, read: ReadReports): void {
  const registers = [registry];
  const labelNames = ['host'];
  new Gauge({
    name: 'patchbay_supervisor_up',
    help: '1 while this gateway may send calls to the host, 0 while the host is known and down, draining or refusing. Alert on 0.',
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const { hostId, state } of await read()) this.set({ host: hostId }, state === 'serving' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'patchbay_supervisor_requests_in_flight',
    help: 'Requests of this gateway that wait for an answer of the host.',
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const { hostId, inFlight } of await read()) this.set({ host: hostId }, inFlight);
    },
  });
  new Gauge({
    name: 'patchbay_sandboxes',
    help: 'Sandboxes by host and state; busy ones are live too.',
    labelNames: ['host', 'state'],
    registers,
    async collect() {
      this.reset();
      for (const { hostId, health } of await read()) {
        for (const [state, count] of Object.entries(health?.sandboxes ?? {})) this.set({ host: hostId, state }, count);
      }
    },
  });
  new Gauge({
    name: 'patchbay_calls_queued',
    help: 'Calls that wait for a sandbox at the host.',
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const { hostId, health } of await read()) if (health) this.set({ host: hostId }, health.queued);
    },
  });
  new Counter({
    name: 'patchbay_sandbox_cold_starts_total',
    help: 'Sandboxes started since the supervisor of the host started.',
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const { hostId, health } of await read()) if (health) this.inc({ host: hostId }, health.coldStarts);
    },
  });
  new Counter({
    name: 'patchbay_sandbox_crashes_total',
    help: 'Sandboxes that ended unasked since the supervisor of the host started.',
    labelNames,
    registers,
    async collect() {
      this.reset();
      for (const { hostId, health } of await read()) if (health) this.inc({ host: hostId }, health.crashes);
    },
  });
}

/** One reading serves all the metrics of a scrape. */
class CachedReports {
  readonly #read: ReadReports;
  #reports: ReturnType<ReadReports> | undefined;

  constructor(read: ReadReports) {
    this.#read = read;
  }

  get(): ReturnType<ReadReports> {
    this.#reports ??= this.#read().finally(() => {
      setTimeout(() => {
        this.#reports = undefined;
      }, REPORTS_CACHED_MS).unref();
    });
    return this.#reports;
  }
}
