import { Gauge, type Registry } from 'prom-client';
import type { Glance } from './glance-at-supervisors.ts';

const COUNTS = [
  { field: 'queued', name: 'patchbay_calls_queued', help: 'Calls that wait for a sandbox at the supervisor.' },
  { field: 'coldStarts', name: 'patchbay_cold_starts', help: 'Sandboxes started since the start of the supervisor.' },
  { field: 'crashes', name: 'patchbay_sandbox_crashes', help: 'Sandboxes that ended by themselves since its start.' },
] as const;

/**
 * What each supervisor says about itself, by host. Of a host that is away there is no number rather than an old one. Host
 * ids are the operator's and proved by certificates, so their number is bounded.
 */
export function registerSupervisorMetrics(registry: Registry, glance: Glance): void {
  const registers = [registry];
  new Gauge({
    name: 'patchbay_supervisor_serves',
    help: '1 while calls of this gateway may go to the host, 0 while it is known and away, leaving or refusing.',
    labelNames: ['host'],
    registers,
    async collect() {
      this.reset();
      for (const { hostId, state } of await glance()) this.set({ host: hostId }, state === 'serving' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'patchbay_supervisor_requests',
    help: 'Requests of this gateway that wait for an answer of the host.',
    labelNames: ['host'],
    registers,
    async collect() {
      this.reset();
      for (const { hostId, inFlight } of await glance()) this.set({ host: hostId }, inFlight);
    },
  });
  new Gauge({
    name: 'patchbay_sandboxes',
    help: 'Sandboxes by host and state; busy ones are live too.',
    labelNames: ['host', 'state'],
    registers,
    async collect() {
      this.reset();
      for (const { hostId, health } of await glance()) {
        for (const [state, count] of Object.entries(health?.sandboxes ?? {})) this.set({ host: hostId, state }, count);
      }
    },
  });
  for (const { field, name, help } of COUNTS) {
    new Gauge({
      ...{ name, help, registers, labelNames: ['host'] },
      async collect() {
        this.reset();
        for (const { hostId, health } of await glance()) if (health) this.set({ host: hostId }, health[field]);
      },
    });
  }
}
