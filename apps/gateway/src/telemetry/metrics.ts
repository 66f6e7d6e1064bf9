import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Glance } from './glance-at-supervisors.ts';
import { registerSupervisorMetrics } from './supervisor-metrics.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export type Metrics = ReturnType<typeof createMetrics>;

/** Numbers read at scrape time from the parts that keep them. */
export interface MetricSources {
  cacheStatistics(): Readonly<Record<string, { readonly hits: number; readonly misses: number }>>;
  droppedEvents(): number;
  readonly supervisors: Glance;
}

/** Everything /metrics shows. Labels are ours (methods, steps, codes), never a tenant's words: their number is bounded. */
export function createMetrics(sources: MetricSources) {
  const registry = new Registry();
  const registers = [registry];
  const eventLoop = monitorEventLoopDelay({ resolution: 10 });
  eventLoop.enable();

  new Gauge({
    name: 'patchbay_event_loop_delay_p99_seconds',
    help: 'Event-loop delay since the last scrape. Alarm above 0.05: somebody stops the gateway for everybody.',
    registers,
    collect() {
      this.set(eventLoop.count > 0 ? eventLoop.percentile(99) / 1e9 : 0);
      eventLoop.reset();
    },
  });
  new Gauge({
    name: 'patchbay_cache_lookups',
    help: 'Look-ups since start by cache and outcome.',
    labelNames: ['cache', 'outcome'],
    registers,
    collect() {
      for (const [cache, { hits, misses }] of Object.entries(sources.cacheStatistics())) {
        this.set({ cache, outcome: 'hit' }, hits);
        this.set({ cache, outcome: 'miss' }, misses);
      }
    },
  });
  new Gauge({
    name: 'patchbay_usage_events_dropped',
    help: 'Usage events lost since start because the spool was full.',
    registers,
    collect() {
      this.set(sources.droppedEvents());
    },
  });
  registerSupervisorMetrics(registry, sources.supervisors);
  return {
    registry,
    callsInFlight: new Gauge({
      name: 'patchbay_calls_in_flight',
      help: 'Calls that hold room in this gateway.',
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
      help: 'Requests at /mcp that were refused or failed, by catalogue code.',
      labelNames: ['code'],
      registers,
    }),
    steps: new Histogram({
      name: 'patchbay_call_step_seconds',
      help: 'Duration of each step of a call.',
      labelNames: ['step'],
      buckets: SECONDS,
      registers,
    }),
    callSeconds: new Histogram({
      name: 'patchbay_call_seconds',
      help: 'Duration of a call from first byte to answer.',
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
    close: () => eventLoop.disable(),
  };
}
