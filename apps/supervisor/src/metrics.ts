import type { SupervisorHealth } from '@patchbay/sandbox-protocol';
import { Counter, Gauge, Registry } from 'prom-client';

export type SupervisorMetrics = ReturnType<typeof createSupervisorMetrics>;

/** All metrics of the supervisor in addition to its health. `read` is called at every scrape. */
export function createSupervisorMetrics(read: () => SupervisorHealth) {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'patchbay_supervisor_sandboxes',
    help: 'Sandboxes by state; busy ones are live too.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(read().sandboxes)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'patchbay_supervisor_warm_sandboxes',
    help: 'Sandboxes that wait for a first call.',
    registers,
    collect() {
      this.set(read().pool.waiting);
    },
  });
  new Gauge({
    name: 'patchbay_supervisor_warm_sandboxes_max',
    help: 'Sandboxes that the pool holds when it is full.',
    registers,
    collect() {
      this.set(read().pool.size);
    },
  });
  new Gauge({
    name: 'patchbay_supervisor_calls_queued',
    help: 'Calls that wait for a slot in their sandbox.',
    registers,
    collect() {
      this.set(read().queued);
    },
  });
  new Counter({
    name: 'patchbay_supervisor_cold_starts_total',
    help: 'Sandboxes started since the supervisor started.',
    registers,
    collect() {
      this.reset();
      this.inc(read().coldStarts);
    },
  });
  new Counter({
    name: 'patchbay_supervisor_sandbox_crashes_total',
    help: 'Sandboxes that ended unasked since the supervisor started.',
    registers,
    collect() {
      this.reset();
      this.inc(read().crashes);
    },
  });
  new Counter({
    name: 'patchbay_supervisor_log_lines_dropped_total',
    help: 'Connector log lines dropped above the rate limit since the supervisor started.',
    registers,
    collect() {
      this.reset();
      this.inc(read().droppedLogLines);
    },
  });
  return {
    registry,
    refusedPeers: new Counter({
      name: 'patchbay_supervisor_refused_peers_total',
      help: 'Connections refused since the supervisor started: no certificate, a wrong one, a wrong role or another release.',
      registers,
    }),
  };
}
