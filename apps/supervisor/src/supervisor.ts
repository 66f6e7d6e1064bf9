import type { Logger } from '@patchbay/foundation';
import type { Application, HealthCheck } from '@patchbay/foundation/process';
import { type Registration, registerSupervisor } from '@patchbay/sandbox-client/registry';
import type { SandboxHost } from '@patchbay/sandbox-host';
import type { Registry } from 'prom-client';
import { ClientListeners, type ListenerOptions } from './client-listeners.ts';
import type { SupervisorConfig } from './config.ts';

export interface SupervisorParts {
  readonly config: Pick<SupervisorConfig, 'registryUrl' | 'advertised' | 'hostId'>;
  readonly host: SandboxHost;
  readonly listeners: ListenerOptions;
  readonly checks: readonly HealthCheck[];
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** Opens the host to gateways and workers, and registers it where that is configured. */
export class Supervisor implements Application {
  readonly checks: readonly HealthCheck[];
  readonly metrics: Registry;
  readonly #parts: SupervisorParts;
  #clients: Promise<ClientListeners> | null = null;
  #registration: Registration | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.checks = parts.checks;
    this.metrics = parts.metrics;
  }

  async start() {
    const { config, host, listeners, logger } = this.#parts;
    this.#clients = ClientListeners.open(host, listeners);
    await this.#clients;
    const { registryUrl: redisUrl, advertised: address, hostId } = config;
    if (redisUrl && address) this.#registration = registerSupervisor({ redisUrl, hostId, address, logger });
    const { ready, walls: isolation, limits } = host.health();
    if (!ready) logger.error({ isolation, limits }, 'connectors cannot run on this host');
    return { hostId, isolation, limits };
  }

  async drain() {
    const clients = await this.#clients?.catch(() => null);
    clients?.leave();
    await Promise.all([this.#registration?.close(), this.#parts.host.close()]);
    clients?.close();
  }
}
