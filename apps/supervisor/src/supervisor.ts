import type { Logger } from '@patchbay/foundation';
import type { Application, HealthCheck } from '@patchbay/foundation/process';
import { type Registration, registerSupervisor } from '@patchbay/sandbox-client/registry';
import type { SandboxHost } from '@patchbay/sandbox-host';
import type { Registry } from 'prom-client';
import type { SupervisorConfig } from './config.ts';
import { type ClientListeners, type ListenerOptions, listenForClients } from './listen-for-clients.ts';

export interface SupervisorParts {
  readonly config: Pick<SupervisorConfig, 'registryUrl' | 'advertised' | 'hostId'>;
  readonly host: SandboxHost;
  readonly doors: ListenerOptions;
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
  #announcement: Registration | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.checks = parts.checks;
    this.metrics = parts.metrics;
  }

  async start() {
    const { config, host, doors, logger } = this.#parts;
    this.#clients = listenForClients(host, doors);
    await this.#clients;
    const { registryUrl: redisUrl, advertised: address, hostId } = config;
    if (redisUrl && address) this.#announcement = registerSupervisor({ redisUrl, hostId, address, logger });
    const { ready, walls, limits } = host.health();
    if (!ready) logger.error({ walls, limits }, 'connectors cannot run on this host');
    return { hostId, walls, limits };
  }

  async drain() {
    const clients = await this.#clients?.catch(() => null);
    clients?.leave();
    await Promise.all([this.#announcement?.close(), this.#parts.host.close()]);
    clients?.close();
  }
}
