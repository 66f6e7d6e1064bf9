import type { SupervisorHealth } from '@patchbay/sandbox/protocol';
import { Counter, Gauge, Registry } from 'prom-client';

const registry = new Registry();
const gauge = (name: string, help: string, labelNames: string[] = []) =>
  new Gauge({ name: `patchbay_supervisor_${name}`, help, labelNames, registers: [registry] });

const ready = gauge('ready', '1 when connectors may run on this host');
const sandboxes = gauge('sandboxes', 'Sandboxes by state', ['state']);
const pooled = gauge('pool', 'Sandboxes that wait for a first call', ['of']);
const queued = gauge('queued_calls', 'Calls that wait for a place in their sandbox');
const coldStarts = gauge('cold_starts_total', 'Sandboxes started since this boot');
const crashes = gauge('crashes_total', 'Sandboxes that ended by themselves since this boot');
const droppedLogLines = gauge('dropped_log_lines_total', 'Log lines above the rate limit since this boot');

/** Connections from other machines without a certificate that lets them in. */
export const refusedPeers = new Counter({
  name: 'patchbay_supervisor_refused_peers_total',
  help: 'Connections of other machines turned away since this boot: no certificate, a wrong one, or a wrong role',
  registers: [registry],
});

/** The health as Prometheus text. */
export async function renderMetrics(health: SupervisorHealth): Promise<{ contentType: string; text: string }> {
  ready.set(health.ready ? 1 : 0);
  for (const [state, count] of Object.entries(health.sandboxes)) sandboxes.set({ state }, count);
  pooled.set({ of: 'waiting' }, health.pool.waiting);
  pooled.set({ of: 'size' }, health.pool.size);
  queued.set(health.queued);
  coldStarts.set(health.coldStarts);
  crashes.set(health.crashes);
  droppedLogLines.set(health.droppedLogLines);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
